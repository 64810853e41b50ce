package e2e

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"ockham/envoy/envoytest"
	"ockham/extproc"
	"ockham/internal/emulator"
	"ockham/routing"
)

// Throttling is no bad answer: the same model is asked in another region first.
func TestThrottledRegion(t *testing.T) {
	west, err := emulator.Start(emulator.Config{Regions: []string{"us-west-2"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(west.Close)
	always, err := emulator.ParseFaultRate("throttle=100%")
	if err != nil {
		t.Fatal(err)
	}
	r := newRig(t, options{
		emulator: emulator.Config{Faults: []emulator.FaultRate{always}},
		policy: func(p *extproc.Policy) {
			east := p.Target
			p.Target = func(m *routing.Model, pipe, route string) *extproc.Target {
				target := *east(m, pipe, route)
				target.Elsewhere = []extproc.Target{{Model: target.Model, ID: target.ID, Region: "us-west-2", Caller: caller("us-west-2", west.URL)}}
				return &target
			}
		},
	})
	for _, mode := range []string{"", streaming} {
		a := r.post(t, prompt("hello", withMore(mode)...))
		got := reply{}
		if mode == "" {
			got = a.reply(t)
		} else {
			got = readStream(t, a.Body).last
		}
		if a.Status != http.StatusOK || got.Model != "haiku-5-5" || got.Route.Escalated || len(got.Route.Attempts) != 2 {
			t.Errorf("got status %d: %s, want the second attempt by the same model, not escalated", a.Status, a.Body)
		}
	}
}

// once rejects the first answer that it sees.
type once struct{ seen int }

func (*once) Name() string { return "once" }

func (o *once) Start(*routing.Prompt) routing.Look {
	o.seen++
	first := o.seen == 1
	return func(a *routing.Answer) routing.Verdict {
		if first && a.Done {
			return routing.Rejected(routing.ReasonFormat, "it has no heading")
		}
		return routing.Verdict{}
	}
}

// A model that is told what was wrong gets one try to put it right, before a larger one is paid.
func TestRepair(t *testing.T) {
	r := newRig(t, options{plan: func(p *routing.Plan) {
		p.Checks, p.Repair, p.Hold.Full, p.Limits.Attempts = []routing.Check{&once{}}, true, true, 4
	}})
	got := r.post(t, prompt("hello")).reply(t)
	if got.Model != "haiku-5-5" || len(got.Route.Attempts) != 2 || got.Route.Escalated {
		t.Fatalf("got %+v, want two attempts by the small model", got.Route)
	}
	if body := string(r.seen()[1].Body); !strings.Contains(body, "it has no heading") {
		t.Errorf("the second request does not say what was wrong: %s", body)
	}
}

// slow is a check that takes its time.
type slow struct {
	takes   time.Duration
	verdict func(*routing.Answer) routing.Verdict
	err     error
}

func (slow) Name() string { return "slow" }

func (s slow) Judge(ctx context.Context, _ *routing.Prompt, a *routing.Answer) (routing.Verdict, []routing.Charge, error) {
	select {
	case <-ctx.Done():
		return routing.Verdict{}, nil, ctx.Err()
	case <-time.After(s.takes):
	}
	if s.err != nil {
		return routing.Verdict{}, nil, s.err
	}
	return s.verdict(a), []routing.Charge{{What: "verifier", CostUSD: 0.001}}, nil
}

// Slow checks judge whole answers; one that hangs or fails lets the answer pass in time.
func TestSlowChecks(t *testing.T) {
	rejectFirst := func() func(*routing.Answer) routing.Verdict {
		n := 0
		return func(*routing.Answer) routing.Verdict {
			if n++; n == 1 {
				return routing.Rejected(routing.ReasonVerifier, "it does not answer the question")
			}
			return routing.Verdict{Decision: routing.Accept}
		}
	}
	for name, c := range map[string]struct {
		check    func() slow
		attempts int
	}{
		"rejects": {func() slow { return slow{verdict: rejectFirst()} }, 2},
		"hangs":   {func() slow { return slow{takes: time.Hour} }, 1},
		"fails":   {func() slow { return slow{err: errors.New("no answer")} }, 1},
	} {
		for _, mode := range []string{"", streaming} {
			t.Run(name+mode, func(t *testing.T) {
				check := c.check()
				r := newRig(t, options{plan: func(p *routing.Plan) {
					p.Slow, p.Deadlines.Slow = []routing.Slow{check}, 2*time.Second
				}})
				a := r.post(t, prompt("hello", withMore(mode)...))
				got := reply{}
				if mode == "" {
					got = a.reply(t)
				} else {
					got = readStream(t, a.Body).last
				}
				if a.Status != http.StatusOK || len(got.Route.Attempts) != c.attempts {
					t.Fatalf("got status %d: %s, want %d attempts", a.Status, a.Body, c.attempts)
				}
				if c.attempts == 2 && (got.Route.Attempts[0].Reason != "verifier" || got.Usage.CostUSD < 0.002) {
					t.Errorf("got %s, want the verifier's reason and cost", a.Body)
				}
			})
		}
	}
}

// A plain request that runs as a stream upstream is given up at its first bad token.
func TestEarly(t *testing.T) {
	r := newRig(t, options{emulator: paced, plan: func(p *routing.Plan) {
		p.Early, p.Deadlines.FirstToken = true, 3*time.Second
	}})
	got := r.post(t, prompt("hello")).reply(t)
	if got.Text == "" || got.StopReason != "end_turn" || len(got.Route.Attempts) != 1 {
		t.Errorf("got %+v, want a whole answer", got)
	}
	got = r.post(t, prompt(question+"[[fault:refusal@small]]")).reply(t)
	if len(got.Route.Attempts) != 2 || got.Route.Attempts[0].Reason != "refusal" || got.Text == "" {
		t.Errorf("got %+v, want the refusal replaced", got.Route)
	}
	got = r.post(t, prompt(question+"[[fault:loop@small]]")).reply(t)
	if len(got.Route.Attempts) != 2 || got.Route.Attempts[0].Reason != "loop" || !r.stopped("haiku") {
		t.Errorf("got %+v, want the first call stopped before its end", got.Route)
	}
	if got := r.post(t, prompt(question+"[[fault:stall@small]]")); got.Status != http.StatusOK {
		t.Errorf("a stalled stream: got status %d: %s", got.Status, got.Body)
	}
}

// picky stands in for a Bedrock whose models find the request's schema too complex, and take it in any other form.
func picky(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	w.Header().Set("Content-Type", "application/json")
	if bytes.Contains(body, []byte(`"outputConfig"`)) {
		w.Header().Set("X-Amzn-ErrorType", "ValidationException:http://internal.amazon.com/coral/com.amazon.bedrock/")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"message":"The model returned the following errors: Schema is too complex, compilation exceeded limits"}`)
		return
	}
	content := `{"text":"{\"a\":1}"}`
	if bytes.Contains(body, []byte(`"toolChoice"`)) {
		content = `{"toolUse":{"toolUseId":"1","name":"json_answer","input":{"a":1}}}`
	}
	fmt.Fprintf(w, `{"output":{"message":{"role":"assistant","content":[%s]}},"stopReason":"end_turn","usage":{"inputTokens":1,"outputTokens":2,"totalTokens":3},"metrics":{"latencyMs":1}}`, content)
}

// A schema that a model refuses in its native form is asked for once more in another, of the same model.
func TestRefusedSchema(t *testing.T) {
	upstream := httptest.NewServer(http.HandlerFunc(picky))
	t.Cleanup(upstream.Close)
	for _, first := range []int{0, 1} { // one that can be forced to answer by a tool, and one that cannot
		r := newRig(t, options{
			upstream: strings.TrimPrefix(upstream.URL, "http://"),
			plan:     func(p *routing.Plan) { p.Models = p.Models[first:] },
		})
		a := r.post(t, prompt("hello", `"response_format":{"type":"json_schema","schema":{"type":"object","properties":{"a":{"type":"integer"}}}}`))
		got := a.reply(t)
		if a.Status != http.StatusOK || got.Text != `{"a":1}` || len(got.Route.Attempts) != 2 || got.Route.Escalated {
			t.Errorf("got status %d: %s, want the second attempt of the same model", a.Status, a.Body)
		}
		if bridged := a.Header.Get("X-Ockham-Bridged"); bridged != "json_schema" {
			t.Errorf("x-ockham-bridged: got %q, want json_schema", bridged)
		}
	}
}

// stopped waits for a call of a model that ended because its caller had enough.
func (r *rig) stopped(model string) bool {
	for until := time.Now().Add(envoytest.LeakLimit); time.Now().Before(until); time.Sleep(10 * time.Millisecond) {
		for _, call := range r.seen() {
			if strings.Contains(call.Model, model) && call.Cancelled {
				return true
			}
		}
	}
	return false
}
