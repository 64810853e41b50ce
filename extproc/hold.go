package extproc

import "time"

// step does what is due after each message.
func (x *exchange) step() error {
	// Envoy takes nothing before it has shown the first answer's headers.
	for !x.finished && x.response.headers != nil {
		if x.released {
			return x.pour(x.cur)
		}
		x.race()
		a := x.cur
		switch {
		case x.ready(a):
			return x.give(a)
		case !a.rejected(), x.settled && a.failure == nil:
			return nil
		}
		if err := x.replace(a); err != nil {
			return err
		}
	}
	return nil
}

// ready tells whether enough of an answer was judged for it to go out, or there is no better one.
func (x *exchange) ready(a *attempt) bool {
	switch {
	case x.settled:
		return a.failure == nil && (a.done || x.call.Stream)
	case a.rejected():
		return false
	case a.done:
		return !x.needsOpinion(a) // hearOpinion goes on
	}
	return x.call.Stream && x.windowPassed(a)
}

// give sends an answer, or lets its stream flow.
func (x *exchange) give(a *attempt) error {
	if x.rival != nil {
		x.giveUp(x.rival)
		x.rival = nil
	}
	if x.call.Stream {
		return x.release(a)
	}
	return x.serve(a)
}

// windowPassed tells whether enough of a streamed answer was judged to let it go.
func (x *exchange) windowPassed(a *attempt) bool {
	if !a.fit.Stream || a.collect.Text() == "" && len(a.collect.Answer.Content) == 0 {
		return false
	}
	hold := x.plan.Hold
	switch {
	case a.unchecked, x.plan.Pinned:
		return true
	case hold.Full, len(x.plan.Slow) > 0, a.mustHold():
		return false
	case a.passed() && len(a.looks) > 0:
		return true
	case hold.Time > 0 && time.Since(a.Start)-a.FirstToken >= hold.Time:
		return true
	}
	return a.tokens() >= hold.Tokens && !a.nearlyTold()
}
