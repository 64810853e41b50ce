// Package e2e shows that a request's whole way works: real clients, a real Envoy with the rendered
// configuration, the service, and the emulator of Bedrock behind both.
package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	extprocv3 "github.com/envoyproxy/go-control-plane/envoy/service/ext_proc/v3"
	"google.golang.org/grpc"

	"ockham/bedrock"
	"ockham/envoy"
	"ockham/envoy/envoytest"
	"ockham/extproc"
	"ockham/internal/emulator"
	"ockham/routing"
	"ockham/routing/checks"
)

// rig is one Envoy, one service and one emulator.
type rig struct {
	URL      string // Envoy's listener
	Envoy    *envoytest.Instance
	Emulator string // the emulator's address
	client   *http.Client

	mu       sync.Mutex
	outcomes map[string]*extproc.Outcome
	calls    []emulator.Call
}

// options are what a test may change; the zero value is the usual rig.
type options struct {
	params   func(*envoy.Params)
	plan     func(*routing.Plan) // changes every plan
	policy   func(*extproc.Policy)
	service  func(*extproc.Service)
	emulator emulator.Config
	upstream string // host:port in place of the emulator, for Envoy and the service alike
	over     string // what Bedrock is spoken to over: HTTP/1.1, h2c or tls
	ca       string // of upstream, over tls
}

// models are a small, a middle and a large one.
var models = []string{"us.anthropic.claude-haiku-5-5", "us.anthropic.claude-sonnet-5-5", "us.anthropic.claude-opus-5-5"}

func newRig(t testing.TB, o options) *rig {
	t.Helper()
	r := &rig{outcomes: map[string]*extproc.Outcome{}, client: &http.Client{
		Transport: &http.Transport{MaxIdleConnsPerHost: 512, DisableCompression: true},
	}}
	t.Cleanup(r.client.CloseIdleConnections)
	r.Emulator = o.upstream
	if r.Emulator == "" {
		o.emulator.OnCall = r.called
		em, err := emulator.Start(o.emulator)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { em.Close() })
		r.Emulator = strings.TrimPrefix(em.URL, "http://")
		if o.over == tlsH2 {
			r.Emulator, o.ca = strings.TrimPrefix(em.TLSURL, "https://"), string(em.CA)
		}
	}
	socket := filepath.Join(t.TempDir(), "ockham.sock")
	r.serve(t, socket, o)
	p := envoy.Params{
		Listen: "127.0.0.1:0", Admin: "127.0.0.1:0", Processor: envoy.Address("unix:" + socket),
		Regions: []envoy.Region{r.region(t, o)},
		// Planning for hundreds at once may take long on a busy machine, which is no fault.
		Timeouts: envoy.Timeouts{Message: time.Minute},
	}
	if o.params != nil {
		o.params(&p)
	}
	bootstrap, err := envoy.Bootstrap(p)
	if err != nil {
		t.Fatal(err)
	}
	r.Envoy = envoytest.Envoy(t, bootstrap)
	r.URL = r.Envoy.URL(t)
	return r
}

// serve runs the service on a socket until the test ends.
func (r *rig) serve(t testing.TB, socket string, o options) {
	t.Helper()
	signer := newSigner()
	policy := r.policy(t, o, signer)
	s := &extproc.Service{
		Policy:  func() *extproc.Policy { return policy },
		Signer:  signer,
		Observe: r.observe,
		Load:    extproc.NewLoad(10_000, 1<<30),
		Log:     slog.New(slog.NewTextHandler(testWriter{t}, nil)),
	}
	if o.service != nil {
		o.service(s)
	}
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	g := grpc.NewServer(extproc.ServerOptions(63 << 20)...)
	extprocv3.RegisterExternalProcessorServer(g, s)
	go func() { _ = g.Serve(l) }()
	t.Cleanup(func() {
		envoytest.WantNoneLeft(t)
		if left := s.Load.State(); left.Requests != 0 || left.Bytes != 0 {
			t.Errorf("%d requests and %d bytes are still counted", left.Requests, left.Bytes)
		}
		g.Stop()
	})
}

// newSigner has the emulator's default credentials.
func newSigner() *bedrock.Signer {
	return bedrock.NewSigner(credentials.NewStaticCredentialsProvider(emulator.DefaultAccessKey, emulator.DefaultSecret, ""))
}

// caller calls Bedrock without Envoy.
func caller(region, url string) *bedrock.Client {
	return bedrock.NewClient(region, url, newSigner(), &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 512}})
}

func (r *rig) policy(t testing.TB, o options, signer *bedrock.Signer) *extproc.Policy {
	direct := bedrock.NewClient("us-east-1", r.url(o), signer, &http.Client{Transport: o.transport()})
	var list []*routing.Model
	targets := map[*routing.Model]*extproc.Target{}
	for _, id := range models {
		m, geography, ok := bedrock.Lookup(id)
		if !ok {
			t.Fatalf("the catalogue lacks %s", id)
		}
		f := m.Surcharge(geography)
		rm := &routing.Model{
			Name: strings.TrimPrefix(id, "us.anthropic.claude-"), ID: id, Family: m.Family, Context: m.Context, MaxOutput: m.MaxOutput,
			Price: routing.Price{In: m.In * f, Out: m.Out * f},
		}
		list = append(list, rm)
		targets[rm] = &extproc.Target{Model: m, ID: id, Region: "us-east-1", Host: r.Emulator, Caller: direct}
	}
	looks := checks.Default() // made once: they compile what they look for
	p := &extproc.Policy{
		Plan: func(_ context.Context, p *routing.Prompt) (*routing.Plan, error) {
			plan := &routing.Plan{
				Pipe: "green", Strategy: routing.StrategyDefault, Reason: "test", Models: list, Largest: list[len(list)-1],
				Judging: routing.Judging{Checks: slices.Clone(looks)}, Limits: routing.Limits{Attempts: 3},
				Deadlines: routing.Deadlines{Answer: 20 * time.Second, FirstToken: 5 * time.Second, Total: 30 * time.Second},
				Hold:      routing.Hold{Tokens: 40, Time: 200 * time.Millisecond, Full: p.Format != routing.FormatText},
				Features:  routing.Features{Tokens: 100},
			}
			if o.plan != nil {
				o.plan(plan)
			}
			return plan, nil
		},
		Target:   func(m *routing.Model, _, _ string) *extproc.Target { return targets[m] },
		Known:    func(string) extproc.Name { return extproc.NameUnknown },
		Expose:   func(string) extproc.Expose { return extproc.ExposeFull },
		MaxHeld:  8 << 20,
		IdleStop: 5 * time.Second,
	}
	if o.policy != nil {
		o.policy(p)
	}
	return p
}

func (r *rig) observe(o *extproc.Outcome) {
	copied := *o
	r.mu.Lock()
	r.outcomes[o.ID] = &copied
	r.mu.Unlock()
}

func (r *rig) called(c emulator.Call) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls = append(r.calls, c)
}

// seen are the calls that the emulator has ended.
func (r *rig) seen() []emulator.Call {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.calls)
}

// answer is a whole reply of Envoy.
type answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// reply is the body of the generate API.
type reply struct {
	ID         string `json:"id"`
	Text       string `json:"text"`
	Model      string `json:"model"`
	StopReason string `json:"stop_reason"`
	Usage      struct {
		InputTokens  int     `json:"input_tokens"`
		OutputTokens int     `json:"output_tokens"`
		CostUSD      float64 `json:"cost_usd"`
	} `json:"usage"`
	Route struct {
		Pipe, Strategy, Reason, Verdict string
		Escalated, Unchecked            bool
		HoldOut                         bool `json:"hold_out"`
		Attempts                        []struct {
			Model, Verdict, Reason, Then string
			MS                           int64   `json:"ms"`
			CostUSD                      float64 `json:"cost_usd"`
			Repair, Hedge                bool
			Mended, Skipped              []string
		}
	} `json:"route"`
	Error *struct {
		Code      string `json:"code"`
		Message   string `json:"message"`
		RequestID string `json:"request_id"`
		Reason    string
	} `json:"error"`
}

func (a answer) reply(t testing.TB) (r reply) {
	t.Helper()
	if err := json.Unmarshal(a.Body, &r); err != nil {
		t.Fatalf("got status %d and a body that is no JSON: %v\n%.300s", a.Status, err, a.Body)
	}
	return r
}

// post sends a body to the generate API.
func (r *rig) post(t testing.TB, body string) answer {
	t.Helper()
	a, err := r.do(http.MethodPost, "/api/v1/generate", body)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func (r *rig) do(method, path, body string) (answer, error) {
	req, err := http.NewRequest(method, r.URL+path, strings.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := r.client.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, resp.Header, data}, err
}

// event is one server-sent event.
type event struct{ kind, data string }

// events takes a stream apart.
func events(body []byte) []event {
	var list []event
	for block := range bytes.SplitSeq(body, []byte("\n\n")) {
		var e event
		for line := range bytes.Lines(block) {
			line = bytes.TrimRight(line, "\n")
			if v, ok := bytes.CutPrefix(line, []byte("event: ")); ok {
				e.kind = string(v)
			}
			if v, ok := bytes.CutPrefix(line, []byte("data: ")); ok {
				e.data = string(v)
			}
		}
		if e != (event{}) {
			list = append(list, e)
		}
	}
	return list
}

// streamed is what a generate stream said.
type streamed struct {
	text string
	kind string // of the last event
	last reply
	all  []event
}

func readStream(t testing.TB, body []byte) streamed {
	t.Helper()
	var s streamed
	s.all = events(body)
	for _, e := range s.all {
		switch e.kind {
		case "delta":
			var d struct{ Text string }
			if err := json.Unmarshal([]byte(e.data), &d); err != nil {
				t.Fatalf("delta %q: %v", e.data, err)
			}
			s.text += d.Text
		case "restart":
			s.text = ""
		default:
			if err := json.Unmarshal([]byte(e.data), &s.last); err != nil {
				t.Fatalf("%s %q: %v", e.kind, e.data, err)
			}
		}
		s.kind = e.kind
	}
	return s
}

// prompt is the body of a request for text.
func prompt(text string, more ...string) string {
	b, _ := json.Marshal(text)
	return fmt.Sprintf(`{"prompt":%s%s}`, b, strings.Join(append([]string{""}, more...), ","))
}

type testWriter struct{ t testing.TB }

func (w testWriter) Write(b []byte) (int, error) {
	w.t.Helper()
	if w.t.Context().Err() == nil {
		w.t.Log(strings.TrimSpace(string(b)))
	}
	return len(b), nil
}
