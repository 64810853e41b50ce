package extproc

import (
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// late acts on the deadline that has passed.
func (x *exchange) late() error {
	a, now := x.cur, time.Now()
	for _, d := range x.due() {
		if now.Before(d.at) {
			continue
		}
		switch d.what {
		case dueBackstop:
			x.s.Log.Error("Envoy showed no answer in time", "request", x.out.ID)
			return status.Error(codes.DeadlineExceeded, "ockham: no answer")
		case dueAnswer:
			a.fail(errLate)
		case dueIdle:
			a.fail(errStalled)
		}
	}
	return nil
}

// What can be due.
const (
	dueBackstop = iota // Envoy's own deadline did not speak
	dueAnswer          // the first token, or a plain answer
	dueIdle            // the next token
	dueWindow          // the hold has lasted long enough
)

type deadline struct {
	what int
	at   time.Time
}

// due lists the deadlines that run now.
func (x *exchange) due() []deadline {
	a, p := x.cur, x.plan
	d := make([]deadline, 0, 3)
	total := x.out.Start.Add(p.Deadlines.Total)
	if x.response.headers == nil {
		return append(d, deadline{dueBackstop, total.Add(backstop)})
	}
	if a.done {
		return d
	}
	switch {
	case !a.fit.Stream:
		d = append(d, deadline{dueAnswer, a.Start.Add(p.Deadlines.Answer)})
	case a.FirstToken == 0:
		d = append(d, deadline{dueAnswer, a.Start.Add(p.Deadlines.FirstToken)})
	default:
		d = append(d, deadline{dueIdle, a.heardAt.Add(x.policy.IdleStop)})
	}
	if !x.released {
		d = append(d, deadline{dueAnswer, total})
		if x.call.Stream && !p.Hold.Full && p.Hold.Time > 0 && a.FirstToken > 0 {
			d = append(d, deadline{dueWindow, a.Start.Add(a.FirstToken + p.Hold.Time)})
		}
	}
	return d
}

// backstop is how long after all deadlines a request without any answer is given up.
const backstop = 5 * time.Second

func (x *exchange) setTimer() {
	next := time.Now().Add(time.Hour)
	for _, d := range x.due() {
		if d.at.Before(next) {
			next = d.at
		}
	}
	x.timer.Reset(time.Until(next))
}
