package e2e

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"ockham/envoy"
	"ockham/internal/emulator"
	"ockham/routing"
)

// A request may be held for much longer than Envoy's interval between two pings of the service.
func TestLongHold(t *testing.T) {
	r := newRig(t, options{
		params: func(p *envoy.Params) { p.Timeouts.KeepaliveInterval = 50 * time.Millisecond },
		plan:   func(p *routing.Plan) { p.Deadlines.Answer = 2 * time.Second },
	})
	for _, fault := range []string{"hang", "stall"} {
		a := r.post(t, prompt(question+"[[fault:"+fault+"@small]]"))
		if a.Status != http.StatusOK {
			t.Fatalf("%s: got status %d: %s", fault, a.Status, a.Body)
		}
		checkEscalated(t, a.reply(t), routing.ReasonTimeout)
	}
}

// The deadline of all attempts holds for the first one too, whose own may be later.
func TestTotalDeadline(t *testing.T) {
	r := newRig(t, options{plan: func(p *routing.Plan) {
		p.Deadlines = routing.Deadlines{Answer: time.Minute, FirstToken: time.Minute, Total: 300 * time.Millisecond}
	}})
	for _, mode := range []string{"", streaming} {
		for _, fault := range []string{"hang", "stall"} {
			a := r.post(t, prompt("hello [[fault:"+fault+"]]", withMore(mode)...))
			if got := a.reply(t); a.Status != http.StatusGatewayTimeout || got.Error == nil || got.Error.Code != "timeout" {
				t.Errorf("%s: got status %d: %s, want 504 timeout", fault, a.Status, a.Body)
			}
		}
	}
}

// When the client leaves, the call that runs for it ends at Bedrock too: the one through Envoy, and those
// that the service makes.
func TestLeavingCancelsTheCall(t *testing.T) {
	for name, c := range map[string]struct {
		faults string
		calls  int
	}{
		"first attempt":  {"[[fault:hang]]", 1},
		"second attempt": {"[[fault:unavailable@small]] [[fault:slow]]", 2},
	} {
		for _, mode := range []string{"", streaming} {
			t.Run(name+mode, func(t *testing.T) {
				ctx, leave := context.WithCancel(t.Context())
				defer leave()
				started := 0 // calls follow one another
				r := newRig(t, options{
					emulator: emulator.Config{OnStart: func(emulator.Call) {
						if started++; started == c.calls {
							leave()
						}
					}},
					plan: func(p *routing.Plan) { p.Deadlines.Answer, p.Deadlines.FirstToken = time.Minute, time.Minute },
				})
				body := prompt(question+c.faults, withMore(mode)...)
				req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.URL+"/api/v1/generate", strings.NewReader(body))
				if err != nil {
					t.Fatal(err)
				}
				if _, err := r.client.Do(req); err == nil {
					t.Fatal("got an answer")
				}
				wantNoneLeft(t)
				r.wantCancelled(t, c.calls)
			})
		}
	}
}

// wantCancelled waits until n calls of Bedrock have ended, the last of them because its caller had gone.
func (r *rig) wantCancelled(t *testing.T, n int) {
	t.Helper()
	late := time.After(leakLimit)
	for tick := time.NewTicker(10 * time.Millisecond); ; {
		r.mu.Lock()
		ended := len(r.calls)
		r.mu.Unlock()
		if ended == n {
			tick.Stop()
			break
		}
		select {
		case <-tick.C:
		case <-late:
			t.Fatalf("%d calls ended, want %d", ended, n)
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if last := r.calls[n-1]; !last.Cancelled {
		t.Errorf("the last call ended by itself, with status %d", last.Status)
	}
}
