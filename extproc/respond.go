package extproc

import (
	"time"

	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	extprocv3 "github.com/envoyproxy/go-control-plane/envoy/service/ext_proc/v3"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"ockham/dialect"
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
	remote   chan piece   // from the attempts that the service makes itself
	opinions chan opinion // from slow checks
	timer    *time.Timer
	rival    *attempt // at work beside cur; see hedge
	hedged   bool     // cur has, or had, one
	waits    int      // back-offs so far

	writer   dialect.Stream
	sent     bool   // the headers went out
	waiting  []byte // written, but Envoy cannot take it yet
	released bool   // the current attempt's tokens flow to the client
	resigned bool   // a signature that was refused was made anew
	settled  bool   // no further attempt will be made
	finished bool
}

// respond holds the first answer, and the next ones, until one can be sent; then sends it.
func (x *exchange) respond() error {
	inbox := x.listen()
	x.timer = time.NewTimer(time.Hour)
	defer x.timer.Stop()
	defer x.haltAll()
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
			err = x.expire()
		}
		if err == nil {
			err = x.step()
		}
		if err != nil {
			return err
		}
	}
	x.haltAll()
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
	a.date = headerValue(x.response.headers, "date")
	attrs := attributes(m)
	if details := attrs[attrDetails].GetStringValue(); details != "" && details != "via_upstream" {
		a.fail(envoyAnswered(a.status, int(attrs[attrFlags].GetNumberValue())))
	}
	if host := attrs[attrHost].GetStringValue(); host != "" && host != a.target.Host {
		x.s.Log.Error("Envoy did not take the authority that was signed: allow it in mutation_rules, or let the route write the host",
			"request", x.out.ID, "signed", a.target.Host, "sent", host)
		x.setting.Host = true
		x.tellSetting()
	}
	if h.EndOfStream {
		x.ended, x.bodiless = true, true
		a.end(x.policy.MaxHeld)
	}
}

func (x *exchange) heardBody(b *extprocv3.HttpBody) {
	x.hasBody = true
	a := x.tries[0]
	if x.live(a) {
		x.feed(a, b.Body)
	}
	if b.EndOfStream {
		x.ended = true
		a.end(x.policy.MaxHeld)
	}
}

// feed gives a the next piece, unless what is held of all answers leaves no room for it.
func (x *exchange) feed(a *attempt, piece []byte) {
	if !x.released && !x.room.use(int64(len(piece))*answerCost) {
		a.fail(errFull)
		return
	}
	a.feed(piece, x.policy.MaxHeld)
}
