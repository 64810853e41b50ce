package stack

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"ockham/internal/config"
)

// dial opens a WebSocket through Envoy.
func (s *Stack) dial(t *testing.T) *websocket.Conn {
	t.Helper()
	ws, resp, err := websocket.Dial(t.Context(), s.URL+"/api/v1/generate", nil)
	if err != nil {
		t.Fatalf("dial: %v, %v", err, resp)
	}
	ws.SetReadLimit(1 << 20)
	t.Cleanup(func() { _ = ws.CloseNow() })
	return ws
}

// frame is one of the server's.
type frame struct {
	ID         *string
	Type, Text string
	StopReason string `json:"stop_reason"`
	Error      struct{ Code, Message string }
}

func read(t *testing.T, ws *websocket.Conn) (f frame) {
	t.Helper()
	_, data, err := ws.Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &f); err != nil {
		t.Fatalf("%s: %v", data, err)
	}
	return f
}

func write(t *testing.T, ws *websocket.Conn, text string) {
	t.Helper()
	if err := ws.Write(t.Context(), websocket.MessageText, []byte(text)); err != nil {
		t.Fatal(err)
	}
}

// Many requests over one socket, each with its own frames and its own end.
func TestSocketCarriesManyAtOnce(t *testing.T) {
	s := start(t, Options{})
	ws := s.dial(t)
	const n = 8
	for i := range n {
		write(t, ws, fmt.Sprintf(`{"id":"r%d","prompt":"say hello %d"}`, i, i))
	}
	texts, ended := map[string]string{}, 0
	for ended < n {
		f := read(t, ws)
		switch f.Type {
		case "delta":
			texts[*f.ID] += f.Text
		case "done":
			ended++
			if f.StopReason != "end_turn" || texts[*f.ID] == "" {
				t.Errorf("%s: got %+v after %q", *f.ID, f, texts[*f.ID])
			}
		default:
			t.Fatalf("got %+v", f)
		}
	}
}

func TestSocketErrors(t *testing.T) {
	s := start(t, Options{})
	ws := s.dial(t)
	for _, text := range []string{`no json`, `[]`, `{"prompt":"hi"}`, `{"id":7,"prompt":"hi"}`} {
		write(t, ws, text)
		if f := read(t, ws); f.Type != "error" || f.ID != nil || f.Error.Code != "invalid_request" {
			t.Errorf("%s: got %+v, want an error without an id", text, f)
		}
	}
	write(t, ws, `{"id":"a","promt":"hi"}`)
	if f := read(t, ws); f.Type != "error" || f.ID == nil || *f.ID != "a" || f.Error.Code != "invalid_request" {
		t.Errorf("unknown field: got %+v", f)
	}
	write(t, ws, `{"id":"slow","prompt":"hi [[fault:slow]]"}`)
	write(t, ws, `{"id":"slow","prompt":"hi again"}`)
	if f := read(t, ws); f.Type != "error" || *f.ID != "slow" {
		t.Errorf("an id in use: got %+v, want an error", f)
	}
	if f := read(t, ws); f.Type != "delta" || *f.ID != "slow" {
		t.Errorf("the first request: got %+v, want it to go on", f)
	}
	write(t, ws, `{"id":"slow","type":"cancel"}`)
	for f := read(t, ws); ; f = read(t, ws) {
		if f.Type == "error" {
			break
		}
		if f.Type != "delta" {
			t.Fatalf("after cancel: got %+v", f)
		}
	}
	write(t, ws, `{"id":"after","prompt":"hi"}`)
	if f := read(t, ws); *f.ID != "after" || f.Type != "delta" {
		t.Errorf("after the cancelled one: got %+v", f)
	}
}

func TestSocketClosesOnALargeFrame(t *testing.T) {
	s := start(t, Options{Override: func(c *config.Config) { c.Server.WebSocket.Frame = 1 << 10 }})
	ws := s.dial(t)
	_ = ws.Write(t.Context(), websocket.MessageText, []byte(`{"id":"a","prompt":"`+strings.Repeat("x", 4<<10)+`"}`))
	if _, _, err := ws.Read(t.Context()); websocket.CloseStatus(err) != websocket.StatusMessageTooBig {
		t.Errorf("got %v, want close code 1009", err)
	}
}

func TestSocketRefusesOtherOrigins(t *testing.T) {
	s := start(t, Options{Override: func(c *config.Config) { c.Server.WebSocket.Origins = []string{"http://localhost:*"} }})
	for origin, want := range map[string]int{
		"https://elsewhere.example":          http.StatusForbidden,
		"http://localhost.elsewhere.example": http.StatusForbidden,
		"https://localhost:3000":             http.StatusForbidden,
		"http://localhost:3000":              http.StatusSwitchingProtocols,
		s.URL:                                http.StatusSwitchingProtocols,
	} {
		ws, resp, err := websocket.Dial(t.Context(), s.URL+"/api/v1/generate", &websocket.DialOptions{HTTPHeader: http.Header{"Origin": {origin}}})
		if resp == nil || resp.StatusCode != want {
			t.Errorf("from %s: got %v, %v, want %d", origin, resp, err, want)
		}
		if err == nil {
			_ = ws.CloseNow()
		}
	}
}
