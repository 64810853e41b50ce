package e2e

import (
	"net/http"
	"testing"
	"time"

	"ockham/internal/emulator"
	"ockham/routing"
)

// ended is the reply of either mode: whole, or what the last event of the stream says.
func ended(t *testing.T, a answer, mode string) reply {
	t.Helper()
	if mode == "" {
		return a.reply(t)
	}
	s := readStream(t, a.Body)
	s.last.Text = s.text
	return s.last
}

// A model whose deadline comes near gets a rival: the first good answer wins, the other call is stopped, and
// both are told and paid.
func TestHedge(t *testing.T) {
	for name, c := range map[string]struct {
		fault  string
		winner int
	}{
		"the next model is faster":      {"[[fault:slow@small]]", 1},
		"the first one comes after all": {"[[fault:slow]]", 0},
	} {
		for _, mode := range []string{"", streaming} {
			t.Run(name+mode, func(t *testing.T) {
				t.Parallel()
				r := newRig(t, options{plan: func(p *routing.Plan) {
					p.Deadlines.Answer, p.Deadlines.FirstToken, p.Hedge = 20*time.Second, 20*time.Second, 19900*time.Millisecond
				}})
				a := r.post(t, prompt(question+c.fault, withMore(mode)...))
				got := ended(t, a, mode)
				if a.Status != http.StatusOK || got.Text == "" || len(got.Route.Attempts) != 2 {
					t.Fatalf("got status %d: %s, want an answer after two attempts", a.Status, a.Body)
				}
				for i, attempt := range got.Route.Attempts {
					want := "reject"
					if i == c.winner {
						want = "accept"
					}
					if attempt.Verdict != want || attempt.CostUSD == 0 || attempt.Hedge != (i == 1) {
						t.Errorf("attempt %d: got %+v, want %s, and a cost", i, attempt, want)
					}
				}
				if got.Route.Escalated != (c.winner == 1) {
					t.Errorf("got escalated %v", got.Route.Escalated)
				}
			})
		}
	}
}

// A model that hangs is overtaken at its deadline by one that was called before it.
func TestHedgeAtTheDeadline(t *testing.T) {
	for _, fault := range []string{"hang", "stall"} {
		for _, mode := range []string{"", streaming} {
			t.Run(fault+mode, func(t *testing.T) {
				t.Parallel()
				r := newRig(t, options{plan: func(p *routing.Plan) {
					p.Deadlines.Answer, p.Deadlines.FirstToken, p.Hedge = 2*time.Second, 2*time.Second, 1900*time.Millisecond
				}})
				got := ended(t, r.post(t, prompt(question+"[[fault:"+fault+"@small]]", withMore(mode)...)), mode)
				checkEscalated(t, got, routing.ReasonTimeout)
			})
		}
	}
}

// Where all else is throttled, the same call is made again after the SDK's back-off.
func TestThrottledWait(t *testing.T) {
	for name, c := range map[string]struct {
		ways            []string
		limit, attempts int
	}{
		"wait":      {[]string{routing.ThrottleWait}, 2, 2},
		"model":     {[]string{routing.ThrottleModel}, 4, 3},
		"nothing":   {[]string{}, 4, 1},
		"then wait": {[]string{routing.ThrottleRegion, routing.ThrottleModel, routing.ThrottleWait}, 4, 4},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, options{plan: func(p *routing.Plan) { p.Throttled, p.Limits.Attempts = c.ways, c.limit }})
			a := r.post(t, prompt("hello [[fault:throttle]]"))
			if got := a.reply(t); a.Status != http.StatusTooManyRequests || got.Error == nil || got.Error.Code != "throttled" {
				t.Errorf("got status %d: %s, want 429", a.Status, a.Body)
			}
			if got := len(r.seen()); got != c.attempts {
				t.Errorf("got %d calls, want %d", got, c.attempts)
			}
		})
	}
}

// A call that is throttled once is answered by the same model in the end.
func TestThrottledOnce(t *testing.T) {
	half, err := emulator.ParseFaultRate("throttle=30%")
	if err != nil {
		t.Fatal(err)
	}
	r := newRig(t, options{emulator: emulator.Config{Faults: []emulator.FaultRate{half}}, plan: func(p *routing.Plan) {
		p.Throttled, p.Limits.Attempts = []string{routing.ThrottleWait}, 20
	}})
	for range 2 {
		got := r.post(t, prompt("hello")).reply(t)
		if got.Model != "haiku-5-5" || got.Route.Escalated {
			t.Errorf("got %+v, want an answer of the first model", got)
		}
	}
}
