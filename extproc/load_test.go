package extproc

import (
	"testing"
	"time"
)

func TestLoadCountsRequests(t *testing.T) {
	l := NewLoad(2, 1<<30)
	first, ok := l.admit(100)
	_, also := l.admit(100)
	if _, third := l.admit(100); !ok || !also || third {
		t.Errorf("got %v %v %v, want two taken on and the third refused", ok, also, third)
	}
	first.leave()
	first.leave() // as a panic between two ends would
	if _, ok := l.admit(100); !ok {
		t.Error("no room after one has left")
	}
	if s := l.State(); s.Requests != 2 || s.Busy != 1 || s.Full != 0 {
		t.Errorf("got %+v, want 2 in hand and one shed", s)
	}
}

func TestLoadCountsBytes(t *testing.T) {
	const body = 2 << 20
	l := NewLoad(100, 8*promptCost*body)
	var taken []share
	for {
		s, ok := l.admit(body)
		if !ok {
			break
		}
		taken = append(taken, s)
	}
	if len(taken) != 4 {
		t.Fatalf("%d large uploads were taken on, want those that fit half of the memory", len(taken))
	}
	small, ok := l.admit(1000)
	if !ok {
		t.Fatal("large uploads keep a small prompt out")
	}
	for i := range taken {
		if !taken[i].received(body) {
			t.Error("a body of the size that was told has no room")
		}
	}
	if _, ok := l.admit(body); !ok {
		t.Error("bodies that have come count as uploads")
	}
	if small.use(l.maxBytes) {
		t.Error("an answer larger than all memory has room")
	}
	liar, ok := l.admit(-1)
	if !ok || liar.received(int(l.maxBytes)) {
		t.Error("a body of unknown length that turns out too large has room")
	}
	liar.leave()
	small.leave()
	for i := range taken {
		taken[i].leave()
	}
	if s := l.State(); s.Requests != 1 || s.Bytes != promptCost*body || l.uploads.Load() != promptCost*body {
		t.Errorf("got %+v and %d of uploads, want what the last one took", s, l.uploads.Load())
	}
}

func TestLoadAdapts(t *testing.T) {
	l := NewLoad(10_000, 1<<30)
	l.requests.Store(1000)
	for range 10 {
		l.adjust(2 * longWait)
	}
	if limit := l.State().Limit; limit >= 900 || limit < 300 {
		t.Errorf("after a second of waiting the limit is %d, want well below the 1000 in hand", limit)
	}
	for range 1000 {
		l.adjust(2 * longWait)
	}
	if limit := l.State().Limit; limit < leastPerCPU {
		t.Errorf("the limit fell to %d", limit)
	}
	for range 1000 {
		l.adjust(0)
	}
	if limit := l.State().Limit; limit != 10_000 {
		t.Errorf("the limit came back to %d, want 10000", limit)
	}
}

// Too much to run for too few processors is noticed.
func TestWaitsAreSeen(t *testing.T) {
	var w waits
	w.median()
	stop := time.Now().Add(3 * time.Second)
	for found := false; !found && time.Now().Before(stop); {
		done := make(chan struct{})
		for range 2000 {
			go func() {
				for until := time.Now().Add(300 * time.Microsecond); time.Now().Before(until); {
				}
				done <- struct{}{}
			}()
		}
		for range 2000 {
			<-done
		}
		if found = w.median() > longWait/10; found {
			return
		}
	}
	t.Error("goroutines that wait for a processor are not noticed")
}
