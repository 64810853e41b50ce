package stack

import "syscall"

// childAttributes keeps the terminal's Ctrl-C from Envoy, which we end ourselves, and ends Envoy when we
// are killed.
func childAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
