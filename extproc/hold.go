package extproc

import "time"

// step does what is due after each message.
func (x *exchange) step() error {
	for !x.finished {
		a := x.cur
		before := len(x.tries)
		var err error
		switch {
		case x.response.headers == nil:
			return nil // Envoy takes nothing before it has shown the first answer's headers
		case x.released:
			err = x.pour(a)
		case x.settled && !a.done:
			return nil
		case a.rejected():
			err = x.replace(a)
		case a.done && x.needsOpinion(a):
			return nil // hearOpinion goes on
		case a.done && !x.call.Stream:
			err = x.serve(a)
		case a.done, x.call.Stream && x.windowPassed(a):
			err = x.release(a)
		}
		if err != nil || len(x.tries) == before {
			return err
		}
	}
	return nil
}

// windowPassed tells whether enough of a streamed answer was judged to let it go.
func (x *exchange) windowPassed(a *attempt) bool {
	if !a.fit.Stream || a.collect.Text() == "" && len(a.collect.Answer.Content) == 0 {
		return false
	}
	hold := x.plan.Hold
	switch {
	case a.unchecked, a.passed() && len(a.looks) > 0, x.plan.Pinned:
		return true
	case hold.Full, len(x.plan.Slow) > 0, a.mustHold():
		return false
	}
	return a.tokens() >= hold.Tokens || hold.Time > 0 && time.Since(a.Start)-a.FirstToken >= hold.Time
}
