package eval

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"ockham/routing/classifier"
	"ockham/routing/classifier/train"
)

// madeUp is rows in which the large model helps with proofs and not with capitals.
func madeUp(n int) []Row {
	rng := rand.New(rand.NewPCG(1, 2))
	var rows []Row
	for i := range n {
		r := Row{ID: fmt.Sprint(i), Source: fmt.Sprint("source", i%2), Cluster: fmt.Sprint(i), Line: i + 1, Large: indicator(rng.IntN(20) > 0)}
		if i%3 == 0 {
			r.Task, r.Kind = "proofs", "math"
			r.Prompt = fmt.Sprintf("Show that the integral of x^%d dx converges for lemma %d", rng.IntN(90), i)
			r.Small = indicator(rng.IntN(10) < 2)
		} else {
			r.Task, r.Kind = "capitals", "qa"
			r.Prompt = fmt.Sprintf("Name the capital city of country number %d on the continent", i)
			r.Small = indicator(rng.IntN(10) < 9)
		}
		rows = append(rows, r)
	}
	return rows
}

// quick is training that takes a moment.
func quick() train.Config {
	c := train.Defaults()
	c.Folds, c.Steps, c.Noisy = 2, 1, 0
	c.Boost.Trees, c.Boost.Rate, c.Boost.Least = 20, .3, 20
	return c
}

func TestRunMeasuresCrossValidated(t *testing.T) {
	rows := madeUp(500)
	var mu sync.Mutex
	steps := map[string]int{}
	r, scores, err := Run(context.Background(), rows, Options{
		Model: classifier.Default(), Draws: 20, Seed: 1, Folds: 2, Train: quick(),
		Step: func(what string, all int) {
			mu.Lock()
			defer mu.Unlock()
			steps[what] = all
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Routers[0].Pooled.APGR.Value; got < .65 {
		t.Errorf("APGR %.3f on rows that are easy to tell apart, want above .65", got)
	}
	if len(scores.Text) != len(rows) || steps["folds"] != 2 {
		t.Errorf("got %d scores and steps %v", len(scores.Text), steps)
	}
	if r.Seen > .05 {
		t.Errorf("%.0f %% of the rows were judged by a model that was trained on them", 100*r.Seen)
	}
	render(t, r)
}

// render writes r in every form and reads it back.
func render(t *testing.T, r *Result) {
	t.Helper()
	r.Leave = []LeaveOut{{Source: "<b>", Rows: 1}}
	r.Sources[0].Name = "<script>&"
	r.Routers[0].Name = `"<i>`
	var text, page, frontier, chances bytes.Buffer
	if err := errors.Join(r.WriteText(&text), r.WriteHTML(&page), r.FrontierSVG(&frontier), r.ReliabilitySVG(&chances)); err != nil {
		t.Fatal(err)
	}
	for name, svg := range map[string]*bytes.Buffer{"frontier": &frontier, "chances": &chances} {
		dec := xml.NewDecoder(svg)
		for {
			if _, err := dec.Token(); err == io.EOF {
				break
			} else if err != nil {
				t.Fatalf("%s: not XML: %v", name, err)
			}
		}
	}
	if strings.Contains(page.String(), "<script>") || strings.Contains(page.String(), "http://") && !strings.Contains(page.String(), "www.w3.org") {
		t.Error("the page holds markup of the data, or loads something")
	}
	if !strings.Contains(text.String(), "saved@95") {
		t.Errorf("got the text\n%s", text.String())
	}
	if _, err := json.Marshal(r); err != nil {
		t.Error(err)
	}
}

func TestRunOnASourceWithoutAGap(t *testing.T) {
	rows := madeUp(60)
	for i := range rows {
		if rows[i].Source == "source0" {
			rows[i].Small, rows[i].Large = 1, 0
		}
	}
	for i := range 60 { // enough on the other side for a gap of all
		rows = append(rows, Row{ID: fmt.Sprint("more", i), Source: "source1", Cluster: fmt.Sprint("more", i), Large: 1})
	}
	r, _, err := Run(context.Background(), rows, Options{Model: classifier.Default(), Draws: 5, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	if data, err := json.Marshal(r); err != nil || !strings.Contains(string(data), `"source0":null`) {
		t.Errorf("got error %v and no null for the source without a gap", err)
	}
}

func TestRunStopsWhenCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, _, err := Run(ctx, madeUp(50), Options{Model: classifier.Default(), Draws: 1}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
}

func TestLeaveOneSourceOutNeedsTwo(t *testing.T) {
	rows := madeUp(20)
	for i := range rows {
		rows[i].Source = "only"
	}
	_, err := LeaveOneSourceOut(context.Background(), rows, quick(), NewDraws(rows, 1, 1), func() {})
	if err == nil || !strings.Contains(err.Error(), "only") {
		t.Errorf("got %v, want an error that names the one source", err)
	}
}

func TestNoiseChangesTheTextAndIsRepeatable(t *testing.T) {
	const text = "Which river flows through the capital of Austria?\nA. Danube\nB. Rhine"
	for _, noise := range Noises() {
		apply := func() string {
			return noise.Apply(strings.Repeat(text+" ", 5), rand.New(rand.NewPCG(1, 1)))
		}
		if apply() == strings.Repeat(text+" ", 5) {
			t.Errorf("%s: the text is as it was", noise.Name)
		}
		if first, second := apply(), apply(); first != second {
			t.Errorf("%s: the same seed gives two texts", noise.Name)
		}
		noise.Apply("", rand.New(rand.NewPCG(1, 1)))
		noise.Apply("\xff\xfe ab\xffcdefgh ", rand.New(rand.NewPCG(1, 1)))
	}
}

func TestRobustCountsFlips(t *testing.T) {
	m := classifier.Default()
	judge := func(int) *classifier.Model { return m }
	all, err := Robust(context.Background(), madeUp(60), judge, []float64{.95}, func() {})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range all {
		if f.Noise == "upper case" && f.Flipped != 0 {
			t.Errorf("upper case turned %.1f %% of the decisions, want none", 100*f.Flipped)
		}
		near(t, f.Noise, f.Flipped, f.ToLarge+f.ToSmall, 1e-12)
	}
}
