package envoytest

import (
	"bytes"
	"fmt"
	"runtime/pprof"
	"strings"
	"testing"
	"time"
)

// LeakLimit is how long requests may take to end once their clients are gone: longer than the plans'
// deadlines, so that a busy machine is never mistaken for a leak.
const LeakLimit = 40 * time.Second

// WantNoneLeft fails a test after which some request is still being served in its process: every client
// is gone by now, answered or not.
func WantNoneLeft(t testing.TB) {
	t.Helper()
	WantNone(t, func() []string { return Serving(stacks()) })
}

// WantNone waits until nothing is left of what must come to an end, and fails a test where something is.
func WantNone(t testing.TB, left func() []string) {
	t.Helper()
	for late := time.Now().Add(LeakLimit); ; time.Sleep(10 * time.Millisecond) {
		list := left()
		if len(list) == 0 {
			return
		}
		if time.Now().After(late) {
			t.Errorf("%d are left, the first:\n%s", len(list), list[0])
			return
		}
	}
}

func stacks() string {
	var all bytes.Buffer
	_ = pprof.Lookup("goroutine").WriteTo(&all, 2)
	return all.String()
}

// Serving picks, of a process's stacks, those of goroutines that serve requests or sockets, or were started
// for one.
func Serving(stacks string) (found []string) {
	for stack := range strings.SplitSeq(stacks, "\n\n") {
		ours := strings.Contains(stack, "ockham/extproc.") || strings.Contains(stack, "ockham/internal/web.")
		if ours && !strings.Contains(stack, "ockham/extproc.(*Load).Adapt") { // as long as the service
			found = append(found, stack)
		}
	}
	return found
}

// Active lists what Envoy has under way: requests of clients, its own to Bedrock, and streams to the service.
func (i *Instance) Active(t testing.TB) (list []string) {
	t.Helper()
	for line := range strings.Lines(i.AdminGet(t, "/stats?usedonly&filter=rq_active$")) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		if value != "0" && !strings.HasPrefix(name, "http.admin.") { // this very question
			list = append(list, fmt.Sprintf("Envoy's %s is %s", name, value))
		}
	}
	return list
}
