package eval

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
)

// priceRatio is what a call of the large model costs in calls of the small one.
const priceRatio = 12

// Outcome is what counts of a row for the metrics.
type Outcome struct{ Small, Large float64 }

// Outcomes lists the outcomes of rows.
func Outcomes(rows []Row) []Outcome {
	out := make([]Outcome, len(rows))
	for i := range rows {
		out[i] = Outcome{rows[i].Small, rows[i].Large}
	}
	return out
}

// Metrics are RouteLLM's, for one router on one set of rows.
type Metrics struct {
	Rows    int     `json:"rows"`
	Small   float64 `json:"weak"`   // quality of always the small model
	Large   float64 `json:"strong"` // quality of always the large model
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
		sum += r.Large - r.Small
		same = same && r.Small == rows[0].Small && r.Large == rows[0].Large
	}
	switch {
	case same:
		return fmt.Errorf("all %d rows have the same outcome: nothing to tell apart", len(rows))
	case sum <= 0:
		return errNoGap
	}
	return nil
}

// Curve is what is gained as ever more of the prompts, the neediest first, go to the large model. It is
// straight between its points: rows of equal score go together, in no order.
type Curve struct {
	share []float64 // of the prompts, from 0 to 1
	gain  []float64 // mean gain so far
	small float64   // means
	large float64
	rows  int
}

// Ranking is the order in which a router sends rows to the large model; it is made once and measured
// many times, with other weights for each draw of the bootstrap.
type Ranking struct {
	outcomes []Outcome
	order    []int
	ends     []int // of the groups of equal score
}

// Rank orders outcomes by score, the highest first.
func Rank(outcomes []Outcome, score []float64) Ranking {
	r := Ranking{outcomes: outcomes, order: make([]int, len(outcomes))}
	for i := range r.order {
		r.order[i] = i
	}
	slices.SortFunc(r.order, func(a, b int) int { return cmp.Compare(score[b], score[a]) })
	for k := range r.order {
		if k+1 == len(r.order) || score[r.order[k]] != score[r.order[k+1]] {
			r.ends = append(r.ends, k+1)
		}
	}
	return r
}

// Curve measures the ranking. weight says how often each row counts; nil is once.
func (r Ranking) Curve(weight []int) Curve {
	c := Curve{share: make([]float64, 1, len(r.ends)+1), gain: make([]float64, 1, len(r.ends)+1)}
	var n, gain float64
	from := 0
	for _, to := range r.ends {
		for _, i := range r.order[from:to] {
			w := 1.0
			if weight != nil {
				w = float64(weight[i])
			}
			o := r.outcomes[i]
			n += w
			gain += w * (o.Large - o.Small)
			c.small += w * o.Small
			c.large += w * o.Large
		}
		c.share, c.gain = append(c.share, n), append(c.gain, gain)
		from = to
	}
	for i := range c.share {
		c.share[i] /= max(n, 1)
		c.gain[i] /= max(n, 1)
	}
	c.small, c.large, c.rows = c.small/max(n, 1), c.large/max(n, 1), int(n)
	return c
}

// Quality is the mean outcome when a share of the prompts goes to the large model.
func (c Curve) Quality(share float64) float64 {
	for i := 1; i < len(c.share); i++ {
		if step := c.share[i] - c.share[i-1]; share <= c.share[i] && step > 0 {
			f := (share - c.share[i-1]) / step
			return c.small + c.gain[i-1] + f*(c.gain[i]-c.gain[i-1])
		}
	}
	return c.large
}

// reach is the least share of large calls that gains as much.
func (c Curve) reach(gain float64) float64 {
	if gain <= 0 {
		return 0
	}
	for i := 1; i < len(c.gain); i++ {
		if c.gain[i] >= gain-1e-12 {
			f := (gain - c.gain[i-1]) / (c.gain[i] - c.gain[i-1])
			return c.share[i-1] + f*(c.share[i]-c.share[i-1])
		}
	}
	return 1
}

// saved is the cost saved against always large at a share of the large model's quality.
func (c Curve) saved(aim float64) float64 {
	return 1 - cost(c.reach(aim*c.large-c.small))
}

// cost of sending a share of the prompts to the large model, where sending all of them is 1.
func cost(share float64) float64 { return (share*priceRatio + 1 - share) / priceRatio }

// Metrics computes all figures of the curve. Without a gap those that are shares of it are NaN.
func (c Curve) Metrics() Metrics {
	gap := c.large - c.small
	m := Metrics{Rows: c.rows, Small: c.small, Large: c.large, Saved95: c.saved(.95), Saved99: c.saved(.99)}
	m.APGR, m.CPT50, m.CPT80 = math.NaN(), math.NaN(), math.NaN()
	if gap > 0 {
		m.APGR, m.CPT50, m.CPT80 = c.area()/gap, c.reach(.5*gap), c.reach(.8*gap)
	}
	return m
}

// area is the mean gain over all shares.
func (c Curve) area() float64 {
	sum := 0.0
	for i := 1; i < len(c.share); i++ {
		sum += (c.gain[i-1] + c.gain[i]) / 2 * (c.share[i] - c.share[i-1])
	}
	return sum
}
