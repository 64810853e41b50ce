package policy

import (
	"cmp"
	"time"

	"ockham/internal/config"
	"ockham/routing"
)

func limits(c *config.Cascade) *routing.Limits {
	if c == nil {
		return nil
	}
	return &routing.Limits{Attempts: c.Attempts, CostUSD: c.CostUSD}
}

func hold(h *config.Hold) *routing.Hold {
	if h == nil {
		return nil
	}
	return &routing.Hold{Full: h.Full, Tokens: h.Tokens, Time: h.Time.D()}
}

// profile is that of requests on no special route.
func (b *builder) profile() routing.Profile {
	c := b.c
	return routing.Profile{
		Ask: c.Otherwise.Ask, Unsure: c.Otherwise.Unsure, Judging: b.checksOf("checks", c.Checks),
		Deadlines: routing.Deadlines{Answer: c.Deadlines.Answer.D(), FirstToken: c.Deadlines.FirstToken.D(), Total: c.Cascade.Time.D(), Slow: c.Deadlines.Checks.D()},
		Limits:    *limits(&c.Cascade), Hold: *hold(&c.Hold), HoldOut: c.HoldOut, Early: set(c.Cascade.Early, false), Repair: set(c.Cascade.Repair, false),
		Hedge: set(c.Cascade.Hedge, 0).D(), Throttled: c.Cascade.Throttled,
	}
}

func (b *builder) routes(base routing.Profile) map[string]*routing.Profile {
	routes := make(map[string]*routing.Profile, len(b.c.Routes))
	for name, r := range b.c.Routes {
		p := base
		p.Judging = b.checksOf(config.Path("routes", name, "checks"), r.Checks)
		if r.Ask != nil {
			p.Ask = r.Ask
		}
		p.Unsure = cmp.Or(r.Unsure, p.Unsure)
		if r.HoldOut != nil {
			p.HoldOut = *r.HoldOut
		}
		timing(&p, r)
		routes[name] = &p
	}
	return routes
}

// realTime is when the first token is due where somebody waits for it.
const realTime = 500 * time.Millisecond

// timing sets what a route says about time and limits.
func timing(p *routing.Profile, r config.Route) {
	if r.RealTime || r.FirstRelease > 0 {
		p.RealTime, p.Repair, p.Early = true, false, true
		p.Deadlines.FirstToken = cmp.Or(r.FirstRelease.D(), realTime)
		p.Hold.Time = min(p.Hold.Time, p.Deadlines.FirstToken)
	}
	if d := r.Deadlines; d != nil {
		p.Deadlines.Answer = cmp.Or(d.Answer.D(), p.Deadlines.Answer)
		p.Deadlines.FirstToken = cmp.Or(d.FirstToken.D(), p.Deadlines.FirstToken)
		p.Deadlines.Slow = cmp.Or(d.Checks.D(), p.Deadlines.Slow)
	}
	if c := r.Cascade; c != nil {
		p.Early, p.Repair = set(c.Early, p.Early), set(c.Repair, p.Repair)
		p.Hedge = set(c.Hedge, config.Duration(p.Hedge)).D()
		if c.Throttled != nil {
			p.Throttled = c.Throttled
		}
		p.Deadlines.Total = cmp.Or(c.Time.D(), p.Deadlines.Total)
		p.Limits.Attempts = cmp.Or(c.Attempts, p.Limits.Attempts)
		p.Limits.CostUSD = cmp.Or(c.CostUSD, p.Limits.CostUSD)
	}
	if r.Hold != nil {
		p.Hold = *hold(r.Hold)
	}
}

// set is what a file says, or else what holds otherwise.
func set[T any](said *T, otherwise T) T {
	if said != nil {
		return *said
	}
	return otherwise
}
