package eval

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ockham/routing/classifier"
	"ockham/routing/classifier/train"
)

// request is one line of a ledger.
func request(id, pipe string, held bool, text string, attempts ...string) string {
	var calls []string
	for _, a := range attempts {
		model, verdict, _ := strings.Cut(a, ":")
		verdict, reason, _ := strings.Cut(verdict, ";")
		calls = append(calls, fmt.Sprintf(`{"model":%q,"verdict":%q,"reason":%q}`, model, verdict, reason))
	}
	models := `["haiku","opus"]`
	if pipe == "purple" || held {
		models = `["opus"]`
	}
	return fmt.Sprintf(`{"v":1,"kind":"request","id":%q,"plan":{"pipe":%q,"models":%s,"largest":"opus","drawn":true,"hold_out":%v,"features":{"task":"mine"}},"attempts":[%s],"served":%d,"prompt":{"hash":%q,"text":{"turns":[{"role":"user","text":%q}]}}}`,
		id, pipe, models, held, strings.Join(calls, ","), len(calls)-1, id, text)
}

func write(t *testing.T, lines ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ledger.jsonl")
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestLedgerTellsWhatEachModelDid(t *testing.T) {
	path := write(t,
		request("ok", "green", false, "one", "haiku:accept"),
		request("failed", "green", false, "two", "haiku:reject;json", "opus:accept"),
		request("held", "green", true, "three", "opus:reject;refusal"),
		request("large", "purple", false, "four", "opus:accept"),
		request("throttled", "green", false, "five", "haiku:reject;throttled", "opus:accept"),
		request("praised", "green", false, "six", "haiku:accept"),
		`{"v":1,"kind":"feedback","id":"praised","feedback":{"score":0.25}}`,
	)
	l, err := ReadLedgers([]string{path}, LedgerOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if l.Small != "haiku" || l.Large != "opus" {
		t.Fatalf("got the models %s and %s", l.Small, l.Large)
	}
	nan := math.NaN()
	want := map[string]struct{ small, large float64 }{
		"one": {1, nan}, "two": {0, nan}, "three": {nan, 0}, "four": {nan, 1}, "six": {.25, nan},
	}
	if len(l.Rows) != len(want) || l.Unjudged != 1 || l.Feedback != 1 || l.HeldOut != 1 {
		t.Errorf("got %d rows, %d unjudged, %d by feedback, %d held out", len(l.Rows), l.Unjudged, l.Feedback, l.HeldOut)
	}
	same := func(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) }
	weights := map[string]float64{}
	for _, r := range l.Rows {
		if w := want[r.Text]; !same(r.Small, w.small) || !same(r.Large, w.large) {
			t.Errorf("%s: got small %v and large %v, want %v and %v", r.Text, r.Small, r.Large, w.small, w.large)
		}
		weights[r.Text] = r.LargeWeight
	}
	// One of six requests was held out: it stands for six, the one of the large pipe for itself.
	near(t, "weight of the held-out row", weights["three"]/weights["four"], 6, 1e-9)
}

// The ledger's hashes are keyed by process: two replicas write two for one prompt, which still is one cluster.
func TestEqualTextsAreOneCluster(t *testing.T) {
	one := write(t, request("a", "green", false, "same", "haiku:accept"))
	two := write(t, request("b", "green", false, "same", "haiku:reject;json"), request("c", "green", false, "other", "haiku:accept"))
	l, err := ReadLedgers([]string{one, two}, LedgerOptions{})
	if err != nil || len(l.Rows) != 3 {
		t.Fatalf("got %d rows, %v", len(l.Rows), err)
	}
	if a, b, c := l.Rows[0].Cluster, l.Rows[1].Cluster, l.Rows[2].Cluster; a != b || b == c {
		t.Errorf("got the clusters %q, %q and %q, want the first two to be one", a, b, c)
	}
}

func TestLedgersThatTeachNothing(t *testing.T) {
	noText := strings.Replace(request("a", "green", false, "x", "haiku:accept"), `,"text":{"turns":[{"role":"user","text":"x"}]}`, "", 1)
	for name, c := range map[string]struct {
		lines []string
		want  string
	}{
		"empty":       {nil, "no request with a plan"},
		"no prompts":  {[]string{noText}, "1 were written without their prompt"},
		"broken":      {[]string{"{", "{", request("a", "green", false, "x", "haiku:accept")}, "2 of 3 lines are no records"},
		"only large":  {[]string{request("a", "purple", false, "x", "opus:accept")}, "no model but the largest"},
		"not judged":  {[]string{request("a", "green", false, "x", "haiku:")}, "in 1 neither model was judged"},
		"no attempts": {[]string{request("a", "green", false, "x")}, "no model but the largest"},
	} {
		if _, err := ReadLedgers([]string{write(t, c.lines...)}, LedgerOptions{}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want an error with %q", name, err, c.want)
		}
	}
}

// traffic is an operator's own: the small model is good at lookups, bad at contracts.
func traffic(n int) []train.Example {
	rng := rand.New(rand.NewPCG(5, 5))
	var rows []train.Example
	for i := range n {
		e := train.Example{Source: "ledger", Cluster: fmt.Sprint(i), Large: math.NaN(), SmallWeight: 1}
		if i%2 == 0 {
			e.Text, e.Small = fmt.Sprintf("Look up the opening hours of branch %d, street %d", i, i*3), indicator(rng.IntN(20) > 0)
		} else {
			e.Text, e.Small = fmt.Sprintf("Assess whether clause %d of the indemnity agreement survives termination under section %d", i, i*7), indicator(rng.IntN(20) > 14)
		}
		if i%10 == 0 {
			e.Small, e.Large, e.LargeWeight = math.NaN(), indicator(rng.IntN(20) > 0), 1
		}
		rows = append(rows, e)
	}
	return rows
}

func TestTunedModelIsBetterOnHeldBackRows(t *testing.T) {
	kept, held := HoldBack(traffic(1500), 1)
	base := classifier.Default()
	m, err := train.Tune(base, kept, train.TuningDefaults())
	if err != nil {
		t.Fatal(err)
	}
	before, after := JudgeChances(base, held), JudgeChances(m, held)
	if err := Worse(before, after); err != nil {
		t.Errorf("got %v; before %+v, after %+v", err, before, after)
	}
	if err := Worse(after, before); err == nil {
		t.Error("the worse model is not refused")
	}
	again, err := train.Tune(base, kept, train.TuningDefaults())
	if err != nil || again.Checksum() != m.Checksum() {
		t.Errorf("the same rows and seed give another model (%v)", err)
	}
}

// A program asks with the same words around other data: what was measured on them counts, also for data
// never met, and not for a text that begins otherwise.
func TestARecurringPromptGetsItsOwnRate(t *testing.T) {
	const before, after = "Classify ticket regarding delivery invoice refund warranty shipment: ", " Return label"
	rows := traffic(900)
	for i := range rows {
		if i%3 == 0 {
			rows[i].Text, rows[i].Small = fmt.Sprintf("%sparcel%d lost%s", before, i, after), indicator(i%60 == 0)
		}
	}
	m, err := train.Tune(classifier.Default(), rows, train.TuningDefaults())
	if err != nil {
		t.Fatal(err)
	}
	if n := len(m.Header().Templates); n == 0 {
		t.Fatal("no template was found")
	}
	same, other := m.Score(before+"umbrella broken"+after, ""), m.Score("umbrella broken "+before+after, "")
	if same.Small > .35 {
		t.Errorf("the small model nearly always fails here; got %+v", same)
	}
	if other.Small <= same.Small {
		t.Errorf("a text that begins otherwise got %+v, one of the template %+v", other, same)
	}
}

func TestTuneNeedsOutcomes(t *testing.T) {
	if _, err := train.Tune(classifier.Default(), traffic(100), train.TuningDefaults()); err == nil || !strings.Contains(err.Error(), "need at least") {
		t.Errorf("got %v, want an error that says how many are needed", err)
	}
}

func TestSignOffCoversTheFigures(t *testing.T) {
	s := SignOff{Seed: 1, Model: "m", Rows: "r", After: map[string]Figure{"APGR": .6, "none": Figure(math.NaN())}}
	other := s
	other.After = map[string]Figure{"APGR": .7}
	if s.Checksum() == other.Checksum() {
		t.Error("another figure has the same sign-off")
	}
	var b bytes.Buffer
	if err := s.WriteMarkdown(&b); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), s.Checksum()) {
		t.Errorf("the report does not show its sign-off:\n%s", b.String())
	}
}
