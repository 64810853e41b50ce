package policy

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ockham/internal/config"
	"ockham/routing"
)

// write makes a file with text and returns its path.
func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ockham.yml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func load(t *testing.T, text string) *Policy {
	t.Helper()
	p, err := Load(write(t, text), testDeps())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// named is a check that is only a name.
type named string

func (n named) Name() string                       { return string(n) }
func (n named) Start(*routing.Prompt) routing.Look { return nil }

var _ routing.Check = named("")

// quiet is a classifier that never tells.
type quiet struct{}

func (quiet) Score(string, string) routing.Score { return routing.Score{SmallOK: .5, Unsure: true} }

// nobody is an Asker that has no answer.
type nobody struct{}

func (nobody) Ask(context.Context, *routing.Model, routing.Question) (routing.Reply, error) {
	return routing.Reply{}, errors.New("nobody")
}

func testDeps() Deps {
	return Deps{
		Asker:  nobody{},
		Scorer: func(string, float64) (routing.Scorer, error) { return quiet{}, nil },
		Check: func(name string, options map[string]any) (routing.Check, error) {
			if name == "bad" || len(options) > 1 {
				return nil, errors.New("no check is called " + name)
			}
			return named(name), nil
		},
	}
}

func plan(t *testing.T, p *Policy, change func(*routing.Prompt)) *routing.Plan {
	t.Helper()
	prompt := &routing.Prompt{Turns: []routing.Turn{{Role: "user", Text: "What is the capital of France?"}}}
	if change != nil {
		change(prompt)
	}
	got, err := p.Router.Plan(context.Background(), prompt)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func ids(p *routing.Plan) (ids []string) {
	for _, m := range p.Models {
		ids = append(ids, m.ID)
	}
	return ids
}

func checkNames(p *routing.Plan) string {
	var names []string
	for _, c := range p.Checks {
		names = append(names, c.Name())
	}
	return strings.Join(names, " ")
}

func TestDefaultsNeedNoFile(t *testing.T) {
	p, err := Load("", testDeps())
	if err != nil {
		t.Fatal(err)
	}
	got := plan(t, p, nil)
	want := []string{"us.anthropic.claude-haiku-5-5", "us.anthropic.claude-sonnet-5-5", "us.anthropic.claude-opus-5-5"}
	if d := cmp.Diff(want, ids(got)); d != "" || got.Pipe != "green" {
		t.Errorf("pipe %s (-want +got):\n%s", got.Pipe, d)
	}
	if got.Deadlines != (routing.Deadlines{Answer: time.Minute, FirstToken: 5 * time.Second, Total: 2 * time.Minute, Slow: 2 * time.Second}) {
		t.Errorf("deadlines %v", got.Deadlines)
	}
	if haiku := got.Models[0]; haiku.Price.In < .1099 || haiku.Price.In > .1101 || haiku.Context != 1_000_000 || p.Bedrock(haiku).ID != "anthropic.claude-haiku-5-5" {
		t.Errorf("haiku: %+v", haiku)
	}
}

func TestGeographyPicksProfiles(t *testing.T) {
	for text, want := range map[string]string{
		"bedrock: {region: eu-west-1, geography: eu}":                                      "eu.anthropic.claude-haiku-5-5",
		"bedrock: {region: ap-southeast-2, geography: au}":                                 "au.anthropic.claude-haiku-5-5",
		"bedrock: {region: us-gov-west-1, geography: us-gov}":                              "us-gov.anthropic.claude-haiku-5-5",
		"bedrock: {region: ca-central-1, geography: global}":                               "global.anthropic.claude-haiku-5-5",
		"pipes: {green: [\"amazon.nova-micro-v1:0\"]}":                                     "amazon.nova-micro-v1:0",
		"pipes: {green: [amazon.nova-micro-v1:0, haiku]}":                                  "amazon.nova-micro-v1:0",
		"pipes: {green: [us.amazon.nova-micro-v1:0]}":                                      "us.amazon.nova-micro-v1:0",
		"models: {haiku: global.anthropic.claude-haiku-5-5}\nbedrock: {geography: global}": "global.anthropic.claude-haiku-5-5",
	} {
		if got := ids(plan(t, load(t, text), nil))[0]; got != want {
			t.Errorf("%s: calls %s, want %s", text, got, want)
		}
	}
}

func TestNearestSettingWins(t *testing.T) {
	p := load(t, `
models: {opus: {id: anthropic.claude-opus-5-5, guardrail: {id: model, version: "1"}}}
pipes:
  green: {models: [haiku], checks: [json], guardrail: {id: pipe, version: "1"}}
routes:
  voice: {first_release: 300ms, checks: [empty], guardrail: {id: route, version: "1"}, expose: none, hold: {tokens: 5, time: 100ms}, cascade: {attempts: 1, time: 9s}}
  slow: {real_time: true}
rules:
  - {when: 'route == "voice" && tokens > 100', pipe: green, checks: [loop], cascade: {attempts: 7, time: 7s}, hold: {full: true}}
  - {when: 'tokens < 500', pipe: green}
  - {when: 'true', pipe: purple}
checks: [cut, refusal]
`)
	long := strings.Repeat("word ", 200)
	tests := []struct {
		name, route, text string
		checks            string
		attempts          int
		first, total      time.Duration
		full              bool
		expose, guardrail string
	}{
		{"a pipe's own", "", "hi", "json", 4, 5 * time.Second, 2 * time.Minute, false, "headers", "pipe"},
		{"a route's own", "voice", "hi", "empty", 1, 300 * time.Millisecond, 9 * time.Second, false, "none", "route"},
		{"a rule's own", "voice", long, "loop", 7, 300 * time.Millisecond, 7 * time.Second, true, "none", "route"},
		{"the policy's", "", strings.Repeat(long, 4), "cut refusal", 4, 5 * time.Second, 2 * time.Minute, false, "headers", ""},
		{"real time", "slow", "hi", "json", 4, 500 * time.Millisecond, 2 * time.Minute, false, "headers", "pipe"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := plan(t, p, func(q *routing.Prompt) { q.Route, q.Turns[0].Text = tt.route, tt.text })
			guardrail := ""
			if g := p.Guardrail(got.Models[0], got.Pipe, tt.route); g != nil {
				guardrail = g.ID
			}
			if checkNames(got) != tt.checks || got.Limits.Attempts != tt.attempts || got.Deadlines.FirstToken != tt.first ||
				got.Deadlines.Total != tt.total || got.Hold.Full != tt.full || p.Expose(tt.route) != tt.expose || guardrail != tt.guardrail {
				t.Errorf("checks %q, %d attempts, %v, hold %v, expose %s, guardrail %q; want %+v", checkNames(got), got.Limits.Attempts, got.Deadlines, got.Hold, p.Expose(tt.route), guardrail, tt)
			}
		})
	}
	if g := p.Guardrail(p.Router.Largest(), "purple", ""); g == nil || g.ID != "model" {
		t.Errorf("opus's own guardrail: %v", g)
	}
	if got, want := string(p.Guardrail(p.Router.Largest(), "", "voice").JSON(true)), `{"guardrailIdentifier":"route","guardrailVersion":"1"}`; got != want {
		t.Errorf("guardrail JSON %s, want %s", got, want)
	}
}

// What is done ahead of an answer can be switched on and off on a route.
func TestAheadOfTheAnswer(t *testing.T) {
	const routes = `
routes:
  same: {checks: [empty]}
  on: {cascade: {early: true, hedge: 100ms}}
  off: {cascade: {early: false, hedge: 0s}}
  voice: {real_time: true}
  quiet: {real_time: true, cascade: {early: false}}
`
	const rules = "rules:\n  - {when: 'route == \"same\"', pipe: green, cascade: {early: true, hedge: 50ms, repair: false, throttled: [wait]}}\n  - {when: 'true', pipe: green}\n"
	for text, want := range map[string]map[string]string{
		rules + routes: {"": "false 0s", "same": "true 50ms", "voice": "true 0s"},
		routes:         {"": "false 0s", "same": "false 0s", "on": "true 100ms", "off": "false 0s", "voice": "true 0s", "quiet": "false 0s"},
		"cascade: {early: true, hedge: 300ms}" + routes: {"": "true 300ms", "same": "true 300ms", "on": "true 100ms", "off": "false 0s", "voice": "true 300ms", "quiet": "false 300ms"},
	} {
		p := load(t, text)
		for route, want := range want {
			got := plan(t, p, func(q *routing.Prompt) { q.Route = route })
			if strings.HasPrefix(text, rules) && route == "same" && (got.Repair || !slices.Equal(got.Throttled, []string{"wait"})) {
				t.Errorf("the rule's repair and throttled do not count: %v, %v", got.Repair, got.Throttled)
			}
			if told := fmt.Sprint(got.Early, got.Hedge); told != want {
				t.Errorf("%.30q, route %q: got early and hedge %s, want %s", text, route, told, want)
			}
		}
	}
}

func TestConcreteModelsStayWithinTheGeography(t *testing.T) {
	p := load(t, "allow: {concrete_models: true}\n")
	for name, want := range map[string]string{
		"sonnet": "us.anthropic.claude-sonnet-5-5", "amazon.nova-pro-v1:0": "amazon.nova-pro-v1:0",
		"us.amazon.nova-pro-v1:0": "us.amazon.nova-pro-v1:0", "anthropic.claude-fable-5-1": "us.anthropic.claude-fable-5-1",
		"eu.amazon.nova-pro-v1:0": "", "global.anthropic.claude-sonnet-5-5": "", "gpt-4o": "",
	} {
		m, ok := p.Router.Model(name)
		if ok != (want != "") || ok && m.ID != want {
			t.Errorf("%s is %v, want %q", name, m, want)
		}
		if ok && p.Bedrock(m) == nil {
			t.Errorf("%s is not in the catalogue", name)
		}
	}
}

func TestSystemPrompts(t *testing.T) {
	p := load(t, `
prompts:
  - {models: "amazon.titan-*", system: fold}
  - {models: haiku, task: summarize, system: "Two sentences. {client}"}
`)
	haiku, titan := &routing.Model{Name: "haiku"}, &routing.Model{ID: "amazon.titan-text-lite-v1"}
	if text, fold := p.System(haiku, "summarize", "Be kind."); text != "Two sentences. Be kind." || fold {
		t.Errorf("haiku: %q, fold %v", text, fold)
	}
	if text, fold := p.System(titan, "", "Be kind."); text != "Be kind." || !fold {
		t.Errorf("titan: %q, fold %v", text, fold)
	}
}

// All that is wrong is told at once: what could not be read, what makes no sense, and what checks object to.
func TestAllFaultsAtOnce(t *testing.T) {
	_, err := Load(write(t, "aims: 1\npipes: {green: {models: [haku], checks: [bad]}}\nchecks: [json, bad]\nroutes: {r: {checks: [bad]}}\nrules: [{when: code, pipe: green, checks: [{json: {a: 1, b: 2}}]}]\n"), testDeps())
	var faults config.Faults
	if !errors.As(err, &faults) || len(faults) != 6 {
		t.Fatalf("got %v, want six faults", err)
	}
	var paths []string
	for _, f := range faults {
		paths = append(paths, f.Path)
	}
	want := []string{"aims", "pipes.green.models[0]", "pipes.green.checks[0]", "checks[1]", "routes.r.checks[0]", "rules[0].checks[0]"}
	if d := cmp.Diff(want, paths); d != "" {
		t.Errorf("faults differ (-want +got):\n%s", d)
	}
}

// A classifier that cannot be had is said, and done without.
func TestMissingClassifierIsAWarning(t *testing.T) {
	deps := testDeps()
	deps.Scorer = Classifier
	p, err := Load(write(t, "classifier: {file: /nonexistent/model.bin}\n"), deps)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Warnings) != 1 || !strings.Contains(p.Warnings[0], "classifier.file: cannot be read") {
		t.Errorf("warnings %q", p.Warnings)
	}
	if got := plan(t, p, func(q *routing.Prompt) { q.Turns[0].Text = "Write a Python function that sorts." }); got.Strategy != routing.StrategyDefault {
		t.Errorf("decided by %s, want default", got.Strategy)
	}
}

// Slow checks stand beside the others wherever checks are named, and what is wrong with one is told with its place.
func TestSlowChecks(t *testing.T) {
	p := load(t, `
checks: [json, {verifier: {model: haiku, timeout: 1s}}]
deadlines: {checks: 3s}
pipes: {green: {models: [haiku, sonnet], checks: [{agreement: {model: haiku}}]}}
routes: {voice: {checks: [{hook: {url: "http://127.0.0.1:1/judge", name: tone}}], deadlines: {checks: 1s}}}
rules: [{when: 'stream', checks: [cut, {hook: {url: "https://hooks.example/judge"}}]}]
otherwise: {ask: [], unsure: purple}
`)
	for _, tt := range []struct {
		name, want string
		change     func(*routing.Prompt)
		slow       time.Duration
	}{
		{"the policy's", "json verifier", nil, 3 * time.Second},
		{"a pipe's", "agreement", func(q *routing.Prompt) { q.Pipe = "green" }, 3 * time.Second},
		{"a route's", "tone", func(q *routing.Prompt) { q.Route = "voice" }, time.Second},
		{"a rule's", "cut hook", func(q *routing.Prompt) { q.Stream = true }, 3 * time.Second},
	} {
		got := plan(t, p, tt.change)
		if names := strings.Join(got.Judging.Names(), " "); names != tt.want || got.Deadlines.Slow != tt.slow {
			t.Errorf("%s: got checks %q within %s, want %q within %s", tt.name, names, got.Deadlines.Slow, tt.want, tt.slow)
		}
	}
	for text, want := range map[string]string{
		"checks: [{verifier: {}}]":                                                      `"model" is missing`,
		"checks: [{verifier: {model: nobody}}]":                                         "nobody",
		"checks: [{verifier: {model: eu.anthropic.claude-haiku-5-5}}]":                  "geography",
		"checks: [{hook: {url: ftp://x}}]":                                              `"url" is`,
		"checks: [{hook: {url: 'http://x', wait: 1}}]":                                  `unknown field "wait"`,
		"routes: {voice: {checks: [{agreement: {model: haiku, timeout: soon}}]}}":       `"timeout" is "soon"`,
		"pipes: {green: {models: [haiku], checks: [{verifier: {model: haiku, x: 1}}]}}": `unknown field "x"`,
	} {
		if _, err := Load(write(t, text), testDeps()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", text, err, want)
		}
	}
}
