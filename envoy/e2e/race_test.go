package e2e

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
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

// referee stands between everyone and the emulator, so that it is settled which of two models is first: the
// winner's call waits for the loser's, whose answer stops after its first byte until its caller has gone.
type referee struct {
	loser  string
	called chan struct{} // closed once the loser was
	once   sync.Once
	proxy  *httputil.ReverseProxy
}

func newReferee(t *testing.T, loser string) (address string) {
	em, err := emulator.Start(emulator.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { em.Close() })
	to, _ := url.Parse(em.URL)
	f := &referee{loser: loser, called: make(chan struct{}), proxy: &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host, r.Out.Host = to.Scheme, to.Host, r.In.Host
		},
		FlushInterval: -1,
		ErrorHandler:  func(http.ResponseWriter, *http.Request, error) {}, // its caller has gone
	}}
	f.proxy.ModifyResponse = func(r *http.Response) error {
		if strings.Contains(r.Request.URL.Path, loser) {
			r.Body = &stopping{r.Body, r.Request.Context(), false}
		}
		return nil
	}
	s := httptest.NewServer(f)
	t.Cleanup(s.Close)
	return strings.TrimPrefix(s.URL, "http://")
}

func (f *referee) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.Contains(r.URL.Path, f.loser) {
		f.once.Do(func() { close(f.called) })
	}
	select {
	case <-f.called:
	case <-time.After(time.Minute):
	}
	f.proxy.ServeHTTP(w, r)
}

// stopping is a body that stops after its first byte.
type stopping struct {
	io.ReadCloser
	ctx  context.Context
	said bool
}

func (s *stopping) Read(b []byte) (int, error) {
	if s.said {
		<-s.ctx.Done()
		return 0, s.ctx.Err()
	}
	s.said = true
	return s.ReadCloser.Read(b[:1])
}

// A model whose deadline comes near gets a rival: the first good answer wins, the other call is stopped, and
// both are told, and paid as far as they have begun.
func TestHedge(t *testing.T) {
	for name, c := range map[string]struct {
		loser  string
		winner int
	}{
		"the next model is faster":      {"haiku", 1},
		"the first one comes after all": {"sonnet", 0},
	} {
		for _, mode := range []string{"", streaming} {
			t.Run(name+mode, func(t *testing.T) {
				t.Parallel()
				r := newRig(t, options{upstream: newReferee(t, c.loser), plan: func(p *routing.Plan) {
					p.Deadlines.Answer, p.Deadlines.FirstToken, p.Deadlines.Total, p.Hedge = time.Minute, time.Minute, time.Minute, time.Minute-50*time.Millisecond
				}})
				a := r.post(t, prompt(question, withMore(mode)...))
				got := ended(t, a, mode)
				if a.Status != http.StatusOK || got.Text == "" || len(got.Route.Attempts) != 2 {
					t.Fatalf("got status %d: %s, want an answer after two attempts", a.Status, a.Body)
				}
				for i, attempt := range got.Route.Attempts {
					want := "reject"
					if i == c.winner {
						want = "accept"
					}
					if attempt.Verdict != want || attempt.Hedge != (i == 1) {
						t.Errorf("attempt %d: got %+v, want %s", i, attempt, want)
					}
					if begun := i == 0 || c.winner == 1; begun && attempt.CostUSD == 0 { // the rival may not have
						t.Errorf("attempt %d cost nothing", i)
					}
				}
				if got.Route.Escalated != (c.winner == 1) {
					t.Errorf("got escalated %v", got.Route.Escalated)
				}
			})
		}
	}
}

// A model that is overtaken while slow checks look at its answer is charged for what they have asked.
func TestHedgeWhileASlowCheckRuns(t *testing.T) {
	for _, mode := range []string{"", streaming} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, options{plan: func(p *routing.Plan) {
				p.Deadlines.Answer, p.Deadlines.FirstToken, p.Deadlines.Slow = time.Minute, time.Minute, time.Minute
				p.Slow, p.Hedge = []routing.Slow{&undecided{}}, time.Minute-50*time.Millisecond
			}})
			got := ended(t, r.post(t, prompt("hello [[fault:slow@small]]", withMore(mode)...)), mode)
			if len(got.Route.Attempts) != 2 {
				t.Fatalf("got %+v, want two attempts", got.Route)
			}
			o := r.outcome(t, got.ID)
			if len(o.Plan.Charges) != 2 || got.Usage.CostUSD != o.CostUSD || o.CostUSD < 0.002 {
				t.Errorf("got charges %+v and a cost of %v, told as %v, want that of both questions", o.Plan.Charges, o.CostUSD, got.Usage.CostUSD)
			}
		})
	}
}

// undecided is a slow check that says nothing of the first answer that it is shown, however long it is given.
type undecided struct{ asked atomic.Int32 }

func (*undecided) Name() string { return "undecided" }

func (u *undecided) Judge(ctx context.Context, _ *routing.Prompt, _ *routing.Answer) (routing.Verdict, []routing.Charge, error) {
	charges := []routing.Charge{{What: "verifier", CostUSD: 0.001}}
	if u.asked.Add(1) == 1 {
		<-ctx.Done()
		return routing.Verdict{}, charges, ctx.Err()
	}
	return routing.Verdict{Decision: routing.Accept}, charges, nil
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
