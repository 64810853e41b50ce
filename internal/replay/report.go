package replay

import (
	"math"

	"ockham/internal/telemetry"
)

// Report is what a replay found.
type Report struct {
	Files    []string       `json:"files"`
	Lines    int            `json:"lines"`
	Replayed int            `json:"replayed"`
	LeftOut  map[string]int `json:"left_out,omitempty"` // by reason
	Broken   []string       `json:"broken,omitempty"`   // the first few lines that could not be read

	// Results are those of the recorded decisions, where there are any, and of each policy.
	Results []Result `json:"results"`
	// Change compares the last result with the one before it; nil where there is only one.
	Change *Change `json:"change,omitempty"`
}

// Result is what one policy made of all requests.
type Result struct {
	Name       string         `json:"name"`
	Requests   int            `json:"requests"`
	CostUSD    float64        `json:"cost_usd"`
	LargestUSD float64        `json:"largest_usd"` // the largest model for every request
	Saved      float64        `json:"saved"`       // share of that
	Pipes      map[string]int `json:"pipes"`
	Strategies map[string]int `json:"strategies,omitempty"`
	First      map[string]int `json:"first_model,omitempty"`
	// Escalated is the expected share of requests whose first answer is rejected; nil where nothing was
	// recorded to tell it from.
	Escalated  *float64 `json:"escalated,omitempty"`
	Unservable int      `json:"unservable,omitempty"`
	AskJudge   int      `json:"judge_would_be_asked,omitempty"` // decided without its opinion
	// Latency of requests whose models' times are known, in milliseconds.
	Latency telemetry.Quantiles `json:"latency_ms"`
	Mean    float64             `json:"latency_mean_ms"`
	// Quality is the mean outcome of the requests where it is known.
	Quality *Quality `json:"quality,omitempty"`

	escalates float64
	recorded  int
	spread    telemetry.Spread
	millis    float64
	scores    float64
	scored    int
}

// Quality of answers.
type Quality struct {
	Known int     `json:"known"` // requests
	Mean  float64 `json:"mean"`  // 0 bad to 1 good
}

// Change is the step from one result to the next, over the same requests.
type Change struct {
	From, To string
	Flips    map[string]int `json:"flips"` // "green to purple": requests
	Flipped  float64        `json:"flipped"`
	Examples []Flip         `json:"examples,omitempty"`
	// Relative changes with their 95 % intervals; 0.1 is 10 % more.
	Cost    *telemetry.Interval `json:"cost,omitempty"`
	Latency *telemetry.Interval `json:"latency,omitempty"`
	// Quality is the absolute change, over requests where both are known.
	Quality *telemetry.Interval `json:"quality,omitempty"`

	cost, millis pairs
	quality      pairs
	requests     int
}

// Flip is a request that goes elsewhere.
type Flip struct {
	ID   string `json:"id"`
	From string `json:"from"`
	To   string `json:"to"`
}

const maxExamples = 20

func newResult(name string) Result {
	return Result{Name: name, Pipes: map[string]int{}, Strategies: map[string]int{}, First: map[string]int{}}
}

func (r *Result) add(p *played) {
	r.Requests++
	if p.unservable {
		r.Unservable++
		return
	}
	r.CostUSD += p.costUSD
	r.LargestUSD += p.largestUSD
	r.Pipes[p.pipe]++
	if p.recorded {
		r.recorded++
		r.escalates += p.escalates
	}
	if p.strategy != "" {
		r.Strategies[p.strategy]++
	}
	if p.first != "" {
		r.First[p.first]++
	}
	if p.askJudge {
		r.AskJudge++
	}
	if p.timed {
		r.spread.Add(p.millis)
		r.millis += p.millis
	}
	if p.known {
		r.scores += p.quality
		r.scored++
	}
}

// merge adds the sums of o, of the same policy.
func (r *Result) merge(o *Result) {
	r.Requests += o.Requests
	r.CostUSD += o.CostUSD
	r.LargestUSD += o.LargestUSD
	r.escalates += o.escalates
	r.recorded += o.recorded
	r.Unservable += o.Unservable
	r.AskJudge += o.AskJudge
	r.spread.Merge(&o.spread)
	r.millis += o.millis
	r.scores += o.scores
	r.scored += o.scored
	addCounts(r.Pipes, o.Pipes)
	addCounts(r.Strategies, o.Strategies)
	addCounts(r.First, o.First)
}

func addCounts(to, from map[string]int) {
	for key, n := range from {
		to[key] += n
	}
}

// finish turns sums into shares and means.
func (r *Result) finish() {
	if r.LargestUSD > 0 {
		r.Saved = 1 - r.CostUSD/r.LargestUSD
	}
	if r.recorded > 0 {
		escalated := r.escalates / float64(r.recorded)
		r.Escalated = &escalated
	}
	r.Latency = r.spread.Quantiles()
	if r.Latency.Count > 0 {
		r.Mean = r.millis / float64(r.Latency.Count)
	}
	if r.scored > 0 {
		r.Quality = &Quality{Known: r.scored, Mean: r.scores / float64(r.scored)}
	}
}

func newChange(from, to string) *Change { return &Change{From: from, To: to, Flips: map[string]int{}} }

func (c *Change) add(id string, a, b *played) {
	c.requests++
	if from, to := a.where(), b.where(); from != to {
		c.Flips[from+" to "+to]++
		if len(c.Examples) < maxExamples {
			c.Examples = append(c.Examples, Flip{ID: id, From: from, To: to})
		}
	}
	if a.unservable || b.unservable {
		return
	}
	c.cost.add(a.costUSD, b.costUSD)
	if a.timed && b.timed {
		c.millis.add(a.millis, b.millis)
	}
	if a.known && b.known {
		c.quality.add(a.quality, b.quality)
	}
}

func (p *played) where() string {
	switch {
	case p.unservable:
		return "unservable"
	case p.pipe == "":
		return "no pipe"
	}
	return p.pipe
}

func (c *Change) merge(o *Change) {
	c.requests += o.requests
	addCounts(c.Flips, o.Flips)
	c.Examples = append(c.Examples, o.Examples[:min(len(o.Examples), maxExamples-len(c.Examples))]...)
	c.cost.merge(o.cost)
	c.millis.merge(o.millis)
	c.quality.merge(o.quality)
}

func (c *Change) finish() {
	flipped := 0
	for _, n := range c.Flips {
		flipped += n
	}
	c.Flipped = float64(flipped) / math.Max(float64(c.requests), 1)
	c.Cost, c.Latency, c.Quality = c.cost.ratio(), c.millis.ratio(), c.quality.difference()
}

// pairs are sums over requests that were played twice.
type pairs struct{ n, a, b, aa, bb, ab float64 }

func (p *pairs) add(a, b float64) { p.merge(pairs{1, a, b, a * a, b * b, a * b}) }

func (p *pairs) merge(o pairs) {
	p.n, p.a, p.b = p.n+o.n, p.a+o.a, p.b+o.b
	p.aa, p.bb, p.ab = p.aa+o.aa, p.bb+o.bb, p.ab+o.ab
}

// ratio is the relative change of the totals, b over a less one, with the interval of a ratio of paired
// means (delta method).
func (p *pairs) ratio() *telemetry.Interval {
	if p.n < 2 || p.a <= 0 {
		return nil
	}
	r := p.b / p.a
	variance := math.Max(0, (p.bb-2*r*p.ab+r*r*p.aa)/(p.n-1)) // of b - r a, whose mean is 0
	spread := 1.96 * math.Sqrt(variance/p.n) / (p.a / p.n)
	return &telemetry.Interval{Value: r - 1, Low: r - 1 - spread, High: r - 1 + spread}
}

// difference is the mean of b - a.
func (p *pairs) difference() *telemetry.Interval {
	if p.n < 2 {
		return nil
	}
	mean := (p.b - p.a) / p.n
	variance := math.Max(0, (p.bb-2*p.ab+p.aa-p.n*mean*mean)/(p.n-1))
	spread := 1.96 * math.Sqrt(variance/p.n)
	return &telemetry.Interval{Value: mean, Low: mean - spread, High: mean + spread}
}
