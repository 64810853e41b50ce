package telemetry

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"ockham/extproc"
	"ockham/routing"
)

// draw fills an arm with costs as skewed as real ones: lognormal, with the given mean.
func draw(r *rand.Rand, n int, mean float64) (a ArmSums) {
	const sigma = 1.0
	for range n {
		a.Add(mean*math.Exp(sigma*r.NormFloat64()-sigma*sigma/2), r.Float64() < 0.05)
	}
	return a
}

// TestMeasuredIntervalsHoldTheTruth repeats the experiment and counts how often the 95 % interval
// holds the true saving. With costs so skewed, small hold-outs fall a little short of the nominal 95 %.
func TestMeasuredIntervalsHoldTheTruth(t *testing.T) {
	const runs, truth = 500, 0.6
	for _, size := range []struct{ routed, holdOut int }{{2450, 50}, {4900, 100}, {9800, 200}} {
		r := rand.New(rand.NewPCG(1, uint64(size.holdOut)))
		ratio, money, failed := 0, 0, 0
		for range runs {
			routed := draw(r, size.routed, 0.4)
			s := Evidence{Routed: routed, HoldOut: draw(r, size.holdOut, 1)}.Savings()
			ratio += holds(s.Measured, truth)
			money += holds(s.MeasuredUSD, float64(size.routed)-routed.CostUSD)
			failed += holds(s.FailedMore, 0)
		}
		for name, hits := range map[string]int{"ratio": ratio, "money": money, "failed": failed} {
			if share := float64(hits) / runs; share < 0.90 || share > 0.995 {
				t.Errorf("%d held out: the interval of the %s held the truth in %.1f %% of %d runs, want about 95", size.holdOut, name, share*100, runs)
			}
		}
	}
}

func holds(i *Interval, truth float64) int {
	return one(i.Low <= truth && truth <= i.High && i.Low <= i.High)
}

func TestSmallHoldOutsGiveNoInterval(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	tests := []struct {
		name            string
		routed, holdOut ArmSums
	}{
		{"nothing", ArmSums{}, ArmSums{}},
		{"no hold-out", draw(r, 100, 1), ArmSums{}},
		{"too few", draw(r, 100, 1), draw(r, minHoldOut-1, 1)},
		{"all free", draw(r, 100, 1), ArmSums{Requests: 50}},
	}
	for _, test := range tests {
		if s := (Evidence{Routed: test.routed, HoldOut: test.holdOut}).Savings(); s.Measured != nil || math.IsNaN(s.Counterfactual) {
			t.Errorf("%s: got %+v, want no interval and no NaN", test.name, s)
		}
	}
}

func TestEvidenceAddsUp(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	a, b := Evidence{Routed: draw(r, 50, 1), ChosenUSD: 1, LargestUSD: 3}, Evidence{Routed: draw(r, 70, 2), HoldOut: draw(r, 9, 2), LargestUSD: 1}
	sum := a.Plus(b)
	if sum.Routed.Requests != 120 || sum.HoldOut.Requests != 9 || sum.LargestUSD != 4 || sum.Routed.Failed != a.Routed.Failed+b.Routed.Failed {
		t.Errorf("got %+v from %+v and %+v", sum, a, b)
	}
	if diff := cmp.Diff(b, sum.less(a), cmpopts.EquateApprox(1e-12, 1e-12)); diff != "" {
		t.Errorf("a + b - a (-want +got):\n%s", diff)
	}
}

func TestWhoCountsInWhichArm(t *testing.T) {
	attempts := make([]extproc.Attempt, 1)
	tests := []struct {
		name string
		o    extproc.Outcome
		arm  Arm
		ok   bool
	}{
		{"no plan", extproc.Outcome{Attempts: attempts}, 0, false},
		{"no attempt", extproc.Outcome{Plan: &routing.Plan{Drawn: true}}, 0, false},
		{"beyond the draw", extproc.Outcome{Plan: &routing.Plan{}, Attempts: attempts}, 0, false},
		{"routed", extproc.Outcome{Plan: &routing.Plan{Drawn: true}, Attempts: attempts}, ArmRouted, true},
		{"routed, failed", extproc.Outcome{Plan: &routing.Plan{Drawn: true}, Attempts: attempts, Error: "timeout", Served: -1}, ArmRouted, true},
		{"held out", extproc.Outcome{Plan: &routing.Plan{Drawn: true, HoldOut: true}, Attempts: attempts}, ArmHoldOut, true},
	}
	for _, test := range tests {
		arm, ok := armOf(test.o.Plan, len(test.o.Attempts))
		again, okAgain := (&event{outcome: test.o}).record("").Arm()
		if arm != test.arm || ok != test.ok || arm != again || ok != okAgain {
			t.Errorf("%s: got %v %v (by the record %v %v), want %v %v", test.name, arm, ok, again, okAgain, test.arm, test.ok)
		}
	}
}

func TestTQuantile(t *testing.T) {
	// From tables of Student's t, two-sided 95 %.
	for freedom, want := range map[int]float64{19: 2.0930, 30: 2.0423, 100: 1.9840, 100000: 1.9600} {
		if got := tQuantile(freedom); math.Abs(got-want) > 0.0005 {
			t.Errorf("t with %d degrees of freedom: got %.4f, want %.4f", freedom, got, want)
		}
	}
}
