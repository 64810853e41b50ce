package eval

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// priceRatio is what a call of the large model costs in calls of the small one.
const priceRatio = 12

// Outcome is what counts of a row for the metrics.
type Outcome struct{ Weak, Strong float64 }

// Outcomes lists the outcomes of rows.
func Outcomes(rows []Row) []Outcome {
	out := make([]Outcome, len(rows))
	for i := range rows {
		out[i] = Outcome{rows[i].Weak, rows[i].Strong}
	}
	return out
}

// Metrics are RouteLLM's, for one router on one set of rows.
type Metrics struct {
	Rows    int     `json:"rows"`
	Weak    float64 `json:"weak"`   // quality of always the small model
	Strong  float64 `json:"strong"` // quality of always the large model
	APGR    float64 `json:"apgr"`
	CPT50   float64 `json:"cpt50"` // least share of large calls that recovers half of the gap
	CPT80   float64 `json:"cpt80"`
	Saved95 float64 `json:"saved95"` // cost saved against always large, at 95 % of its quality
	Saved99 float64 `json:"saved99"`
}

// errNoGap says that a share of the gap means nothing where there is none.
var errNoGap = errors.New("the large model is no better than the small one on these rows: a share of the gap has no meaning")

// Check reports why rows cannot be measured.
func Check(rows []Row) error {
	if len(rows) == 0 {
		return ErrNoRows
	}
	var sum float64
	same := true
	for _, r := range rows {
		sum += r.Strong - r.Weak
		same = same && r.Weak == rows[0].Weak && r.Strong == rows[0].Strong
	}
	switch {
	case same:
		return fmt.Errorf("all %d rows have the same outcome: nothing to tell apart", len(rows))
	case sum <= 0:
		return errNoGap
	}
	return nil
}

// Curve is the quality reached when the neediest share of the prompts goes to the large model. Point i
// stands for i prompts; ties are in expectation.
type Curve struct {
	Gain         []float64 // sum of what the first i prompts gain
	weak, strong float64   // sums
}

// NewCurve ranks outcomes by score, the highest first. Order breaks no ties: rows of equal score share
// their gain.
func NewCurve(outcomes []Outcome, score []float64) Curve {
	order := make([]int, len(outcomes))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		switch {
		case score[a] > score[b]:
			return -1
		case score[a] < score[b]:
			return 1
		}
		return a - b
	})
	return curveOf(outcomes, score, order)
}

func curveOf(outcomes []Outcome, score []float64, order []int) Curve {
	c := Curve{Gain: make([]float64, len(order)+1)}
	for from := 0; from < len(order); {
		to, sum := from, 0.0
		for to < len(order) && score[order[to]] == score[order[from]] {
			o := outcomes[order[to]]
			sum += o.Strong - o.Weak
			c.weak += o.Weak
			c.strong += o.Strong
			to++
		}
		each := sum / float64(to-from)
		for i := from; i < to; i++ {
			c.Gain[i+1] = c.Gain[i] + each
		}
		from = to
	}
	return c
}

// Rows is the number of prompts.
func (c Curve) Rows() int { return len(c.Gain) - 1 }

// Quality is the mean outcome with the first k prompts on the large model.
func (c Curve) Quality(k int) float64 { return (c.weak + c.Gain[k]) / float64(c.Rows()) }

// share is the least share of large calls that reaches a sum of gain.
func (c Curve) share(gain float64) float64 {
	for k, g := range c.Gain {
		if g >= gain-1e-9 {
			return float64(k) / float64(c.Rows())
		}
	}
	return 1
}

// saved is the cost saved against always large at a share of the large model's quality.
func (c Curve) saved(aim float64) float64 {
	x := c.share(aim*c.strong - c.weak)
	return 1 - (x*priceRatio+1-x)/priceRatio
}

// Metrics computes all figures of the curve. Where there is no gap they are NaN but for the means.
func (c Curve) Metrics() Metrics {
	n := c.Rows()
	gap := c.strong - c.weak
	m := Metrics{Rows: n, Weak: c.weak / float64(n), Strong: c.strong / float64(n)}
	if gap <= 0 {
		m.APGR, m.CPT50, m.CPT80 = math.NaN(), math.NaN(), math.NaN()
	} else {
		m.APGR, m.CPT50, m.CPT80 = c.area()/gap, c.share(.5*gap), c.share(.8*gap)
	}
	m.Saved95, m.Saved99 = c.saved(.95), c.saved(.99)
	return m
}

// area is the mean gain over all shares.
func (c Curve) area() float64 {
	sum := 0.0
	for k := 1; k < len(c.Gain); k++ {
		sum += (c.Gain[k-1] + c.Gain[k]) / 2
	}
	return sum / float64(c.Rows())
}
