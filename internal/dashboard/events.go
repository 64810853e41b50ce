package dashboard

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"ockham/internal/telemetry"
)

// watchers bounds how many pages look on at once: each is sent a view every second.
type watchers struct{ count atomic.Int32 }

const maxWatchers = 32

func (w *watchers) enter() bool {
	if w.count.Add(1) > maxWatchers {
		w.count.Add(-1)
		return false
	}
	return true
}

func (w *watchers) leave() { w.count.Add(-1) }

// tick is how often the page is told what is new, and idle how often when nothing is.
const (
	tick     = time.Second
	idle     = 10
	maxFresh = 50 // new decisions told at one tick; the rest is in the sums
)

// update is one server-sent event.
type update struct {
	View      telemetry.View `json:"view"`
	Decisions []brief        `json:"decisions"` // newest first
}

// events streams updates until the page is closed.
func (s *server) events(w http.ResponseWriter, r *http.Request) {
	if !s.watchers.enter() {
		fail(w, http.StatusServiceUnavailable, "unavailable", "too many pages are open")
		return
	}
	defer s.watchers.leave()
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	last, _ := strconv.ParseUint(r.Header.Get("Last-Event-ID"), 10, 64)
	if last > s.Sums.Seq() {
		last = 0 // told by a process before this one
	}
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	for quiet := idle; ; quiet++ {
		now, err := s.send(w, r, last, quiet >= idle)
		if err != nil {
			return
		}
		if now != last || quiet >= idle {
			last, quiet = now, 0
		}
		select {
		case <-r.Context().Done():
			return
		case <-ticker.C:
		}
	}
}

// send tells what came after last, and returns the newest decision told. A page that does not read
// is given up after some seconds.
func (s *server) send(w http.ResponseWriter, r *http.Request, last uint64, always bool) (uint64, error) {
	fresh := s.Sums.Recent(last, maxFresh)
	if len(fresh) == 0 && !always {
		return last, nil
	}
	if len(fresh) > 0 {
		last = fresh[0].Seq
	}
	data, err := json.Marshal(update{View: s.Sums.View(time.Now(), window(r)), Decisions: briefs(fresh)})
	if err != nil {
		return last, err
	}
	control := http.NewResponseController(w)
	_ = control.SetWriteDeadline(time.Now().Add(5 * time.Second)) // not every writer of a test has one
	if _, err := fmt.Fprintf(w, "id: %d\nevent: update\ndata: %s\n\n", last, data); err != nil {
		return last, err
	}
	return last, control.Flush()
}
