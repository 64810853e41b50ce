package routing

import (
	"fmt"
	"hash/fnv"
	"math"
	"slices"
	"strconv"
)

// soften takes the cheaper policy where a soft limit is passed. A model that was asked for stays.
func (d *decision) soften() {
	if d.over == nil || d.pinned {
		return
	}
	d.model = nil
	d.count(EventOverBudget)
	d.step("budget", d.over.Pipe, "the soft limit of budget "+d.over.Budget+" is passed")
	d.pick(d.over.Pipe, StrategyRules, "the soft limit of budget "+d.over.Budget+" is passed")
	if d.over.Limits != nil {
		d.limits = d.over.Limits.over(d.limits)
	}
}

// plan puts the decision into the form in which it is carried out.
func (d *decision) plan() *Plan {
	p := &Plan{
		Strategy: d.strategy, Reason: d.reason, Models: d.models, Largest: d.r.largest,
		Judging: d.judging(), Deadlines: d.profile.Deadlines, Limits: d.limits, Hold: d.hold(),
		Pinned: d.pinned, Charges: d.charges, Early: d.profile.Early, Repair: d.profile.Repair,
		Hedge: d.profile.Hedge, Throttled: d.profile.Throttled,
	}
	if d.rule != nil && d.rule.Moves != nil {
		d.rule.Moves.change(p)
	}
	p.Deadlines.Total = d.total
	p.Weighs, p.Aim, p.Rates = true, d.r.policy.Aim, d.r.policy.Rates
	if d.pipe != nil {
		p.Pipe = d.pipe.Name
	}
	d.holdOut(p)
	d.expect(p)
	p.Features, p.Steps = d.f, d.steps
	return p
}

// judging is that of the nearest: rule, route, pipe, policy.
func (d *decision) judging() Judging {
	near := []*Judging{nil, nil, nil, d.r.policy.Default.Judging, {}}
	if d.rule != nil {
		near[0] = d.rule.Judging
	}
	if d.profile != &d.r.policy.Default {
		near[1] = d.profile.Judging
	}
	if d.pipe != nil {
		near[2] = d.r.policy.Judging[d.pipe.Name]
	}
	return *near[slices.IndexFunc(near, func(j *Judging) bool { return j != nil })]
}

func (d *decision) hold() Hold {
	if d.rule != nil && d.rule.Hold != nil {
		return *d.rule.Hold
	}
	return d.profile.Hold
}

// holdOut sends a share of the requests straight to the largest model, so that savings are measured
// and not only computed. The draw depends on the request's id alone: any replica draws the same.
func (d *decision) holdOut(p *Plan) {
	if d.model != nil || d.profile.RealTime || d.profile.HoldOut <= 0 || d.over != nil || d.lacks(p.Largest) != "" {
		return
	}
	p.Drawn = true
	if draw(d.p.ID) >= d.profile.HoldOut {
		return
	}
	p.HoldOut, p.Models = true, []*Model{p.Largest}
	d.step("holdout", p.Largest.Name, fmt.Sprintf("one of the %.3g %% that measure what routing saves", 100*d.profile.HoldOut))
}

// draw maps an id to [0,1), evenly.
func draw(id string) float64 {
	h := fnv.New64a()
	h.Write([]byte(id))
	x := h.Sum64()
	x ^= x >> 33 // FNV's high bits move little with the last letters; mix as MurmurHash3 does
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	x *= 0xc4ceb9fe1a85ec53
	x ^= x >> 33
	return float64(x>>11) / (1 << 53)
}

// failureRate is taken for how often an answer is rejected where the classifier was not asked.
const failureRate = 0.1

// expect estimates what the request will cost: the first model, each next one as often as all before
// it fail, and whom we asked.
func (d *decision) expect(p *Plan) {
	rate := failureRate
	if d.f.Score >= 0 {
		rate = 1 - d.f.Score
	}
	chance := 1.0
	for i, m := range p.Models {
		if p.Limits.Attempts > 0 && i >= p.Limits.Attempts {
			break
		}
		p.ExpectedCostUSD += chance * d.cost(m)
		chance *= rate
		rate = math.Min(rate, failureRate)
	}
	for _, c := range p.Charges {
		p.ExpectedCostUSD += c.CostUSD
	}
}

// summary tells the features in a line.
func (f *Features) summary() string {
	line := append(strconv.AppendInt(make([]byte, 0, 64), int64(f.Tokens), 10), " tokens"...)
	if f.Language != "" {
		line = append(append(line, ", "...), f.Language...)
	}
	for _, w := range []struct {
		is   bool
		name string
	}{{f.Code, "code"}, {f.Math, "math"}, {f.Steps, "steps"}, {f.JSON, "json"}, {f.Images, "images"}, {f.Tools > 0, "tools"}} {
		if w.is {
			line = append(append(line, ", "...), w.name...)
		}
	}
	return string(line)
}

// sizes tells where the tokens are.
func (f *Features) sizes() string {
	line := append(strconv.AppendInt(make([]byte, 0, 64), int64(f.UserTokens), 10), " from the user"...)
	for _, s := range []struct {
		n    int
		name string
	}{{f.SystemTokens, "system"}, {f.OldTokens, "earlier turns"}, {f.SourceTokens, "sources"}, {f.ToolTokens, "tools"}} {
		if s.n > 0 {
			line = strconv.AppendInt(append(line, ", "...), int64(s.n), 10)
			line = append(append(line, ' '), s.name...)
		}
	}
	return string(line)
}
