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

// costs draws what requests would cost at the largest model, 1 on average.
type costs func(*rand.Rand) float64

// lognormal costs are skewed as those of chats are.
func lognormal(sigma float64) costs {
	return func(r *rand.Rand) float64 { return math.Exp(sigma*r.NormFloat64() - sigma*sigma/2) }
}

// documents: one prompt in a hundred is fifty times as long as the others, and they make a third of the cost.
func documents(r *rand.Rand) float64 {
	if r.Float64() < 0.01 {
		return 50 / 1.49
	}
	return 1 / 1.49
}

// draw fills an arm whose requests cost share of what they would at the largest model.
func draw(r *rand.Rand, n int, share float64, of costs) (a ArmSums) {
	for range n {
		cost := of(r)
		a.Add(share*cost, cost, r.Float64() < 0.05)
	}
	return a
}

// TestMeasuredIntervalsHoldTheTruth repeats the experiment and counts how often the 95 % interval holds
// the true saving. It may be too wide, where costs are very skewed and the hold-out small, but hardly too
// narrow.
func TestMeasuredIntervalsHoldTheTruth(t *testing.T) {
	const runs, truth = 300, 0.6
	for name, of := range map[string]costs{"sigma 1": lognormal(1), "sigma 2": lognormal(2), "documents": documents} {
		for _, size := range []struct{ routed, holdOut int }{{1000, 50}, {2000, 100}, {4000, 200}} {
			r := rand.New(rand.NewPCG(1, uint64(size.holdOut)))
			ratio, money, failed, narrow := 0, 0, 0, 0
			for range runs {
				routed := draw(r, size.routed, 1-truth, of)
				s := Evidence{Routed: routed, HoldOut: draw(r, size.holdOut, 1, of)}.Savings()
				ratio += holds(s.Measured, truth)
				money += holds(s.MeasuredUSD, float64(size.routed)-routed.CostUSD)
				failed += holds(s.FailedMore, 0)
				narrow += one(s.Measured.High-s.Measured.Low < 0.5)
			}
			t.Logf("%s, %d held out: ratio %d, money %d, failed %d of %d", name, size.holdOut, ratio, money, failed, runs)
			for what, hits := range map[string]int{"ratio": ratio, "money": money, "failed": failed} {
				if share := float64(hits) / runs; share < 0.92 {
					t.Errorf("%s, %d held out: the interval of the %s held the truth in %.1f %% of %d runs, want 95 or more", name, size.holdOut, what, share*100, runs)
				}
			}
			if share := float64(ratio) / runs; name == "sigma 1" && (share > 0.99 || narrow < runs*9/10) {
				t.Errorf("%s, %d held out: the interval held the truth in %.1f %%, and was narrow in %d of %d runs: it says too little", name, size.holdOut, share*100, narrow, runs)
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
		{"no hold-out", draw(r, 100, 1, lognormal(1)), ArmSums{}},
		{"too few", draw(r, 100, 1, lognormal(1)), draw(r, minHoldOut-1, 1, lognormal(1))},
		{"all free", draw(r, 100, 1, lognormal(1)), ArmSums{Requests: 50}},
	}
	for _, test := range tests {
		if s := (Evidence{Routed: test.routed, HoldOut: test.holdOut}).Savings(); s.Measured != nil || math.IsNaN(s.Counterfactual) {
			t.Errorf("%s: got %+v, want no interval and no NaN", test.name, s)
		}
	}
}

func TestEvidenceAddsUp(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	a, b := Evidence{Routed: draw(r, 50, 1, lognormal(1)), ChosenUSD: 1, LargestUSD: 3}, Evidence{Routed: draw(r, 70, 2, lognormal(1)), HoldOut: draw(r, 9, 2, lognormal(1)), LargestUSD: 1}
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
		if arm, ok := (&event{outcome: test.o}).record("").Arm(); arm != test.arm || ok != test.ok {
			t.Errorf("%s: got %v %v, want %v %v", test.name, arm, ok, test.arm, test.ok)
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
