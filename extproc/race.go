package extproc

import "time"

// Two models may be at work on one answer: when the first one's deadline comes near, the next is called
// (Plan.Hedge), so that what was waited for is not waited for twice. The first good answer wins, and the
// other call is stopped.

// hedge calls the next model beside one that is nearly late.
func (x *exchange) hedge(a *attempt) error {
	x.hedged = true
	m := x.larger(a)
	if m == nil || x.mayNot(a) != "" || !x.affords(m, a) {
		return nil
	}
	x.rival = x.newAttempt(x.to(m))
	x.rival.Hedge = true
	x.callNext(x.rival, 0)
	return nil
}

// hedgeAt is when that is due; ok is false where it is not.
func (x *exchange) hedgeAt() (at time.Time, ok bool) {
	a := x.cur
	if x.plan.Hedge <= 0 || x.hedged || x.released || a.done || a.fit.Stream && a.FirstToken > 0 {
		return at, false
	}
	return x.dueBy(a).Add(-x.plan.Hedge), true
}

// race makes the rival the one to look at where it is ahead, and forgets it where it has failed.
func (x *exchange) race() {
	r := x.rival
	switch {
	case r == nil:
	case r.rejected():
		r.Then = "serve: the model before it is still at work"
		x.close(r)
		r.halt()
		x.rival = nil
	case x.cur.rejected(), x.ready(r) && !x.ready(x.cur):
		x.giveUp(x.cur)
		x.cur, x.rival = r, nil
	}
}

// giveUp ends an attempt that another one has overtaken, or that was late or bad meanwhile.
func (x *exchange) giveUp(a *attempt) {
	a.Then = "escalate: the next model is at work already"
	if a.Hedge {
		a.Then = "serve: the model before it was first"
	}
	if !a.rejected() {
		a.done = false // it may have ended, but not have been judged yet
		a.fail(errOvertaken)
	}
	a.halt()
	x.hush(a)
	x.close(a)
}

// halt ends a call that the service makes, at Bedrock too.
func (a *attempt) halt() {
	if a.stop != nil {
		a.stop()
	}
}

// live tells whether what an attempt says still counts.
func (x *exchange) live(a *attempt) bool { return a == x.cur || a == x.rival }
