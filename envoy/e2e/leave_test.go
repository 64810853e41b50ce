package e2e

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"ockham/internal/emulator"
	"ockham/routing"
)

// phases are when a client can leave.
var phases = []struct {
	name, body string
	calls      int  // of Bedrock, the last of which is under way
	text       bool // the client has some of the answer
}{
	{"before the headers", prompt("hi [[fault:hang]]"), 1, false},
	{"before a stream's headers", prompt("hi [[fault:hang]]", streaming), 1, false},
	{"inside the hold", prompt("hi [[fault:stall]]", streaming), 1, false},
	{"after the release", prompt(question+"[[fault:slow]]", streaming), 1, true},
	{"in the second attempt", prompt(question + "[[fault:unavailable@small]] [[fault:slow]]"), 2, false},
	{"in the second stream", prompt(question+"[[fault:unavailable@small]] [[fault:slow]]", streaming), 2, false},
}

// leaver is a rig that tells when Bedrock is asked.
type leaver struct {
	*rig
	begun chan struct{}
	ended int // calls so far
}

func newLeaver(t *testing.T, over string) *leaver {
	l := &leaver{begun: make(chan struct{}, 16)}
	l.rig = newRig(t, options{
		over: over, emulator: emulator.Config{OnStart: func(emulator.Call) { l.begun <- struct{}{} }},
		plan: func(p *routing.Plan) {
			p.Deadlines.Answer, p.Deadlines.FirstToken = time.Minute, time.Minute
			p.Checks, p.Hold = nil, routing.Hold{Tokens: 1}
		},
	})
	return l
}

// A client that leaves stops the call at Bedrock within 100 ms, whatever the phase and the protocols. A busy
// machine may need several tries.
func TestLeavingIsFelt(t *testing.T) {
	for _, upstream := range protocols {
		t.Run(upstream, func(t *testing.T) {
			t.Parallel()
			l := newLeaver(t, upstream)
			for i, phase := range phases {
				l.client = client(t, []string{http1, h2c}[i%2])
				l.felt(t, phase.name, phase.calls, func() time.Time { return l.leave(t, phase.body, phase.calls, phase.text) })
			}
		})
	}
}

// felt wants the last call to have ended soon after its client had left.
func (l *leaver) felt(t *testing.T, name string, calls int, leave func() time.Time) {
	t.Helper()
	var took time.Duration
	for range 10 {
		left := leave()
		l.ended += calls
		l.wantCancelled(t, l.ended)
		if took = l.seen()[l.ended-1].Ended.Sub(left); took < 100*time.Millisecond {
			return
		}
	}
	t.Errorf("%s: the call ended %v after its client had left", name, took)
}

// leave posts a prompt, and leaves once Bedrock has been asked so often, and some text has come if there is
// to be one. It tells when.
func (l *leaver) leave(t *testing.T, body string, calls int, text bool) (left time.Time) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, l.URL+"/api/v1/generate", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	gone := make(chan time.Time, 1)
	go func() {
		for range calls {
			<-l.begun
		}
		if !text {
			time.Sleep(10 * time.Millisecond) // headers may be on their way
			gone <- time.Now()
			cancel()
		}
	}()
	resp, err := l.client.Do(req)
	if !text {
		if err == nil {
			t.Fatal("got an answer")
		}
		return <-gone
	}
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if _, err := io.ReadFull(resp.Body, make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	return time.Now() // and cancel
}

// A client of HTTP/1.1 that closes its sending half has left, to Envoy: its request ends like that of any
// other, and no answer comes. HTTP/2 has END_STREAM for what such clients mean.
func TestHalfClosed(t *testing.T) {
	l := newLeaver(t, http1)
	for _, mode := range []string{"", streaming} {
		body := prompt("hi [[fault:hang]]", withMore(mode)...)
		l.felt(t, "half-closed", 1, func() time.Time {
			c := l.request(t, len(body), body)
			<-l.begun
			left := time.Now()
			wantClosed(t, c)
			return left
		})
	}
	body := prompt("never whole")
	wantClosed(t, l.request(t, len(body), body[:10]))
	if n := len(l.seen()); n != l.ended {
		t.Errorf("Bedrock was asked %d times, want %d: half a request is none", n, l.ended)
	}
	if err := l.ask(prompt("after")); err != nil {
		t.Error(err)
	}
}

// request writes a request, or a part of its body, on a connection of its own.
func (r *rig) request(t *testing.T, length int, body string) *net.TCPConn {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(r.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if _, err := fmt.Fprintf(c, "POST /api/v1/generate HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s", length, body); err != nil {
		t.Fatal(err)
	}
	return c.(*net.TCPConn)
}

// wantClosed closes the sending half, and wants the other side to close too, without an answer that looks
// whole.
func wantClosed(t *testing.T, c *net.TCPConn) {
	t.Helper()
	if err := c.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	_ = c.SetReadDeadline(time.Now().Add(30 * time.Second))
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err == nil {
		resp.Body.Close()
		t.Errorf("got status %d, want the connection closed", resp.StatusCode)
	} else if n, ok := err.(net.Error); ok && n.Timeout() {
		t.Error("the connection stays open")
	}
}
