package e2e

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"ockham/envoy"
	"ockham/extproc"
	"ockham/internal/telemetry"
	"ockham/routing"
)

// facts are what there is to tell of an answer, by the names of the response headers.
type facts map[string]string

// tidy is a check that puts every answer right, and puzzled one that cannot judge any.
type (
	tidy    struct{}
	puzzled struct{}
)

func (tidy) Name() string { return "tidy" }

func (tidy) Start(*routing.Prompt) routing.Look {
	return func(a *routing.Answer) routing.Verdict {
		return routing.Verdict{Decision: routing.Accept, Text: a.Text + "."}
	}
}

func (puzzled) Name() string { return "puzzled" }

func (puzzled) Start(*routing.Prompt) routing.Look {
	return func(*routing.Answer) routing.Verdict {
		return routing.Verdict{Decision: routing.Accept, Skipped: true, Detail: "not checked"}
	}
}

// Whatever there is to tell of an answer is told alike in response headers, body, metadata (which the access log
// shows), ledger and metrics.
func TestToldAlike(t *testing.T) {
	for name, c := range map[string]struct {
		prompt string
		plan   func(*routing.Plan)
		held   int
		want   facts
	}{
		"accepted": {prompt: "hello", want: facts{"model": "haiku-5-5", "verdict": "accept", "attempts": "1", "escalated": "false"}},
		"escalated": {
			prompt: question + "[[fault:refusal@small]]",
			want:   facts{"model": "sonnet-5-5", "verdict": "accept", "attempts": "2", "escalated": "true", "rejects": "refusal", "then": "escalate"},
		},
		"rejected at the last": {
			prompt: question + "[[fault:loop]]", plan: func(p *routing.Plan) { p.Models = p.Models[:2] },
			want: facts{"model": "sonnet-5-5", "verdict": "reject;loop", "attempts": "2", "escalated": "true", "rejects": "loop, loop", "then": "escalate, serve"},
		},
		"repaired": {
			prompt: "hello", plan: func(p *routing.Plan) { p.Checks, p.Repair, p.Limits.Attempts = []routing.Check{&once{}}, true, 4 },
			want: facts{"model": "haiku-5-5", "verdict": "accept", "attempts": "2", "escalated": "false", "rejects": "format", "then": "repair", "repaired": "true"},
		},
		"mended and skipped": {
			prompt: "hello", plan: func(p *routing.Plan) { p.Checks = []routing.Check{tidy{}, puzzled{}} },
			want: facts{"model": "haiku-5-5", "verdict": "accept", "attempts": "1", "escalated": "false", "mended": "tidy", "skipped": "puzzled"},
		},
		"hedged": {
			prompt: question + "[[fault:stall@small]]",
			plan: func(p *routing.Plan) {
				p.Deadlines.Answer, p.Deadlines.FirstToken, p.Hedge = 2*time.Second, 2*time.Second, 1900*time.Millisecond
			},
			want: facts{"model": "sonnet-5-5", "verdict": "accept", "attempts": "2", "escalated": "true", "rejects": "timeout", "hedged": "true", "then": "escalate"},
		},
		"held out": {
			prompt: "hello", plan: func(p *routing.Plan) { p.HoldOut, p.Drawn, p.Models = true, true, p.Models[2:] },
			want: facts{"model": "opus-5-5", "verdict": "accept", "attempts": "1", "escalated": "false", "hold_out": "true"},
		},
		"unchecked": {
			prompt: question + "[[fault:loop]]", held: 300,
			want: facts{"model": "haiku-5-5", "verdict": "accept", "attempts": "1", "escalated": "false", "unchecked": "true"},
		},
	} {
		for _, mode := range []string{"", streaming} {
			t.Run(name+mode, func(t *testing.T) {
				dir := t.TempDir()
				access, ledger := filepath.Join(dir, "access"), filepath.Join(dir, "ledger")
				tel, err := telemetry.New(telemetry.Config{Ledger: telemetry.LedgerConfig{Path: ledger}})
				if err != nil {
					t.Fatal(err)
				}
				r := newRig(t, options{
					params:  func(p *envoy.Params) { p.AccessLog = access },
					service: func(s *extproc.Service) { s.Observe = tel.Observe },
					policy:  func(p *extproc.Policy) { p.MaxHeld = cmp.Or(c.held, p.MaxHeld) },
					plan: func(p *routing.Plan) {
						p.Hold.Full = true // so that a stream's headers know all but the verdict
						if c.plan != nil {
							c.plan(p)
						}
					},
				})
				a := r.post(t, prompt(c.prompt, withMore(mode)...))
				if a.Status != http.StatusOK {
					t.Fatalf("got status %d: %s", a.Status, a.Body)
				}
				logged := awaitLine(t, access)
				counted := awaitMetrics(tel)
				if err := tel.Close(context.Background()); err != nil {
					t.Fatal(err)
				}
				headers := c.want.without("then")
				if mode != "" {
					headers = headers.without("verdict")
				}
				sameFacts(t, "headers", headers, ofHeaders(a.Header))
				sameFacts(t, "body", c.want, ofBody(ended(t, a, mode)))
				sameFacts(t, "metadata", c.want.without("then"), ofMetadata(t, logged))
				sameFacts(t, "ledger", c.want, ofLedger(t, ledger))
				word, _, _ := strings.Cut(c.want["verdict"], ";")
				counted["verdict"] = strings.Replace(c.want["verdict"], word, counted["verdict"], 1)
				sameFacts(t, "metrics", c.want, counted)
			})
		}
	}
}

func sameFacts(t *testing.T, where string, want, got facts) {
	t.Helper()
	if d := gocmp.Diff(want, got); d != "" {
		t.Errorf("%s (-want +got):\n%s", where, d)
	}
}

func (f facts) without(name string) facts {
	other := facts{}
	for k, v := range f {
		if k != name {
			other[k] = v
		}
	}
	return other
}

// say notes what there is; "", false and 0 are nothing.
func (f facts) say(name, value string) {
	if value != "" && value != "0" {
		f[name] = value
	}
}

func (f facts) when(name string, holds bool) {
	if holds {
		f[name] = "true"
	}
}

func ofHeaders(h http.Header) facts {
	f := facts{}
	for name := range h {
		if short, ours := strings.CutPrefix(strings.ToLower(name), "x-ockham-"); ours && !slices.Contains([]string{"pipe", "reason", "cost-usd"}, short) {
			f[strings.ReplaceAll(short, "-", "_")] = h.Get(name)
		}
	}
	return f
}

func ofBody(r reply) facts {
	f := facts{"model": r.Model, "verdict": r.Route.Verdict, "attempts": strconv.Itoa(len(r.Route.Attempts)), "escalated": strconv.FormatBool(r.Route.Escalated)}
	f.when("unchecked", r.Route.Unchecked)
	f.when("hold_out", r.Route.HoldOut)
	var rejects, then []string
	for _, a := range r.Route.Attempts {
		rejects, then = append(rejects, withMore(a.Reason)...), append(then, withMore(a.Then)...)
		f.when("hedged", a.Hedge)
		if a.Verdict == "accept" {
			f.when("repaired", a.Repair)
			f.say("mended", strings.Join(a.Mended, ", "))
			f.say("skipped", strings.Join(a.Skipped, ", "))
		}
	}
	f.say("rejects", strings.Join(rejects, ", "))
	f.say("then", strings.Join(then, ", "))
	return f
}

func awaitLine(t *testing.T, path string) (line struct{ Ockham map[string]any }) {
	t.Helper()
	for until := time.Now().Add(20 * time.Second); time.Now().Before(until); time.Sleep(20 * time.Millisecond) {
		data, err := os.ReadFile(path)
		if err == nil && json.Unmarshal(data, &line) == nil {
			return line
		}
	}
	t.Fatal("Envoy logs no access")
	return line
}

func ofMetadata(t *testing.T, line struct{ Ockham map[string]any }) facts {
	t.Helper()
	f := facts{}
	for name, v := range line.Ockham {
		if !slices.Contains([]string{"dialect", "error", "route", "pipe", "strategy", "reason", "cost_usd", "cost_microusd", "saved_usd"}, name) {
			f[name] = fmt.Sprint(v)
		}
	}
	return f
}

func ofLedger(t *testing.T, path string) facts {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for r, err := range telemetry.ReadLedger(file) {
		if err != nil {
			t.Fatal(err)
		}
		f := facts{"verdict": r.Verdict, "attempts": strconv.Itoa(len(r.Attempts)), "escalated": strconv.FormatBool(r.Escalated), "model": r.Attempts[r.Served].Model}
		f.when("unchecked", r.Unchecked)
		f.when("hold_out", r.Plan.HoldOut)
		served := r.Attempts[r.Served]
		f.when("repaired", served.Repair)
		f.say("mended", strings.Join(served.Mended, ", "))
		for _, s := range served.Skipped {
			f.say("skipped", s.Check)
		}
		var rejects, then []string
		for _, a := range r.Attempts {
			what, _, _ := strings.Cut(a.Then, ":")
			rejects, then = append(rejects, withMore(a.Reason)...), append(then, withMore(what)...)
			f.when("hedged", a.Hedge)
		}
		f.say("rejects", strings.Join(rejects, ", "))
		f.say("then", strings.Join(then, ", "))
		return f
	}
	t.Fatal("the ledger is empty")
	return nil
}

// awaitMetrics reads the counters once the request is in them: they are worked off behind it.
func awaitMetrics(tel *telemetry.Telemetry) (f facts) {
	for until := time.Now().Add(20 * time.Second); f["verdict"] == "" && time.Now().Before(until); time.Sleep(20 * time.Millisecond) {
		f = ofMetrics(tel)
	}
	return f
}

// ofMetrics reads the counters of a service that has seen one request.
func ofMetrics(tel *telemetry.Telemetry) facts {
	w := httptest.NewRecorder()
	tel.Metrics().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	f := facts{"escalated": "false"}
	var rejects, then []string
	attempts := 0
	for line := range strings.Lines(w.Body.String()) {
		name, labels, n := sample(line)
		switch name {
		case "ockham_requests_total":
			f["verdict"] = labels["verdict"] // without its reason, which rejects tell
		case "ockham_attempts_total":
			attempts += n
		case "ockham_cost_usd_total":
			if labels["kind"] == "served" {
				f["model"] = labels["model"]
			}
		case "ockham_escalations_total":
			f["escalated"] = "true"
		case "ockham_rejects_total":
			rejects = append(rejects, slices.Repeat([]string{labels["reason"]}, n)...)
		case "ockham_rejects_then_total":
			then = append(then, slices.Repeat([]string{labels["then"]}, n)...)
		case "ockham_checks_mended_total":
			f["mended"] = labels["check"]
		case "ockham_checks_skipped_total":
			f["skipped"] = labels["check"]
		case "ockham_unchecked_total":
			f.when("unchecked", n > 0)
		case "ockham_arm_requests_total":
			f.when("hold_out", labels["arm"] == "hold_out" && n > 0)
		case "ockham_hedges_total":
			f.when("hedged", n > 0)
		}
	}
	f["attempts"] = strconv.Itoa(attempts)
	f.say("rejects", strings.Join(rejects, ", "))
	f.say("then", strings.Join(then, ", "))
	f.when("repaired", slices.Contains(then, "repair"))
	return f
}

// sample takes a line of /metrics apart.
func sample(line string) (name string, labels map[string]string, n int) {
	name, value, _ := strings.Cut(strings.TrimSpace(line), " ")
	name, inner, _ := strings.Cut(strings.TrimSuffix(name, "}"), "{")
	labels = map[string]string{}
	for label := range strings.SplitSeq(inner, ",") {
		key, value, _ := strings.Cut(label, "=")
		labels[key] = strings.Trim(value, `"`)
	}
	n, _ = strconv.Atoi(value)
	return name, labels, n
}
