package faults

import (
	"fmt"

	"ockham/envoy/envoytest"
)

// leaks fails a test after which a service still has anything in hand, although all clients have gone. That
// Envoy has nothing under way either is seen wherever one runs.
func (r *rig) leaks() {
	r.t.Helper()
	for _, s := range r.services {
		if s.process != nil {
			envoytest.WantNone(r.t, s.left)
		}
	}
}

// left lists what a process holds of requests: what it counts itself, goroutines, and more descriptors than
// it had at its start and may keep for connections that others can use.
func (s *service) left() (list []string) {
	for _, name := range []string{"ockham_load_requests", "ockham_load_bytes"} {
		if n := s.metric(name); n != 0 {
			list = append(list, fmt.Sprintf("%s is %v", name, n))
		}
	}
	list = append(list, envoytest.Serving(s.get("/debug/pprof/goroutine?debug=2"))...)
	if n := files(s.t, s.process.Process.Pid); n > s.files+float64(*crowd+16) {
		list = append(list, fmt.Sprintf("%v descriptors are open, at the start there were %v", n, s.files))
	}
	return list
}
