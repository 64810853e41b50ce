package e2e

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"ockham/envoy"
	"ockham/envoy/envoytest"
	"ockham/extproc"
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
				envoytest.WantNoneLeft(t)
				r.wantCancelled(t, c.calls)
			})
		}
	}
}

// wantCancelled waits until n calls of Bedrock have ended, the last of them because its caller had gone.
func (r *rig) wantCancelled(t *testing.T, n int) {
	t.Helper()
	late := time.After(envoytest.LeakLimit)
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

// An answer beyond the held limit is released without its checks, and says so, whatever is wrong with it.
func TestUnchecked(t *testing.T) {
	stand := (&big{size: 32 << 20}).start(t)
	for name, c := range map[string]struct {
		held     int
		upstream string
		mode     string
	}{
		"32 MB":    {8 << 20, stand, ""},
		"plain":    {300, "", ""},
		"streamed": {300, "", streaming},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, options{
				upstream: c.upstream, emulator: paced,
				policy: func(p *extproc.Policy) { p.MaxHeld = c.held },
				plan:   func(p *routing.Plan) { p.Hold.Full = true },
			})
			a := r.post(t, prompt(question+"[[fault:loop]]", withMore(c.mode)...))
			if a.Status != http.StatusOK || a.Header.Get("X-Ockham-Unchecked") != "true" || a.Header.Get("X-Ockham-Attempts") != "1" {
				t.Fatalf("got status %d, %d bytes, headers %v", a.Status, len(a.Body), a.Header)
			}
			if got := ended(t, a, c.mode); len(got.Text) < c.held || got.StopReason != "end_turn" {
				t.Errorf("got a text of %d bytes that ended by %q", len(got.Text), got.StopReason)
			}
		})
	}
}

// A connection that is refused is as good a reason for the next model as a bad answer.
func TestConnectionRefused(t *testing.T) {
	bedrock, err := emulator.Start(emulator.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(bedrock.Close)
	r := newRig(t, options{upstream: "127.0.0.1:1", policy: func(p *extproc.Policy) {
		refused := p.Target
		p.Target = func(m *routing.Model, pipe, route string) *extproc.Target {
			target := *refused(m, pipe, route)
			target.Caller = caller("us-east-1", bedrock.URL)
			return &target
		}
	}})
	for _, mode := range []string{"", streaming} {
		checkEscalated(t, ended(t, r.post(t, prompt(question, withMore(mode)...)), mode), routing.ReasonConnection)
	}
}
