package extproc

import (
	"strconv"
	"time"

	"ockham/bedrock"
	"ockham/dialect"
	"ockham/routing"
)

// serve sends a whole answer to a plain client.
func (x *exchange) serve(a *attempt) error {
	x.served(a)
	body := x.dialect.Answer(nil, x.call, x.reply(a))
	return x.sendWhole(body)
}

// sendWhole ends the request with body. The first answer is released with its body replaced; one that
// came another way goes out at once, which also stops what is left of the first.
func (x *exchange) sendWhole(body []byte) error {
	x.finish(200, body)
	headers := x.answerHeaders()
	if x.cur.ThroughEnvoy && x.hasBody && x.ended {
		return x.sendReleased(headers, body)
	}
	return x.send(withMetadata(immediate(200, headers, body, "answered"), x.metadata()))
}

func (x *exchange) sendReleased(headers []bedrock.Header, body []byte) error {
	if err := x.send(releaseHeaders(headers, x.upstreamHeaders())); err != nil {
		return err
	}
	return x.sendBody(body, true)
}

// sendBody streams a part of the answer; end closes it, in the way that Envoy waits for.
func (x *exchange) sendBody(data []byte, end bool) error {
	var facts []fact
	if end {
		facts = x.metadata()
	}
	for m := range bodyPieces(data, end && !x.trailers, facts) {
		if err := x.send(m); err != nil {
			return err
		}
	}
	if end && x.trailers {
		return x.send(endTrailers())
	}
	return nil
}

// release lets a streamed answer flow, beginning with what was held.
func (x *exchange) release(a *attempt) error {
	x.released = true
	x.served(a)
	if x.out.Held == 0 {
		x.out.Held = time.Since(x.heldFrom)
	}
	if x.writer == nil {
		x.writer = x.dialect.Stream(x.call, x.reply(a))
	}
	if a.done && (a.mended || !a.fit.Stream) {
		a.held = a.answer.Events()
	}
	return x.pour(a)
}

// pour writes the events that have come to the client, and what ends them.
func (x *exchange) pour(a *attempt) error {
	var out []byte
	for i := range a.held {
		out = x.writer.Event(out, &a.held[i])
	}
	a.held = a.held[:0]
	switch {
	case x.mustFail(a):
		return x.broken(out, a)
	case a.done:
		x.close(a)
		x.served(a)
		out = x.writer.Done(out, x.reply(a))
		x.finish(200, out)
		return x.write(out, true)
	}
	return x.write(out, false)
}

// mustFail tells whether a released answer is no good after all. What only a check objects to is told in
// the last event where no larger model could have done better, and where the answer is whole and of some
// use: an error would take from the client what it has, and give nothing.
func (x *exchange) mustFail(a *attempt) bool {
	switch {
	case a.failure != nil:
		return true
	case !a.rejected():
		return false
	case a.done && rankOf(a.reject.Reason) > rankOf(routing.ReasonSchema) && !x.call.Restart:
		return false
	}
	_, could := x.next(a)
	return could
}

// broken ends an answer that went wrong after its release: with a restart where the client wants one
// and a model is left, else with an error event.
func (x *exchange) broken(out []byte, a *attempt) error {
	x.close(a)
	if n, ok := x.next(a); ok && x.call.Restart {
		if again := x.writer.Restart(nil, string(a.reason())); again != nil {
			return x.restart(append(out, again...), a, n)
		}
	}
	e := x.clientError(a)
	e.Reason = string(a.reason())
	x.out.Error = e.Code
	x.out.Verdict = rejected(a)
	out = x.writer.Fail(out, e, x.out.ID)
	x.finish(200, out)
	return x.write(out, true)
}

// restart has the client forget what it has, and begins anew with another model.
func (x *exchange) restart(out []byte, a *attempt, n next) error {
	x.released, x.out.Restarted = false, true
	if err := x.write(out, false); err != nil {
		return err
	}
	a.Then = n.why
	x.follow(a, n)
	return nil
}

// write sends a part of a streamed reply. Before Envoy's first body message there is nothing that can be
// replaced, so it is kept; if that never comes, the whole goes out at once at the end.
func (x *exchange) write(data []byte, end bool) error {
	if !x.hasBody || x.bodiless {
		x.waiting = append(x.waiting, data...)
		if !end {
			return nil
		}
		return x.send(withMetadata(immediate(200, x.streamHeaders(), x.waiting, "answered"), x.metadata()))
	}
	if len(x.waiting) > 0 {
		data, x.waiting = append(x.waiting, data...), nil
	}
	if len(data) == 0 && !end {
		return nil
	}
	if !x.sent {
		x.sent = true
		if err := x.send(releaseHeaders(x.streamHeaders(), x.upstreamHeaders())); err != nil {
			return err
		}
	}
	return x.sendBody(data, end)
}

// refuse answers with an error, in the client's dialect.
func (x *exchange) refuse(e *dialect.Error) error {
	x.out.Error = e.Code
	var body []byte
	if x.in.Method != "HEAD" { // a body would corrupt the connection
		body = x.dialect.Error(nil, e, x.out.ID)
	}
	headers := []bedrock.Header{{Name: "content-type", Value: x.dialect.ContentType(false)}}
	if e.RetryAfter != "" {
		headers = append(headers, bedrock.Header{Name: "retry-after", Value: e.RetryAfter})
	}
	if e.Allow != "" {
		headers = append(headers, bedrock.Header{Name: "allow", Value: e.Allow})
	}
	if d, ok := x.dialect.(dialect.ErrorHeaders); ok {
		for _, h := range d.ErrorHeaders(e) {
			headers = append(headers, bedrock.Header{Name: h[0], Value: h[1]})
		}
	}
	x.finish(e.Status(), body)
	if x.plan != nil {
		headers = x.exposed(headers, true)
	}
	if err := x.send(withMetadata(immediate(e.Status(), headers, body, string(e.Code)), x.metadata())); err != nil {
		return err
	}
	if x.timer != nil { // respond drains by itself
		return nil
	}
	return x.drain()
}

// finish notes what the client was told last.
func (x *exchange) finish(status int, body []byte) {
	x.finished = true
	x.out.Status, x.out.Took = status, time.Since(x.out.Start)
	x.out.BytesOut += len(body)
	if x.out.Held == 0 && !x.heldFrom.IsZero() {
		x.out.Held = time.Since(x.heldFrom)
	}
	x.settleCosts()
}

// answerHeaders are those of a whole answer.
func (x *exchange) answerHeaders() []bedrock.Header {
	headers := append(make([]bedrock.Header, 0, usualExposed), bedrock.Header{Name: "content-type", Value: x.dialect.ContentType(false)})
	return append(x.exposed(headers, true), x.status()...)
}

// streamHeaders are those of a streamed one; its verdict and cost are not known yet.
func (x *exchange) streamHeaders() []bedrock.Header {
	headers := append(make([]bedrock.Header, 0, usualExposed),
		bedrock.Header{Name: "content-type", Value: x.dialect.ContentType(true)},
		bedrock.Header{Name: "cache-control", Value: "no-cache"})
	return append(x.exposed(headers, false), x.status()...)
}

// status puts 200 in place of what the first attempt got.
func (x *exchange) status() []bedrock.Header {
	if x.tries[0].status == 200 {
		return nil
	}
	return []bedrock.Header{{Name: ":status", Value: "200"}}
}

// upstreamHeaders lists what of Bedrock's headers stops here: all of it, since the body is another one.
func (x *exchange) upstreamHeaders() []string {
	return x.response.headers.names(func(name string) bool {
		switch name {
		case "date", "x-request-id", "content-type", "x-envoy-upstream-service-time", "server":
			return true
		}
		return false
	})
}

func atoi(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}
