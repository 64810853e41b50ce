package emulator

import (
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"time"
)

const eventStreamType = "application/vnd.amazon.eventstream"

// stream sends an answer token by token.
func (x *exchange) stream(q *question, a answer, form wire) *apiError {
	if x.op == invokeStream {
		x.w.Header().Set("X-Amzn-Bedrock-Content-Type", "application/json")
	}
	if q.faults.has(faultStall) {
		return x.stall(eventStreamType)
	}
	pace := x.config.Pace.of(q)
	ms := (time.Since(x.call.Started) + pace.whole(tokensOf(q, a))).Milliseconds()
	list := form.events(q, a, ms)
	x.begin(eventStreamType)
	s := &streamer{exchange: x, q: q, pace: pace, damage: brokenAt(q, list)}
	if !s.send(list) {
		x.call.Cancelled = true
		panic(http.ErrAbortHandler)
	}
	return nil
}

// streamer writes the frames of one stream.
type streamer struct {
	*exchange
	q      *question
	pace   ModelPace
	damage int // the event that a stream fault hits, or -1
	buffer []byte
	tokens int
}

// brokenAt is the event in the middle of the tokens, or the last before the end where there are none.
func brokenAt(q *question, list []event) int {
	if q.faults.any(faultStreamThrottle, faultStreamInternal, faultStreamModelError, faultStreamTruncate, faultStreamReset, faultStreamBadCRC) == "" {
		return -1
	}
	var tokens []int
	for i, e := range list {
		if e.token {
			tokens = append(tokens, i)
		}
	}
	if len(tokens) == 0 {
		return min(1, len(list)-1)
	}
	return tokens[len(tokens)/2]
}

// send writes all events and tells whether the client was there to the end.
func (s *streamer) send(list []event) bool {
	if s.pace.FirstToken > 0 || s.pace.Token > 0 {
		s.flush() // the headers come long before the first token
	}
	for i, e := range list {
		if !s.await(e) {
			return false
		}
		start := len(s.buffer)
		s.buffer = appendEvent(s.buffer, e.name, s.payload(e))
		switch badCRC := s.q.faults.has(faultStreamBadCRC); {
		case i == s.damage && !badCRC:
			return s.spoil(start)
		case i == s.damage || s.config.Mutation == MutateBadCRC:
			s.buffer[len(s.buffer)-1] ^= 0xff
		}
	}
	return s.write()
}

// await sends what has gathered and waits until the token is due.
func (s *streamer) await(e event) bool {
	if !e.token {
		return true
	}
	d := s.pace.Token
	if s.tokens == 0 {
		d = s.pace.FirstToken
	}
	s.tokens++
	if d <= 0 {
		return true
	}
	return s.write() && wait(s.r.Context(), d)
}

func (s *streamer) payload(e event) []byte {
	e.fields["p"] = pad(s.q.random)
	return encodeJSON(e.fields)
}

func (s *streamer) write() bool {
	if len(s.buffer) == 0 {
		return true
	}
	_, err := s.w.Write(s.buffer)
	s.buffer = s.buffer[:0]
	if err == nil {
		err = http.NewResponseController(s.w).Flush()
	}
	return err == nil || errors.Is(err, http.ErrNotSupported)
}

// spoil puts the exception behind the newest frame, or breaks the frame; the stream ends there.
func (s *streamer) spoil(start int) bool {
	for _, f := range s.q.faults {
		switch exception := streamFault(f); {
		case exception != nil:
			s.call.ErrorType, s.call.Message = exception.kind, exception.message
			s.buffer = appendException(s.buffer, exception)
			return s.write()
		case f == faultStreamTruncate:
			s.buffer = s.buffer[:start+(len(s.buffer)-start)/2]
			return s.write()
		case f == faultStreamReset:
			s.write()
			s.reset()
		}
	}
	return s.write()
}

// reset ends the connection, or with HTTP/2 the stream, without a proper end.
func (x *exchange) reset() {
	if connection, _, err := http.NewResponseController(x.w).Hijack(); err == nil {
		abort(connection)
		return
	}
	panic(http.ErrAbortHandler)
}

// abort closes with a reset instead of an orderly end.
func abort(connection net.Conn) {
	if secured, ok := connection.(*tls.Conn); ok {
		connection = secured.NetConn()
	}
	if tcp, ok := connection.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = connection.Close()
}
