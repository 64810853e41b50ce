package e2e

import (
	"bytes"
	"runtime/pprof"
	"strings"
	"testing"
	"time"
)

// leakLimit is how long requests may take to end once their clients are gone: longer than the plans'
// deadlines, so that a busy machine is never mistaken for a leak.
const leakLimit = 40 * time.Second

// wantNoneLeft fails a test after which some request is still being served: every client is gone by
// now, answered or not.
func wantNoneLeft(t testing.TB) {
	t.Helper()
	late := time.After(leakLimit)
	for tick := time.NewTicker(10 * time.Millisecond); ; {
		left := serving()
		if len(left) == 0 {
			tick.Stop()
			return
		}
		select {
		case <-tick.C:
		case <-late:
			t.Fatalf("%d goroutines of extproc are left, the first:\n%s", len(left), left[0])
		}
	}
}

// serving lists the stacks of all goroutines that extproc started or runs in.
func serving() []string {
	var all bytes.Buffer
	_ = pprof.Lookup("goroutine").WriteTo(&all, 2)
	var found []string
	for stack := range strings.SplitSeq(all.String(), "\n\n") {
		if strings.Contains(stack, "ockham/extproc.") {
			found = append(found, stack)
		}
	}
	return found
}
