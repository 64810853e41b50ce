//go:build !linux

package stack

import "syscall"

// childAttributes keeps the terminal's Ctrl-C from Envoy, which we end ourselves.
func childAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true}
}
