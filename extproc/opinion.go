package extproc

import (
	"context"
	"time"

	"ockham/routing"
)

// opinion is what the slow checks made of an answer.
type opinion struct {
	of      *attempt
	verdict routing.Verdict
	charges []routing.Charge
	skipped []Skip
}

// slowLimit bounds the slow checks of one answer where the plan does not.
const slowLimit = 2 * time.Second

// needsOpinion starts the slow checks on a finished answer that all others have accepted, once. While
// they run it stays true.
func (x *exchange) needsOpinion(a *attempt) bool {
	if len(x.plan.Slow) == 0 || a.judged || a.unchecked || x.released || x.plan.Pinned {
		return false
	}
	if x.opinions == nil {
		x.opinions = make(chan opinion, max(x.plan.Limits.Attempts, 1)) // one of each attempt: nobody waits to be heard
	}
	if !a.asked {
		a.asked = true
		var ctx context.Context
		ctx, a.hush = context.WithCancel(x.ctx)
		seen := a.seen()
		if x.mayNot(a) == "" {
			seen.Next = x.larger(a)
		}
		go ask(ctx, x.plan, x.prompt, a, seen, x.opinions)
	}
	return true
}

// ask runs the slow checks one after the other until one rejects.
func ask(ctx context.Context, plan *routing.Plan, p *routing.Prompt, a *attempt, seen *routing.Answer, to chan<- opinion) {
	limit := plan.Deadlines.Slow
	if limit == 0 {
		limit = slowLimit
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	o := opinion{of: a}
	defer func() {
		if recover() != nil { // outside of Process, nobody else would catch it
			o.skipped = append(o.skipped, Skip{"slow checks", "one of them panicked"})
		}
		to <- o
	}()
	for _, check := range plan.Slow {
		v, charges, err := check.Judge(ctx, p, seen)
		o.charges = append(o.charges, charges...)
		if err != nil {
			o.skipped = append(o.skipped, Skip{check.Name(), err.Error()})
			continue
		}
		if o.verdict = v; v.Decision == routing.Reject {
			return
		}
	}
}

// hush stops the slow checks of an attempt that no longer matters, and takes their word for what they have
// cost all the same. One that does not stop is not waited for.
func (x *exchange) hush(a *attempt) {
	if !a.asked || a.judged {
		return
	}
	a.hush()
	for grace := time.After(hushLimit); !a.judged; {
		select {
		case o := <-x.opinions:
			x.hearOpinion(o)
		case <-grace:
			return
		}
	}
}

// hushLimit is how long slow checks may take to stop.
const hushLimit = 50 * time.Millisecond

// hearOpinion takes the slow checks' word; step acts on it.
func (x *exchange) hearOpinion(o opinion) {
	a := o.of
	a.judged = true
	x.plan.Charges = append(x.plan.Charges, o.charges...)
	for _, s := range o.skipped {
		a.skip(s.Check, s.Why)
		x.log().Warn("a slow check could not judge", "check", s.Check, "why", s.Why)
	}
	if o.verdict.Decision == routing.Reject {
		a.reject = o.verdict
	}
}
