package replay

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ockham/internal/telemetry"
	"ockham/routing"
)

var (
	small = &routing.Model{Name: "small", ID: "s", Context: 100_000, MaxOutput: 4000, Price: routing.Price{In: 1, Out: 1}}
	large = &routing.Model{Name: "large", ID: "l", Context: 100_000, MaxOutput: 4000, Price: routing.Price{In: 10, Out: 10}}
)

// router sends everything down one pipe.
func router(pipe string) *routing.Router {
	return routing.New(routing.Policy{
		Pipes:  []*routing.Pipe{{Name: "green", Models: []*routing.Model{small, large}}, {Name: "purple", Models: []*routing.Model{large}}},
		Models: []*routing.Model{small, large}, Simple: "green", Complex: "purple", Default: routing.Profile{Unsure: pipe},
	})
}

func policies(pipes ...string) (list []Policy) {
	for _, pipe := range pipes {
		list = append(list, Policy{Name: "all " + pipe, Router: router(pipe)})
	}
	return list
}

// line is a ledger line of a request that small answered, or failed and large answered.
func line(id string, smallOK bool) string {
	r := &telemetry.Record{
		Version: 1, Kind: "request", ID: id, Time: time.Unix(0, 0), Served: 0, Verdict: "accept", CostUSD: 1e-3, Millis: 100,
		Plan:   &telemetry.PlanRecord{Pipe: "green", Strategy: "rules", Models: []string{"small", "large"}},
		Prompt: &telemetry.PromptRecord{Text: &telemetry.PromptText{Turns: []telemetry.TurnText{{Role: "user", Text: "hello " + id}}}},
	}
	tokens := telemetry.TokenRecord{In: 900, Out: 100}
	first := telemetry.AttemptRecord{Model: "small", ModelID: "s", Verdict: "accept", Millis: 100, TokenRecord: tokens}
	if !smallOK {
		first.Verdict, first.Reason = "reject", "json"
		r.Attempts, r.Served, r.Millis = append(r.Attempts, first, telemetry.AttemptRecord{Model: "large", ModelID: "l", Verdict: "accept", Millis: 300, TokenRecord: tokens}), 1, 400
	} else {
		r.Attempts = append(r.Attempts, first)
	}
	text, err := json.Marshal(r)
	if err != nil {
		panic(err) // a record always marshals
	}
	return string(text)
}

func write(t *testing.T, lines ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "input.jsonl")
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func run(t *testing.T, path string, p []Policy) *Report {
	t.Helper()
	report, err := Run(t.Context(), []string{path}, Options{Policies: p})
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func near(got, want float64) bool { return math.Abs(got-want) <= 1e-9*math.Max(1, math.Abs(want)) }

func TestALedgerIsPlayedWithWhatItKnows(t *testing.T) {
	path := write(t, line("a", true), line("b", false), `{"v":1,"kind":"feedback","id":"b","feedback":{"score":0.25}}`)
	report := run(t, path, policies("green", "purple"))
	recorded, green, purple := report.Results[0], report.Results[1], report.Results[2]
	if !near(recorded.CostUSD, 2e-3) || recorded.Name != recordedAs || recorded.Mean != 250 {
		t.Errorf("recorded: got %+v, want $0.002 and 250 ms", recorded)
	}
	// a: small only, 1,000 tokens at $1 a million; b: small and then large, at $10.
	if want := 1e-3 + 1e-3 + 10e-3; !near(green.CostUSD, want) || green.Mean != 250 || *green.Escalated != 0.5 {
		t.Errorf("green: cost %v, mean %v ms, escalated %v; want %v, 250 and 0.5", green.CostUSD, green.Mean, *green.Escalated, want)
	}
	if want := 20e-3; !near(purple.CostUSD, want) || !near(purple.LargestUSD, want) || purple.Mean != 300 {
		t.Errorf("purple: cost %v of %v, mean %v ms; want %v of the same, 300", purple.CostUSD, purple.LargestUSD, purple.Mean, want)
	}
	for _, r := range report.Results { // b's answer came from large, which either policy would have sent
		if r.Quality == nil || r.Quality.Known != 1 || r.Quality.Mean != 0.25 {
			t.Errorf("%s: quality %+v, want 0.25 of one", r.Name, r.Quality)
		}
	}
	if diff := cmp.Diff(map[string]int{"green to purple": 2}, report.Change.Flips); diff != "" || report.Change.Flipped != 1 {
		t.Errorf("flips (-want +got):\n%s", diff)
	}
	if got, want := report.Change.Cost.Value, 20.0/12-1; !near(got, want) {
		t.Errorf("cost changes by %v, want %v", got, want)
	}
	if report.LeftOut["no request"] != 1 {
		t.Errorf("left out: %v, want the feedback line", report.LeftOut)
	}
}

func TestModelsThatWereNotTriedGetTheLedgersAverage(t *testing.T) {
	f := newFacts()
	for i := range 30 {
		f.learn([]byte(line(fmt.Sprint(i), i%2 == 0)))
	}
	c := &Case{}
	if got, want := f.accepts(c, "s"), (15+9.0)/40; !near(got, want) {
		t.Errorf("small: accepted with %v, want %v", got, want)
	}
	if got := f.accepts(c, "unseen"); got != assumed {
		t.Errorf("unseen: accepted with %v, want %v", got, assumed)
	}
	if got, ok := f.millis(c, "l"); !ok || got != 300 {
		t.Errorf("large: takes %v ms (known: %v), want 300", got, ok)
	}
	if _, ok := f.millis(c, "unseen"); ok {
		t.Error("the time of an unseen model is known")
	}
}

func TestRowsGiveQuality(t *testing.T) {
	path := write(t,
		`{"id":1,"prompt":"x","weak_model":"w","strong_model":"st","weak_score":0,"strong_score":1}`,
		`{"id":"2","prompt":"y","weak_score":1,"strong_score":0.5,"other_scores":{"small":0.75}}`)
	report := run(t, path, policies("green", "purple"))
	if got := report.Results[0].Quality.Mean; got != (0+0.75)/2 {
		t.Errorf("green: quality %v, want 0.375", got)
	}
	if got := report.Results[1].Quality.Mean; got != 0.75 {
		t.Errorf("purple: quality %v, want 0.75", got)
	}
	if got := report.Change.Quality.Value; got != 0.375 {
		t.Errorf("change of quality %v, want 0.375", got)
	}
	if report.Results[0].Escalated != nil || report.Results[0].Latency.Count != 0 {
		t.Errorf("rows tell neither escalations nor latency; got %+v", report.Results[0])
	}
}

func TestBodiesAndWrappedRequests(t *testing.T) {
	path := write(t, `{"prompt":"hello"}`, `{"id":"w","request":{"messages":[{"role":"user","content":"hello"}]}}`)
	report := run(t, path, policies("purple"))
	if r := report.Results[0]; r.Requests != 2 || r.CostUSD <= 0 || !near(r.CostUSD, r.LargestUSD) || report.Change != nil {
		t.Errorf("got %+v and change %v, want two requests at the price of the largest model", r, report.Change)
	}
}

func TestTheJudgeSaysWhatItSaid(t *testing.T) {
	judge, err := routing.NewJudge(Judge{}, routing.JudgeOptions{Model: small})
	if err != nil {
		t.Fatal(err)
	}
	r := routing.New(routing.Policy{
		Pipes:  []*routing.Pipe{{Name: "green", Models: []*routing.Model{small, large}}, {Name: "purple", Models: []*routing.Model{large}}},
		Models: []*routing.Model{small, large}, Simple: "green", Complex: "purple", Judge: judge,
		Default: routing.Profile{Ask: []string{"judge"}, Unsure: "purple"},
	})
	prompt := &routing.Prompt{Turns: []routing.Turn{{Role: "user", Text: strings.Repeat("a long question ", 400)}}}
	p := &Policy{Name: "judged", Router: r}
	said := play(p, &Case{Prompt: prompt, Opinion: "1", Judge: routing.Tokens{In: 10, Out: 1}}, newFacts())
	if said.pipe != "green" || said.strategy != routing.StrategyJudge {
		t.Errorf("the judge said 1: got pipe %s by %s, want green by the judge", said.pipe, said.strategy)
	}
	silent := play(p, &Case{Prompt: &routing.Prompt{Turns: []routing.Turn{{Role: "user", Text: strings.Repeat("another question ", 400)}}}}, newFacts())
	if silent.pipe != "purple" || !silent.askJudge {
		t.Errorf("the judge was not asked: got pipe %s, would be asked: %v; want the fallback and true", silent.pipe, silent.askJudge)
	}
}

func TestLinesThatAreLeftOut(t *testing.T) {
	noText := strings.Replace(line("a", true), `"text":{`, `"was":{`, 1)
	pinned := strings.Replace(line("a", true), `"pipe":"green"`, `"pipe":"","pinned":true`, 1)
	held := strings.Replace(line("a", true), `"pipe":"green"`, `"pipe":"green","hold_out":true`, 1)
	cut := strings.Replace(line("a", true), `"prompt":{`, `"prompt":{"cut":true,`, 1)
	good := make([]string, 60)
	for i := range good {
		good[i] = line(fmt.Sprint(i), true)
	}
	path := write(t, append(good, noText, pinned, cut, held, `{"v":1,"kind":"request","id":"x","served":-1}`, "", "nonsense", `{"prompt":1}`, `{"v":1,"kind":"requ`)...)
	report := run(t, path, policies("green"))
	want := map[string]int{errNoText.Error(): 1, errPinned.Error(): 1, errCut.Error(): 1, errHoldOut.Error(): 1, errNoPlan.Error(): 1, brokenLine: 3}
	if diff := cmp.Diff(want, report.LeftOut); diff != "" || report.Replayed != 60 {
		t.Errorf("replayed %d, left out (-want +got):\n%s", report.Replayed, diff)
	}
	if len(report.Broken) != 3 || !strings.Contains(report.Broken[0], "input.jsonl:67:") {
		t.Errorf("broken lines %q, want three with file and number", report.Broken)
	}
}

func TestUselessInput(t *testing.T) {
	tests := []struct {
		name, path, want string
	}{
		{"empty", write(t, ""), ErrNothing.Error()},
		{"mostly broken", write(t, line("a", true), "x", "y"), "2 of 3 lines are broken"},
		{"no file", filepath.Join(t.TempDir(), "none"), "no such file"},
	}
	for _, test := range tests {
		_, err := Run(t.Context(), []string{test.path}, Options{Policies: policies("green")})
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got error %v, want %q in it", test.name, err, test.want)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Run(ctx, []string{write(t, line("a", true))}, Options{Policies: policies("green")}); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: got error %v, want %v", err, context.Canceled)
	}
}

func TestTheSameInputGivesTheSameReport(t *testing.T) {
	var lines []string
	for i := range 1000 {
		lines = append(lines, line(fmt.Sprint(i), i%3 == 0))
	}
	path := write(t, lines...)
	var first []byte
	for range 2 {
		text, err := json.Marshal(run(t, path, policies("green", "purple")))
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = text
		}
		if diff := cmp.Diff(string(first), string(text)); diff != "" {
			t.Fatalf("two runs differ:\n%s", diff)
		}
	}
}

func TestPairedIntervals(t *testing.T) {
	var p pairs
	for i := range 100 {
		a := 1 + float64(i%7)
		p.add(a, 2*a)
	}
	if got := p.ratio(); !near(got.Value, 1) || math.Abs(got.High-got.Low) > 1e-6 {
		t.Errorf("all twice as dear: got %+v, want exactly +100 %%", got)
	}
	var q pairs
	for i := range 100 {
		q.add(0, float64(i%2))
	}
	if got := q.difference(); got.Value != 0.5 || got.Low > 0.41 || got.Low < 0.39 {
		t.Errorf("half better: got %+v, want 0.5 from about 0.40", got)
	}
	if q.ratio() != nil || (&pairs{}).difference() != nil {
		t.Error("a ratio to nothing, or a mean of nothing, is known")
	}
}

func TestGate(t *testing.T) {
	at := func(v float64) *telemetry.Interval { return &telemetry.Interval{Value: v} }
	report := &Report{Results: []Result{{}, {Unservable: 2}}, Change: &Change{Flipped: 0.2, Cost: at(0.1), Quality: at(-0.02)}}
	f := func(v float64) *float64 { return &v }
	none := 0
	tests := []struct {
		name string
		gate Gate
		want []string
	}{
		{"nothing asked", Gate{}, nil},
		{"all within", Gate{CostIncrease: f(0.1), QualityDrop: f(0.02), Flipped: f(0.2)}, nil},
		{"dearer", Gate{CostIncrease: f(0.05)}, []string{"cost changes by +10.00 %, allowed are +5.00 %"}},
		{"must get cheaper", Gate{CostIncrease: f(-0.1)}, []string{"cost changes by +10.00 %, allowed are -10.00 %"}},
		{"worse", Gate{QualityDrop: f(0.01)}, []string{"quality falls by 0.0200, allowed are 0.0100"}},
		{"flips", Gate{Flipped: f(0)}, []string{"20.00 % of the requests change their pipe, allowed are 0.00 %"}},
		{"unknown latency", Gate{LatencyIncrease: f(1)}, []string{"latency is not known"}},
		{"unservable", Gate{Unservable: &none}, []string{"2 requests cannot be served, allowed are 0"}},
	}
	for _, test := range tests {
		if diff := cmp.Diff(test.want, test.gate.Check(report)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
	alone := &Report{Results: []Result{{}}}
	if got := (&Gate{CostIncrease: f(1)}).Check(alone); len(got) != 1 {
		t.Errorf("nothing to compare with: got %q, want a failure", got)
	}
}

func TestReportsAreWritten(t *testing.T) {
	report := run(t, write(t, line("<a>", true), line("b", false)), []Policy{{Name: `"<old>" & a very long name indeed`, Router: router("green")}, {Name: "new", Router: router("purple")}})
	var text, drawing bytes.Buffer
	if err := errors.Join(report.WriteText(&text), report.WriteSVG(&drawing)); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"2 of 2 lines replayed", "pipe purple", "green to purple: 2", "as recorded", "cost     +"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the table lacks %q:\n%s", want, &text)
		}
	}
	decoder := xml.NewDecoder(&drawing)
	for {
		if _, err := decoder.Token(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatalf("the drawing is no XML: %v", err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(line("a", true)))
	f.Add([]byte(`{"id":1,"prompt":"x","weak_score":0,"strong_score":1}`))
	f.Add([]byte(`{"request":{"prompt":"x"}}`))
	f.Add([]byte(`{"v":1,"kind":"request","plan":{},"prompt":{"text":{}},"served":9}`))
	p, known := policies("green")[0], newFacts()
	f.Fuzz(func(_ *testing.T, data []byte) {
		known.learn(data)
		if c, err := parse(data); err == nil {
			play(&p, c, known)
		}
	})
}
