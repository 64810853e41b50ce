package e2e

import (
	"net/http"
	"testing"
	"time"

	"ockham/internal/emulator"
)

// A clock that is off costs the first request one call more, and no client an error.
func TestWrongClock(t *testing.T) {
	for name, off := range map[string]time.Duration{"behind": 20 * time.Minute, "ahead": -20 * time.Minute} {
		for _, mode := range []string{"", streaming} {
			t.Run(name+mode, func(t *testing.T) {
				r := newRig(t, options{emulator: emulator.Config{Now: func() time.Time { return time.Now().Add(off) }}})
				for i, want := range []int{2, 1} {
					a := r.post(t, prompt("Summarise: the meeting is moved to Monday.", withMore(mode)...))
					if a.Status != http.StatusOK {
						t.Fatalf("request %d: got status %d: %s", i, a.Status, a.Body)
					}
					got := readStream(t, a.Body).last
					if mode == "" {
						got = a.reply(t)
					}
					if n := len(got.Route.Attempts); n != want || got.Route.Escalated {
						t.Errorf("request %d: got %+v, want %d attempts by one model", i, got.Route, want)
					}
				}
				// Calls of the service itself are signed by the same clock.
				a := r.post(t, prompt(question+"[[fault:unavailable@small]]"))
				if a.Status != http.StatusOK {
					t.Fatalf("escalated: got status %d: %s", a.Status, a.Body)
				}
				checkEscalated(t, a.reply(t), "status")
			})
		}
	}
}
