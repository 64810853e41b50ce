package telemetry

import (
	"math"
)

// Two figures say what routing saves, and they are kept apart:
//
//   - The counterfactual prices the tokens that were used at the largest model. It needs no experiment,
//     but assumes that the largest model would have answered as long, which nobody has seen.
//   - The measured saving compares requests that were routed with a random hold-out that went straight
//     to the largest model. Both arms are charged everything they cost: judge, verifier, rejected
//     attempts, and the tokens that a replaced attempt went on to write.

// Arm tells which side of the hold-out a request was on.
type Arm int

// The arms.
const (
	ArmRouted Arm = iota
	ArmHoldOut
)

func (a Arm) String() string {
	if a == ArmHoldOut {
		return "hold_out"
	}
	return "routed"
}

// ArmSums are sums over the requests of one arm. They add up over minutes and replicas.
type ArmSums struct {
	Requests int     `json:"requests"`
	CostUSD  float64 `json:"cost_usd"`
	Squared  float64 `json:"-"` // sum of squared costs
	Failed   int     `json:"failed"`
	// The same of the counterfactual: the tokens of each request at the largest model's price.
	LargestUSD     float64 `json:"-"`
	LargestSquared float64 `json:"-"`
}

// Add counts one request.
func (a *ArmSums) Add(costUSD, largestUSD float64, failed bool) {
	a.Requests++
	a.CostUSD += costUSD
	a.Squared += costUSD * costUSD
	a.LargestUSD += largestUSD
	a.LargestSquared += largestUSD * largestUSD
	if failed {
		a.Failed++
	}
}

// plus adds sign times the sums of b.
func (a ArmSums) plus(b ArmSums, sign int) ArmSums {
	x := float64(sign)
	return ArmSums{
		Requests: a.Requests + sign*b.Requests, CostUSD: a.CostUSD + x*b.CostUSD,
		Squared: a.Squared + x*b.Squared, Failed: a.Failed + sign*b.Failed,
		LargestUSD: a.LargestUSD + x*b.LargestUSD, LargestSquared: a.LargestSquared + x*b.LargestSquared,
	}
}

func (a ArmSums) mean() float64 { return a.CostUSD / float64(a.Requests) }

// spread is the variance of one request's cost, relative to the mean cost.
func (a ArmSums) spread() float64 { return relativeVariance(a.Requests, a.CostUSD, a.Squared) }

// largestSpread is that of the counterfactual.
func (a ArmSums) largestSpread() float64 {
	return relativeVariance(a.Requests, a.LargestUSD, a.LargestSquared)
}

func relativeVariance(requests int, sum, squares float64) float64 {
	n := float64(requests)
	if sum <= 0 {
		return 0
	}
	mean := sum / n
	return math.Max(0, (squares-sum*mean)/(n-1)) / (mean * mean)
}

// holdOutVariance is the variance of the hold-out's mean cost, relative to it. Costs are skewed: where one
// prompt in a hundred is a long document, a hold-out that drew none would think itself certain. The routed
// requests, priced at the largest model, are many times as many and have met them; the larger of both
// spreads is taken.
func holdOutVariance(routed, holdOut ArmSums) float64 {
	return math.Max(holdOut.spread(), routed.largestSpread()) / float64(holdOut.Requests)
}

// Savings is what an observer can audit.
type Savings struct {
	// Counterfactual is 1 - cost / cost of the same tokens at the largest model, over all requests for
	// which routing chose, drawn or not.
	Counterfactual    float64 `json:"counterfactual"`
	CounterfactualUSD float64 `json:"counterfactual_usd"`
	// Measured is 1 - mean cost of a routed request / mean cost of a held-out one; nil until the
	// hold-out is large enough to say anything.
	Measured *Interval `json:"measured,omitempty"`
	// MeasuredUSD is the same for all routed requests, in money.
	MeasuredUSD *Interval `json:"measured_usd,omitempty"`
	// FailedMore is the share of routed requests without a good answer, less the hold-out's.
	FailedMore *Interval `json:"failed_more,omitempty"`
	Routed     ArmSums   `json:"routed"`
	HoldOut    ArmSums   `json:"hold_out"`
}

// Interval is an estimate with its 95 % confidence interval.
type Interval struct {
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

// minHoldOut is the smallest arm from which an interval is given.
const minHoldOut = 50

// Evidence is all that savings are computed from. It adds up over minutes, replicas and ledgers.
type Evidence struct {
	Routed, HoldOut ArmSums
	// Of requests for which routing chose, drawn or not: what they cost, and what they would have cost
	// at the largest model.
	ChosenUSD, LargestUSD float64
}

// Add counts one request.
func (e *Evidence) Add(r *Record) {
	if r.Plan != nil && !r.Plan.Pinned && !r.Plan.HoldOut {
		e.ChosenUSD += r.CostUSD
		e.LargestUSD += r.LargestCostUSD
	}
	switch arm, ok := r.Arm(); {
	case !ok:
	case arm == ArmHoldOut:
		e.HoldOut.Add(r.CostUSD, r.LargestCostUSD, r.Failed())
	default:
		e.Routed.Add(r.CostUSD, r.LargestCostUSD, r.Failed())
	}
}

// Plus returns the sum of both.
func (e Evidence) Plus(o Evidence) Evidence { return e.with(o, 1) }

// less takes away what o had added.
func (e Evidence) less(o Evidence) Evidence { return e.with(o, -1) }

func (e Evidence) with(o Evidence, sign int) Evidence {
	return Evidence{
		Routed: e.Routed.plus(o.Routed, sign), HoldOut: e.HoldOut.plus(o.HoldOut, sign),
		ChosenUSD: e.ChosenUSD + float64(sign)*o.ChosenUSD, LargestUSD: e.LargestUSD + float64(sign)*o.LargestUSD,
	}
}

// Savings compares the two arms, and what the chosen requests cost with what they would have.
func (e Evidence) Savings() Savings {
	routed, holdOut := e.Routed, e.HoldOut
	s := Savings{Routed: routed, HoldOut: holdOut, CounterfactualUSD: e.LargestUSD - e.ChosenUSD}
	if e.LargestUSD > 0 {
		s.Counterfactual = 1 - e.ChosenUSD/e.LargestUSD
	}
	if routed.Requests < minHoldOut || holdOut.Requests < minHoldOut || routed.CostUSD <= 0 || holdOut.CostUSD <= 0 {
		return s
	}
	s.Measured = measuredRatio(routed, holdOut)
	s.MeasuredUSD = measuredMoney(routed, holdOut)
	s.FailedMore = failedMore(routed, holdOut)
	return s
}

// measuredRatio takes the interval on the logarithm of the ratio of means (delta method), where it is
// closest to symmetric and cannot promise savings above 100 %.
func measuredRatio(routed, holdOut ArmSums) *Interval {
	ratio := routed.mean() / holdOut.mean()
	spread := tQuantile(smaller(routed, holdOut)) * math.Sqrt(routed.spread()/float64(routed.Requests)+holdOutVariance(routed, holdOut))
	return &Interval{Value: 1 - ratio, Low: 1 - ratio*math.Exp(spread), High: 1 - ratio*math.Exp(-spread)}
}

// measuredMoney is what the routed requests would have cost at the hold-out's mean, less what they
// did cost, which is known to the cent; only the former is uncertain.
func measuredMoney(routed, holdOut ArmSums) *Interval {
	would := holdOut.mean() * float64(routed.Requests)
	spread := tQuantile(holdOut.Requests-1) * math.Sqrt(holdOutVariance(routed, holdOut))
	return &Interval{Value: would - routed.CostUSD, Low: would*math.Exp(-spread) - routed.CostUSD, High: would*math.Exp(spread) - routed.CostUSD}
}

// failedMore is a difference of shares, after Agresti and Caffo (2000): one success and one failure
// are added to each arm, which keeps the interval honest where failures are rare.
func failedMore(routed, holdOut ArmSums) *Interval {
	share := func(a ArmSums) (p, variance float64) {
		n := float64(a.Requests) + 2
		p = (float64(a.Failed) + 1) / n
		return p, p * (1 - p) / n
	}
	p, v := share(routed)
	q, w := share(holdOut)
	spread := 1.96 * math.Sqrt(v+w)
	value := float64(routed.Failed)/float64(routed.Requests) - float64(holdOut.Failed)/float64(holdOut.Requests)
	return &Interval{Value: value, Low: p - q - spread, High: p - q + spread}
}

// smaller gives the degrees of freedom on the safe side.
func smaller(a, b ArmSums) int { return min(a.Requests, b.Requests) - 1 }

// tQuantile is the 97.5 % quantile of Student's t, by its expansion around the normal one
// (Abramowitz and Stegun, 26.7.5); from 19 degrees of freedom on it is right to four digits.
func tQuantile(freedom int) float64 {
	const z = 1.959964
	n := float64(freedom)
	g1 := (math.Pow(z, 3) + z) / 4
	g2 := (5*math.Pow(z, 5) + 16*math.Pow(z, 3) + 3*z) / 96
	return z + g1/n + g2/(n*n)
}
