package faults

import (
	"net/http"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// A service that gets a tenth of a processor, as a container does that has used up its quota, takes on fewer
// requests, long before memory grows; what is beyond is shed at once, and afterwards all is as before.
func TestOverloadLowersTheLimit(t *testing.T) {
	const clients, requests = 300, 5000
	r := newRig(t, setup{config: "limits: {requests: 5000}\n", env: append(emulatorKeys(), "GOMAXPROCS=1")})
	s := r.services[0]
	before := r.highest()
	var working, starving sync.WaitGroup
	var shed, odd atomic.Int64
	until := time.Now().Add(3 * time.Second)
	for i := range clients {
		working.Go(func() {
			transport := &http.Transport{}
			defer transport.CloseIdleConnections()
			for time.Now().Before(until) {
				switch o, why := (question{id: int64(i)}).ask(&http.Client{Transport: transport}, r.url()); {
				case o == clear:
					shed.Add(1)
					time.Sleep(100 * time.Millisecond)
				case o != well && o != cut:
					odd.Add(1)
					t.Error(why)
				}
			}
		})
	}
	starving.Go(func() {
		for time.Now().Before(until) {
			s.signal(syscall.SIGSTOP)
			time.Sleep(180 * time.Millisecond)
			s.signal(syscall.SIGCONT)
			time.Sleep(20 * time.Millisecond)
		}
	})
	lowest := float64(requests)
	for time.Now().Before(until) {
		lowest = min(lowest, s.metric("ockham_load_limit"))
	}
	working.Wait()
	starving.Wait()
	t.Logf("the limit went down to %v, %v requests were shed, the service grew by %.0f MiB", lowest, shed.Load(), r.highest()-before)
	if lowest >= clients || shed.Load() == 0 || r.highest()-before > 256 {
		t.Error("want the limit below the clients, and some shed")
	}
	for late := time.Now().Add(patience); s.metric("ockham_load_limit") < requests; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(late) {
			t.Fatalf("the limit stays at %v", s.metric("ockham_load_limit"))
		}
	}
	r.answersAgain()
}
