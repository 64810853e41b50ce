package eval

import (
	"math"
	"strings"
	"testing"
)

func near(t *testing.T, what string, got, want, within float64) {
	t.Helper()
	if !(math.Abs(got-want) <= within) {
		t.Errorf("%s: got %.4f, want %.4f", what, got, want)
	}
}

// half is 1,000 prompts: on every second one the large model gains, on the others both are right.
func half() (outcomes []Outcome, benefit []float64) {
	for i := range 1000 {
		small := float64(i % 2)
		outcomes = append(outcomes, Outcome{Small: small, Large: 1})
		benefit = append(benefit, 1-small)
	}
	return outcomes, benefit
}

func TestMetricsOfKnownRankings(t *testing.T) {
	outcomes, benefit := half()
	worst := make([]float64, len(benefit))
	for i := range benefit {
		worst[i] = -benefit[i]
	}
	for name, c := range map[string]struct {
		score              []float64
		apgr, cpt50, cpt80 float64
		saved95            float64
	}{
		// Quality is .5 + share for the first half: .95 takes 45 % of the calls.
		"oracle": {benefit, .75, .25, .4, 1 - (.45*12+.55)/12},
		// All scores equal: half of the prompts gain half of the gap, quality is .5 + share/2.
		"random": {make([]float64, len(outcomes)), .5, .5, .8, 1 - (.9*12+.1)/12},
		"worst":  {worst, .25, .75, .9, 1 - (.95*12+.05)/12},
	} {
		m := Rank(outcomes, c.score).Curve(nil).Metrics()
		near(t, name+" APGR", m.APGR, c.apgr, 1e-9)
		near(t, name+" CPT50", m.CPT50, c.cpt50, 1e-9)
		near(t, name+" CPT80", m.CPT80, c.cpt80, 1e-9)
		near(t, name+" saved@95", m.Saved95, c.saved95, 1e-9)
		near(t, name+" small", m.Small, .5, 1e-9)
		near(t, name+" large", m.Large, 1, 1e-9)
	}
}

func TestWeightsCountRowsSeveralTimes(t *testing.T) {
	few := []Outcome{{0, 1}, {1, 1}, {1, 0}}
	many := []Outcome{{0, 1}, {0, 1}, {1, 1}, {1, 0}, {1, 0}, {1, 0}}
	a := Rank(few, []float64{3, 2, 1}).Curve([]int{2, 1, 3})
	b := Rank(many, []float64{3, 3, 2, 1, 1, 1}).Curve(nil)
	near(t, "quality", a.Quality(.5), b.Quality(.5), 1e-12)
	near(t, "area", a.area(), b.area(), 1e-12)
}

func TestWithoutAGapSharesOfItHaveNoMeaning(t *testing.T) {
	m := Rank([]Outcome{{1, 0}, {1, 1}}, []float64{1, 0}).Curve(nil).Metrics()
	if !math.IsNaN(m.APGR) {
		t.Errorf("got APGR %v where the large model is worse, want none", m.APGR)
	}
}

func TestCheckRefusesRowsThatTellNothing(t *testing.T) {
	row := func(small, large float64) Row { return Row{Small: small, Large: large} }
	for name, c := range map[string]struct {
		rows []Row
		want string
	}{
		"none":      {nil, "no outcomes"},
		"one class": {[]Row{row(1, 1), row(1, 1)}, "same outcome"},
		"no gap":    {[]Row{row(1, 0), row(0, 1)}, "no better"},
	} {
		if err := Check(c.rows); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want an error with %q", name, err, c.want)
		}
	}
	if err := Check([]Row{row(0, 1), row(1, 1)}); err != nil {
		t.Errorf("got %v for rows that can be measured", err)
	}
}

func TestCalibrationOfKnownChances(t *testing.T) {
	var said, right, wrong []float64
	for i := range 3000 {
		said = append(said, .2+.6*float64(i%2))
		right = append(right, indicator(i/2%10 < 2+6*(i%2)))
		wrong = append(wrong, indicator(i/2%10 < 5))
	}
	near(t, "ECE of true chances", Calibrate(said, right).ECE, 0, .01)
	near(t, "ECE of chances that are off by .3", Calibrate(said, wrong).ECE, .3, .03)
	if c := Calibrate([]float64{.5}, []float64{1}); len(c.Bins) != 1 {
		t.Errorf("one row: got %d bins, want 1", len(c.Bins))
	}
}

func TestAUC(t *testing.T) {
	near(t, "perfect", auc([]float64{.1, .2, .8, .9}, []float64{0, 0, 1, 1}), 1, 0)
	near(t, "reversed", auc([]float64{.9, .8, .2, .1}, []float64{0, 0, 1, 1}), 0, 0)
	near(t, "ties", auc([]float64{.5, .5}, []float64{0, 1}), .5, 0)
	if got := auc([]float64{.5}, []float64{1}); !math.IsNaN(got) {
		t.Errorf("one class: got %v, want none", got)
	}
}

func TestIntervalsHoldTheFigure(t *testing.T) {
	var rows []Row
	var score []float64
	outcomes, benefit := half()
	for i, o := range outcomes {
		rows = append(rows, Row{Small: o.Small, Large: o.Large, Cluster: string(rune('a' + i%500)), Source: "s"})
		score = append(score, benefit[i]+float64(i*7919%100)/100)
	}
	d := NewDraws(rows, 100, 1)
	f := d.Figures(Rank(outcomes, score)).APGR
	if !(f.Low < f.Value && f.Value < f.High) {
		t.Errorf("got %+v, want the figure inside its interval", f)
	}
	if again := NewDraws(rows, 100, 1).Figures(Rank(outcomes, score)).APGR; again != f {
		t.Errorf("the same seed gives %+v and %+v", f, again)
	}
}
