package stack

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// Opcodes of WebSocket's frames.
const (
	goOn, text, binaryKind, ping = 0, 1, 2, 9
	last                         = 0x80
)

// rawSocket speaks WebSocket frame by frame, as no library does.
type rawSocket struct {
	net.Conn
	r *bufio.Reader
}

func (s *Stack) raw(t *testing.T) *rawSocket {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	fmt.Fprint(conn, "GET /api/v1/generate HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
	r := bufio.NewReader(conn)
	resp, err := http.ReadResponse(r, nil)
	if err != nil || resp.StatusCode != http.StatusSwitchingProtocols {
		t.Fatal(resp, err)
	}
	return &rawSocket{conn, r}
}

// put writes a frame, masked with zeros.
func (s *rawSocket) put(first byte, payload string) {
	b := []byte{first, last | byte(len(payload))}
	if len(payload) > 125 {
		b = binary.BigEndian.AppendUint16([]byte{first, last | 126}, uint16(len(payload)))
	}
	_, _ = s.Write(append(append(b, 0, 0, 0, 0), payload...))
}

// get reads a frame of the server's; it ends with the socket.
func (s *rawSocket) get() (kind byte, payload string, err error) {
	head := make([]byte, 2)
	if _, err := io.ReadFull(s.r, head); err != nil {
		return 0, "", err
	}
	n := uint64(head[1])
	if size := map[byte]int{126: 2, 127: 8}[head[1]]; size > 0 {
		long := make([]byte, 8)
		if _, err := io.ReadFull(s.r, long[8-size:]); err != nil {
			return 0, "", err
		}
		n = binary.BigEndian.Uint64(long)
	}
	b := make([]byte, n)
	_, err = io.ReadFull(s.r, b)
	return head[0] & 0xf, string(b), err
}

// A request in pieces of one byte, with pings between them, is one like any other.
func TestSocketTakesFragments(t *testing.T) {
	ws := start(t, Options{}).raw(t)
	request := `{"id":"a","prompt":"Hello."}`
	ws.put(text, "")
	for i := range request {
		ws.put(goOn, request[i:i+1])
		ws.put(last|ping, "there?")
	}
	ws.put(last|goOn, "")
	pongs := 0
	for {
		kind, payload, err := ws.get()
		if err != nil {
			t.Fatal(err)
		}
		if kind == ping+1 {
			pongs++
		}
		if strings.Contains(payload, `"done"`) {
			break
		}
	}
	if pongs == 0 {
		t.Error("no ping was answered")
	}
}

// Floods of pings, and what is no WebSocket, cost their own socket at most.
func TestSocketFloods(t *testing.T) {
	s := start(t, Options{})
	for name, flood := range map[string]func(ws *rawSocket){
		"pings":                      func(ws *rawSocket) { ws.put(last|ping, strings.Repeat("x", 125)) },
		"empty fragments":            func(ws *rawSocket) { ws.put(goOn, "") },
		"empty messages":             func(ws *rawSocket) { ws.put(last|text, "") },
		"binary":                     func(ws *rawSocket) { ws.put(last|binaryKind, `{"id":"a","prompt":"hi"}`) },
		"reserved opcodes":           func(ws *rawSocket) { ws.put(last|5, "x") },
		"fragmented control":         func(ws *rawSocket) { ws.put(ping, "x") },
		"requests that are no JSON":  func(ws *rawSocket) { ws.put(last|text, strings.Repeat("[", 60_000)) },
		"the same request for ever":  func(ws *rawSocket) { ws.put(last|text, `{"id":"a","prompt":"hi"}`) },
		"cancels of what was never":  func(ws *rawSocket) { ws.put(last|text, `{"id":"a","type":"cancel"}`) },
		"a length that is a lie":     func(ws *rawSocket) { _, _ = ws.Write([]byte{last | text, 0xff, 0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 0}) },
		"requests that leave":        func(ws *rawSocket) { ws.put(last|text, `{"id":"b","prompt":"hi [[fault:hang]]"}`) },
		"bytes that are no protocol": func(ws *rawSocket) { fmt.Fprint(ws, "POST / HTTP/1.1\r\n\r\n") },
	} {
		t.Run(name, func(t *testing.T) {
			ws := s.raw(t)
			if name == "empty fragments" {
				ws.put(text, "{")
			}
			_ = ws.SetWriteDeadline(time.Now().Add(200 * time.Millisecond)) // it reads nothing
			for range 2000 {
				flood(ws)
			}
			if status, got := s.call(t, "POST", "/api/v1/generate", `{"prompt":"hello"}`); status != 200 {
				t.Errorf("meanwhile: got %d %v", status, got)
			}
		})
	}
}
