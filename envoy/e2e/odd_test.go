package e2e

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/protocol/eventstream"

	"ockham/internal/emulator"
)

// frame is one event of a stream of Bedrock's.
func frame(kind, payload string) []byte {
	var b bytes.Buffer
	_ = eventstream.NewEncoder().Encode(&b, eventstream.Message{Payload: []byte(payload), Headers: eventstream.Headers{
		{Name: ":event-type", Value: eventstream.StringValue(kind)}, {Name: ":message-type", Value: eventstream.StringValue("event")},
	}})
	return b.Bytes()
}

// longFrame is the beginning of one that says to be so long.
func longFrame(length uint32, sound bool) []byte {
	b := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, length), 0)
	sum := crc32.ChecksumIEEE(b)
	if !sound {
		sum++
	}
	return binary.BigEndian.AppendUint32(b, sum)
}

// Streams that are damaged, or say to be longer than any, are given up at once, and the next model answers.
// A frame of 16 MB is none of these.
func TestDamagedStreams(t *testing.T) {
	start := frame("messageStart", `{"role":"assistant"}`)
	delta := frame("contentBlockDelta", `{"contentBlockIndex":0,"delta":{"text":"Hello "}}`)
	huge := frame("contentBlockDelta", `{"contentBlockIndex":0,"delta":{"text":"`+strings.Repeat("a word or more ", 16<<20/15)+`"}}`)
	whole := slices.Concat(start, huge, frame("messageStop", `{"stopReason":"end_turn"}`), frame("metadata", `{"usage":{"inputTokens":1,"outputTokens":2,"totalTokens":3}}`))
	for name, c := range map[string]struct {
		stream []byte
		hangs  bool
		reason string // "": it is answered
	}{
		"a length that is damaged": {slices.Concat(start, longFrame(16<<20, false)), true, "stream_error"},
		"25 MB":                    {slices.Concat(start, longFrame(25<<20, true)), true, "stream_error"},
		"too short a frame":        {slices.Concat(start, longFrame(15, true)), true, "stream_error"},
		"cut in its frame":         {slices.Concat(start, delta, delta[:20]), false, "truncated"},
		"text":                     {[]byte("data: {}\n\n" + strings.Repeat("data: {}\n\n", 100)), true, "malformed"},
		"nothing":                  {nil, false, "truncated"},
		"a frame of 16 MB":         {whole, false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, err := emulator.New(emulator.Config{})
			if err != nil {
				t.Fatal(err)
			}
			r := newRig(t, serving(t, http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
				if !strings.Contains(req.URL.Path, "haiku") {
					e.ServeHTTP(w, req)
					return
				}
				w.Header().Set("Content-Type", "application/vnd.amazon.eventstream")
				_, _ = w.Write(c.stream)
				if c.hangs {
					_ = http.NewResponseController(w).Flush()
					<-req.Context().Done()
				}
			}), http1, options{plan: noChecks}))
			begin := time.Now()
			s := readStream(t, r.post(t, prompt("Hello.", streaming)).Body)
			tries := s.last.Route.Attempts
			switch {
			case s.kind != "done" || len(tries) == 0:
				t.Errorf("got %.300v", s.all)
			case c.reason == "" && (len(tries) != 1 || len(s.text) < 15<<20), c.reason != "" && (len(tries) != 2 || tries[0].Reason != c.reason):
				t.Errorf("got %d bytes after %+v, want %q", len(s.text), tries, c.reason)
			}
			if took := time.Since(begin); c.hangs && took > 4*time.Second {
				t.Errorf("it took %v: a deadline, not the damage, has ended the attempt", took)
			}
		})
	}
}

// closed stands for a connection that Envoy closes without an answer. Its own 400 and 431 for what is no HTTP
// would pass the filter, and the connection is gone before that has agreed.
const closed = 0

// Requests that are unusual as HTTP are answered, refused or cut, and never reach Bedrock as anything but what
// was asked.
func TestOddRequests(t *testing.T) {
	r := newRig(t, options{})
	var chunked, zipped bytes.Buffer
	for _, b := range []byte(prompt("one byte at a time")) {
		fmt.Fprintf(&chunked, "1\r\n%c\r\n", b)
	}
	z := gzip.NewWriter(&zipped)
	_, _ = io.WriteString(z, prompt("zipped"))
	z.Close()
	body := prompt("hi")
	length := fmt.Sprintf("content-length: %d\r\n", len(body))
	t.Run("each", func(t *testing.T) {
		for name, c := range map[string]struct {
			head, body string
			status     int
		}{
			"chunks of one byte":           {"transfer-encoding: chunked\r\n", chunked.String() + "0\r\n\r\n", 200},
			"trailers":                     {"transfer-encoding: chunked\r\ntrailer: x-a\r\n", chunked.String() + "0\r\nx-a: b\r\n\r\n", 200},
			"accepts two kinds":            {length + "accept: text/event-stream\r\naccept: application/json\r\n", body, 200},
			"accepts events only":          {length + "accept: text/event-stream\r\n", body, 200},
			"two hosts":                    {length + "host: bedrock-runtime.us-east-1.amazonaws.com\r\n", body, 200},
			"an upgrade that is none":      {length + "connection: upgrade\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAAP__\r\n", body, 200},
			"gzip":                         {fmt.Sprintf("content-encoding: gzip\r\ncontent-length: %d\r\n", zipped.Len()), zipped.String(), 415},
			"two lengths":                  {length + "content-length: 5\r\n", body, closed},
			"the same length twice":        {length + length, body, closed},
			"length and chunks":            {length + "transfer-encoding: chunked\r\n", chunked.String() + "0\r\n\r\n", closed},
			"negative length":              {"content-length: -1\r\n", body, closed},
			"a megabyte in a header":       {length + "x-long: " + strings.Repeat("a", 1<<20) + "\r\n", body, closed},
			"chunks that are none":         {"transfer-encoding: chunked\r\n", "zz\r\n", closed},
			"a header that is no header":   {"no header\r\n" + length, body, closed},
			"a null byte in a header":      {length + "x-null: \x00\r\n", body, closed},
			"a line break inside a header": {length + "x-a: b\rx-evil: 1\r\n", body, 200},
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				if got := r.raw(t, "content-type: application/json\r\n"+c.head+"\r\n"+c.body); got != c.status {
					t.Errorf("got status %d, want %d", got, c.status)
				}
			})
		}
	})
	for _, call := range r.seen() {
		if call.Status != http.StatusOK || call.Header.Get("X-Evil") != "" {
			t.Errorf("Bedrock answered %d %s to %s", call.Status, call.ErrorType, call.Path)
		}
	}
	if err := r.ask(prompt("after")); err != nil {
		t.Error(err)
	}
}

// raw posts the rest of a request as it is, and tells the status of the answer.
func (r *rig) raw(t *testing.T, rest string) int {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(r.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	go func() { // the answer may come first
		_, _ = io.WriteString(conn, "POST /api/v1/generate HTTP/1.1\r\nhost: x\r\n"+rest)
	}()
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		t.Fatal("neither answered nor closed")
	case err != nil:
		return closed
	}
	resp.Body.Close()
	return resp.StatusCode
}
