package extproc

import (
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"ockham/dialect"
)

// response is the second half of an exchange: what Envoy has shown of the first answer, and what the
// client has been sent.
type response struct {
	headers  headerList // of the first answer; nil before they came
	bodiless bool       // it has no body: nothing can be streamed in its place
	hasBody  bool       // its first body message came: now a streamed reply may be sent
	ended    bool       // its last message came
	trailers bool       // which were trailers

	heldFrom time.Time
	remote   chan piece   // from the attempts that the service makes itself
	opinions chan opinion // from slow checks
	timer    *time.Timer
	running  [4]deadline // what due lists
	rival    *attempt    // at work beside cur; see hedge
	hedged   bool        // cur has, or had, one
	waits    int         // back-offs so far

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
			err = x.hearAll(m, inbox)
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

// inboxSize is how many messages may wait, of at most 64 KiB each.
const inboxSize = 4

// listen reads Envoy's messages, so that they can be waited for together with deadlines and with the
// service's own calls. The channel is closed when the stream has ended, in whatever way: a request that
// is not told so would wait for ever.
func (x *exchange) listen() <-chan *heard {
	inbox := make(chan *heard, inboxSize)
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

// hearAll takes what has come with m too, so that tokens that arrive together are sent together.
func (x *exchange) hearAll(m *heard, inbox <-chan *heard) error {
	for {
		if err := x.hear(m); err != nil || x.rival != nil { // of two answers the one that was ready first wins
			return err
		}
		ok := false
		select {
		case m, ok = <-inbox:
		default:
		}
		if !ok { // also where the stream has ended: what was heard of it still counts
			return nil
		}
	}
}

func (x *exchange) hear(m *heard) error {
	switch m.kind {
	case requestResponseHeaders:
		x.heardHeaders(m)
	case requestResponseBody:
		x.heardBody(m)
	case requestResponseTrailers:
		x.ended, x.trailers = true, true
		x.tries[0].end(x.policy.MaxHeld)
	default:
		return status.Errorf(codes.FailedPrecondition, "ockham: unexpected message: %v; see the required processing mode", m)
	}
	return nil
}

func (x *exchange) heardHeaders(m *heard) {
	x.response.headers, x.heldFrom = m.headers, time.Now()
	a := x.tries[0]
	a.status = atoi(m.headers.get(":status"))
	a.Status = a.status
	a.errorType = m.headers.get("x-amzn-errortype")
	a.retryAfter = m.headers.get("retry-after")
	a.date = m.headers.get("date")
	if details := m.attributes.text(attrDetails); details != "" && details != "via_upstream" {
		flags, _ := m.attributes.get(attrFlags)
		a.fail(envoyAnswered(a.status, int(flags.number)))
	}
	if host := m.attributes.text(attrHost); host != "" && host != a.target.Host {
		x.log().Error("Envoy did not take the authority that was signed: allow it in mutation_rules, or let the route write the host",
			"signed", a.target.Host, "sent", host)
		x.setting.Host = true
		x.tellSetting()
	}
	if m.end {
		x.ended, x.bodiless = true, true
		a.end(x.policy.MaxHeld)
	}
}

func (x *exchange) heardBody(m *heard) {
	x.hasBody = true
	a := x.tries[0]
	if x.live(a) {
		x.feed(a, m.body)
	}
	if m.end {
		x.ended = true
		a.end(x.policy.MaxHeld)
	}
}

// feed gives a the next piece, unless what is held of all answers leaves no room for it.
func (x *exchange) feed(a *attempt, piece []byte) {
	size := int64(len(piece)) * answerCost
	if x.released {
		x.room.add(size)
	} else if !x.room.use(size) {
		a.fail(errFull)
		return
	}
	a.feed(piece, x.policy.MaxHeld)
}
