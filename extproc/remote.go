package extproc

import (
	"context"
	"errors"
	"io"
	"time"

	"ockham/bedrock"
)

// piece is a part of an answer that the service fetches itself.
type piece struct {
	from *attempt
	data []byte
	err  error // io.EOF after the last
}

// readSize is how much is read at once: tokens that arrive together are sent together.
const readSize = 32 << 10

// callNext has the service call a's model without Envoy, after a pause where one is due.
func (x *exchange) callNext(a *attempt, pause time.Duration) {
	var ctx context.Context
	ctx, a.stop = context.WithCancel(x.ctx)
	if x.remote == nil {
		x.remote = make(chan piece)
	}
	a.Start = a.Start.Add(pause)
	go fetch(ctx, a, pause, x.remote)
	x.startChecks(a)
}

// haltAll ends the calls that are under way, at Bedrock too.
func (x *exchange) haltAll() {
	for _, a := range x.tries {
		a.halt()
	}
}

// fetch calls Bedrock and passes on what comes, until the end or until ctx ends.
func fetch(ctx context.Context, a *attempt, pause time.Duration, to chan<- piece) {
	say := func(p piece) bool {
		select {
		case to <- p:
			return true
		case <-ctx.Done():
			return false
		}
	}
	select {
	case <-time.After(pause):
	case <-ctx.Done():
		return
	}
	body, err := a.target.Caller.Call(ctx, a.target.ID, &a.fit)
	if err != nil {
		say(piece{from: a, err: err})
		return
	}
	defer body.Close()
	for {
		buf := make([]byte, readSize)
		n, err := body.Read(buf)
		if n > 0 && !say(piece{from: a, data: buf[:n]}) {
			return
		}
		if err != nil {
			say(piece{from: a, err: err})
			return
		}
	}
}

// hearRemote takes the next piece. What an attempt that was given up still says is passed over; so is
// the end of a call that the end of the stream has cancelled, which listen is about to tell.
func (x *exchange) hearRemote(p piece) {
	a := p.from
	if !x.live(a) || a.done || x.ctx.Err() != nil {
		return
	}
	if a.status == 0 && p.err == nil {
		a.status, a.Status = 200, 200
	}
	x.feed(a, p.data)
	var refused *bedrock.Error
	switch {
	case p.err == nil:
	case errors.Is(p.err, io.EOF):
		a.status, a.Status = 200, 200
		a.end(x.policy.MaxHeld)
	case errors.As(p.err, &refused):
		a.Status = refused.Status
		a.fail(refused)
	case errors.Is(p.err, context.DeadlineExceeded):
		a.fail(errLate)
	case a.fit.Stream && a.bytes > 0:
		a.fail(bedrock.ErrTruncated)
	default:
		a.fail(p.err)
	}
}
