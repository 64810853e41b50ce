package extproc

import (
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// deadline is when something is due of an attempt, and what happens if it has not come by then.
type deadline struct {
	at time.Time
	of *attempt
	do func(*exchange, *attempt) error // nil: step looks again
}

// due lists the deadlines that run now, in memory that the next call uses again.
func (x *exchange) due() []deadline {
	d := x.running[:0]
	if at, ok := x.hedgeAt(); ok {
		d = append(d, deadline{at, x.cur, (*exchange).hedge})
	}
	if x.rival != nil {
		d = x.dueOf(d, x.rival)
	}
	if x.response.headers == nil { // until then Envoy counts for the first attempt
		return append(d, deadline{x.out.Start.Add(x.plan.Deadlines.Total + backstop), x.cur, (*exchange).silent})
	}
	return x.dueOf(d, x.cur)
}

// dueOf adds what is due of one attempt.
func (x *exchange) dueOf(d []deadline, a *attempt) []deadline {
	if a.done {
		return d
	}
	d = append(d, deadline{x.dueBy(a), a, late})
	if x.released {
		return d
	}
	d = append(d, deadline{x.out.Start.Add(x.plan.Deadlines.Total), a, late})
	if hold := x.plan.Hold; x.call.Stream && !hold.Full && hold.Time > 0 && a.FirstToken > 0 {
		if at := a.Start.Add(a.FirstToken + hold.Time); time.Now().Before(at) {
			d = append(d, deadline{at, a, nil})
		}
	}
	return d
}

// dueBy is when an attempt must have said something: all of a plain answer, or the next token.
func (x *exchange) dueBy(a *attempt) time.Time {
	switch p := &x.plan.Deadlines; {
	case !a.fit.Stream:
		return a.Start.Add(p.Answer)
	case a.FirstToken == 0:
		return a.Start.Add(p.FirstToken)
	}
	return a.heardAt.Add(x.policy.IdleStop)
}

// expire acts on the deadlines that have passed.
func (x *exchange) expire() error {
	now := time.Now()
	for _, d := range x.due() {
		if d.do == nil || now.Before(d.at) {
			continue
		}
		if err := d.do(x, d.of); err != nil {
			return err
		}
	}
	return nil
}

func late(_ *exchange, a *attempt) error {
	if a.fit.Stream && a.FirstToken > 0 {
		a.fail(errStalled)
	}
	a.fail(errLate)
	return nil
}

// backstop is how long after all deadlines a request without any answer is given up: Envoy's own, which
// should have spoken, has not.
const backstop = 5 * time.Second

func (x *exchange) silent(*attempt) error {
	x.log().Error("Envoy showed no answer in time")
	return status.Error(codes.DeadlineExceeded, "ockham: no answer")
}

func (x *exchange) setTimer() {
	next := time.Now().Add(time.Hour)
	for _, d := range x.due() {
		if d.at.Before(next) {
			next = d.at
		}
	}
	x.timer.Reset(time.Until(next))
}
