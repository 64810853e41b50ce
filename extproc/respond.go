package extproc

import (
	"errors"
	"time"

	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	extprocv3 "github.com/envoyproxy/go-control-plane/envoy/service/ext_proc/v3"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"ockham/bedrock"
	"ockham/dialect"
	"ockham/routing"
)

// response is the second half of an exchange: what Envoy has shown of the first answer, and what the
// client has been sent.
type response struct {
	headers  *corev3.HeaderMap // of the first answer; nil before they came
	bodiless bool              // it has no body: nothing can be streamed in its place
	hasBody  bool              // its first body message came: now a streamed reply may be sent
	ended    bool              // its last message came
	trailers bool              // which were trailers

	heldFrom time.Time
	remote   chan piece   // from the attempt that the service makes itself
	stop     func()       // ends that attempt
	opinions chan opinion // from slow checks
	timer    *time.Timer

	writer   dialect.Stream
	sent     bool   // the headers went out
	waiting  []byte // written, but Envoy cannot take it yet
	released bool   // the current attempt's tokens flow to the client
	settled  bool   // no further attempt will be made
	finished bool
}

// respond holds the first answer, and the next ones, until one can be sent; then sends it.
func (x *exchange) respond() error {
	inbox := x.listen()
	x.timer = time.NewTimer(time.Hour)
	defer x.timer.Stop()
	defer x.stopRemote()
	for !x.finished {
		x.setTimer()
		var err error
		select {
		case m, ok := <-inbox:
			if !ok {
				return errGone
			}
			err = x.hear(m)
		case p := <-x.remote:
			x.hearRemote(p)
		case o := <-x.opinions:
			x.hearOpinion(o)
		case <-x.timer.C:
			err = x.late()
		}
		if err == nil {
			err = x.step()
		}
		if err != nil {
			return err
		}
	}
	x.stopRemote()
	for range inbox { // Envoy ends the stream once it has our last word
	}
	return errGone
}

// listen reads Envoy's messages, so that they can be waited for together with deadlines and with the
// service's own calls. The channel is closed when the stream has ended, in whatever way: a request that
// is not told so would wait for ever.
func (x *exchange) listen() <-chan *extprocv3.ProcessingRequest {
	inbox := make(chan *extprocv3.ProcessingRequest)
	go func() {
		defer close(inbox)
		for {
			m, err := x.recv()
			if err != nil {
				return
			}
			select {
			case inbox <- m:
			case <-x.ctx.Done():
				return
			}
		}
	}()
	return inbox
}

func (x *exchange) hear(m *extprocv3.ProcessingRequest) error {
	switch r := m.Request.(type) {
	case *extprocv3.ProcessingRequest_ResponseHeaders:
		x.heardHeaders(m, r.ResponseHeaders)
	case *extprocv3.ProcessingRequest_ResponseBody:
		x.heardBody(r.ResponseBody)
	case *extprocv3.ProcessingRequest_ResponseTrailers:
		x.ended, x.trailers = true, true
		x.tries[0].end(x.policy.MaxHeld)
	default:
		return status.Errorf(codes.FailedPrecondition, "ockham: unexpected %T; see the required processing mode", m.Request)
	}
	return nil
}

func (x *exchange) heardHeaders(m *extprocv3.ProcessingRequest, h *extprocv3.HttpHeaders) {
	x.response.headers, x.heldFrom = h.GetHeaders(), time.Now()
	a := x.tries[0]
	a.status = atoi(headerValue(x.response.headers, ":status"))
	a.Status = a.status
	a.errorType = headerValue(x.response.headers, "x-amzn-errortype")
	a.retryAfter = headerValue(x.response.headers, "retry-after")
	attrs := attributes(m)
	if details := attrs[attrDetails].GetStringValue(); details != "" && details != "via_upstream" {
		a.fail(envoyAnswered(a.status, int(attrs[attrFlags].GetNumberValue())))
	}
	if host := attrs[attrHost].GetStringValue(); host != "" && host != a.target.Host {
		x.s.Log.Error("Envoy did not take the authority that was signed: allow it in mutation_rules, or let the route write the host",
			"request", x.out.ID, "signed", a.target.Host, "sent", host)
	}
	if h.EndOfStream {
		x.ended, x.bodiless = true, true
		a.end(x.policy.MaxHeld)
	}
}

// envoyAnswered reads a local reply. Only those that say that Bedrock could not be reached, or was
// late, are worth another attempt.
func envoyAnswered(status, flags int) *envoyReply {
	switch {
	case flags&flagTimeout != 0:
		return &envoyReply{status, routing.ReasonTimeout}
	case flags&(flagConnectFailure|flagNoHealthyUpstream|flagOverflow|flagTermination|flagRemoteReset) != 0:
		return &envoyReply{status, routing.ReasonConnection}
	}
	return &envoyReply{status: status}
}

func (x *exchange) heardBody(b *extprocv3.HttpBody) {
	x.hasBody = true
	a := x.tries[0]
	if a == x.cur {
		a.feed(b.Body, x.policy.MaxHeld)
	}
	if b.EndOfStream {
		x.ended = true
		a.end(x.policy.MaxHeld)
	}
}

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

// reason types why an attempt was rejected.
func (a *attempt) reason() routing.Reason {
	var own *envoyReply
	var bad *bedrock.Error
	switch {
	case a.failure == nil:
		return a.reject.Reason
	case errors.As(a.failure, &own):
		if own.reason == "" {
			return routing.ReasonStatus
		}
		return own.reason
	case errors.As(a.failure, &bad):
		return statusReason(bad)
	case errors.Is(a.failure, bedrock.ErrTruncated):
		return routing.ReasonTruncated
	case errors.Is(a.failure, bedrock.ErrMalformed):
		return routing.ReasonMalformed
	case errors.Is(a.failure, bedrock.ErrCorrupt), errors.Is(a.failure, errTooLong):
		return routing.ReasonStreamError
	case errors.Is(a.failure, errLate), errors.Is(a.failure, errStalled):
		return routing.ReasonTimeout
	}
	return routing.ReasonConnection
}

func statusReason(e *bedrock.Error) routing.Reason {
	switch {
	case e.InStream:
		return routing.ReasonStreamError
	case e.Status == 429:
		return routing.ReasonThrottled
	case e.Status == 408:
		return routing.ReasonTimeout
	}
	return routing.ReasonStatus
}

// mendable tells whether another model could do better. Faults of the request and of our credentials
// are the same for all of them.
func (a *attempt) mendable() bool {
	var own *envoyReply
	var bad *bedrock.Error
	switch {
	case errors.As(a.failure, &own):
		return own.reason != ""
	case errors.As(a.failure, &bad):
		return bad.Status >= 500 || bad.Status == 408 || bad.Status == 424 || bad.Status == 429
	case errors.Is(a.failure, errTooLong), errors.Is(a.failure, errGone):
		return false
	}
	return true
}
