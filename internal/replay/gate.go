package replay

import (
	"fmt"

	"ockham/internal/telemetry"
)

// Gate holds the thresholds of a CI gate. Nil ones are not looked at.
type Gate struct {
	CostIncrease    *float64 // share: 0.05 is 5 % more
	LatencyIncrease *float64 // share
	QualityDrop     *float64 // absolute: 0.01 is one outcome in a hundred
	Flipped         *float64 // share of requests that change their pipe
	Unservable      *int     // requests that the last policy cannot serve
}

// Check lists what is beyond a threshold. A threshold on what is not known is a failure too: a gate
// that cannot measure must not pass.
func (g *Gate) Check(r *Report) []string {
	var failures []string
	fail := func(format string, args ...any) { failures = append(failures, fmt.Sprintf(format, args...)) }
	if g.Unservable != nil {
		if last := r.Results[len(r.Results)-1]; last.Unservable > *g.Unservable {
			fail("%d requests cannot be served, allowed are %d", last.Unservable, *g.Unservable)
		}
	}
	c := r.Change
	if c == nil {
		if g.CostIncrease != nil || g.LatencyIncrease != nil || g.QualityDrop != nil || g.Flipped != nil {
			fail("there is nothing to compare with: give a second policy, or a ledger")
		}
		return failures
	}
	if g.Flipped != nil && c.Flipped > *g.Flipped {
		fail("%.2f %% of the requests change their pipe, allowed are %.2f %%", 100*c.Flipped, 100**g.Flipped)
	}
	for _, grows := range []struct {
		what    string
		change  *telemetry.Interval
		allowed *float64
	}{{"cost", c.Cost, g.CostIncrease}, {"latency", c.Latency, g.LatencyIncrease}} {
		switch {
		case grows.allowed == nil:
		case grows.change == nil:
			fail("%s is not known", grows.what)
		case grows.change.Value > *grows.allowed:
			fail("%s changes by %+.2f %%, allowed are %+.2f %%", grows.what, 100*grows.change.Value, 100**grows.allowed)
		}
	}
	switch {
	case g.QualityDrop == nil:
	case c.Quality == nil:
		fail("quality is not known: no outcomes and no feedback in the input")
	case -c.Quality.Value > *g.QualityDrop:
		fail("quality falls by %.4f, allowed are %.4f", -c.Quality.Value, *g.QualityDrop)
	}
	return failures
}
