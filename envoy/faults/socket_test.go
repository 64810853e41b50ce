package faults

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"ockham/internal/emulator"
)

// Frames that never come to their end take no more memory than prompts may, and leave room for others. What
// has no room is told so: its socket is closed with 1013.
func TestFloodOfFrames(t *testing.T) {
	r := newRig(t, setup{sockets: true, config: "limits: {memory: 64MiB, body: 8MiB}\n"})
	const sockets, size = 48, 3 << 20 // 576 MiB at four bytes each
	before := r.highest()
	var refused atomic.Int64
	var open []*websocket.Conn
	for range sockets {
		ws := r.dial()
		open = append(open, ws)
		w, err := ws.Writer(t.Context(), websocket.MessageText)
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			_, _ = io.WriteString(w, `{"id":"a","prompt":"`+strings.Repeat("word ", size/5)) // and nothing more
		}()
		go func() {
			if _, _, err := ws.Read(t.Context()); websocket.CloseStatus(err) == websocket.StatusTryAgainLater {
				refused.Add(1)
			}
		}()
	}
	for late := time.Now().Add(patience); refused.Load() < sockets*3/4; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(late) {
			t.Fatalf("%d of %d sockets were closed with 1013, want most", refused.Load(), sockets)
		}
	}
	r.answersAgain()
	if shed := r.services[0].metric(`ockham_load_shed_total{full="memory"}`); shed < float64(refused.Load()) {
		t.Errorf("%v were shed by the metric, %d by the clients", shed, refused.Load())
	}
	if grown := r.highest() - before; grown > 3*64 {
		t.Errorf("the service grew by %.0f MiB", grown)
	}
	for _, ws := range open {
		_ = ws.CloseNow()
	}
}

// Requests over sockets are shed like all others, by id; sockets beyond the limit at their handshake.
func TestFloodOfSockets(t *testing.T) {
	r := newRig(t, setup{
		sockets: true, config: "limits: {requests: 8}\n",
		emulator: emulator.Config{Pace: emulator.Pace{FirstToken: 300 * time.Millisecond}},
	})
	ws := r.dial()
	const requests = 16
	for i := range requests {
		if err := ws.Write(t.Context(), websocket.MessageText, fmt.Appendf(nil, `{"id":"%d","prompt":"Hello."}`, i)); err != nil {
			t.Fatal(err)
		}
	}
	ended := map[string]int{}
	for n := 0; n < requests; {
		_, data, err := ws.Read(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var f struct {
			Type  string
			Error struct{ Code string }
		}
		if err := json.Unmarshal(data, &f); err != nil {
			t.Fatal(err)
		}
		if f.Type != "delta" {
			ended[f.Type+f.Error.Code]++
			n++
		}
	}
	if ended["done"] != 8 || ended["errorunavailable"] != 8 {
		t.Errorf("got %v, want half of them done and half unavailable", ended)
	}
	for range 7 {
		r.dial()
	}
	_, resp, err := websocket.Dial(t.Context(), "ws://"+r.listen+"/api/v1/generate", nil)
	if err == nil || resp == nil || resp.StatusCode != http.StatusServiceUnavailable || resp.Header.Get("Retry-After") == "" {
		t.Errorf("the ninth socket: got %v, %v, want 503 and when to come again", resp, err)
	}
}

// dial opens a socket, which is closed with the test.
func (r *rig) dial() *websocket.Conn {
	r.t.Helper()
	ws, _, err := websocket.Dial(context.Background(), "ws://"+r.listen+"/api/v1/generate", nil)
	if err != nil {
		r.t.Fatal(err)
	}
	ws.SetReadLimit(1 << 20)
	r.t.Cleanup(func() { _ = ws.CloseNow() })
	return ws
}

// Uploads to explain, which passes the filter by, have the same bound.
func TestFloodOfExplain(t *testing.T) {
	r := newRig(t, setup{sockets: true, config: "limits: {memory: 64MiB, body: 8MiB}\n"})
	before := r.highest()
	var refused atomic.Int64
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for range 32 {
		go func() {
			part := strings.NewReader(`{"prompt":"` + strings.Repeat("word ", 4<<20/5))
			req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.url()+"/api/v1/explain", io.MultiReader(part, never{ctx}))
			if err != nil {
				return
			}
			resp, err := http.DefaultClient.Do(req)
			switch {
			case err == nil && resp.StatusCode == http.StatusServiceUnavailable && resp.Header.Get("Retry-After") != "":
				refused.Add(1)
				resp.Body.Close()
			case err == nil:
				t.Errorf("got %s, want 503 and when to come again", resp.Status)
			case err != nil && !errors.Is(err, context.Canceled): // closed while it was still written to
				refused.Add(1)
			}
		}()
	}
	for late := time.Now().Add(patience); refused.Load() < 24; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(late) {
			t.Fatalf("%d of 32 uploads were refused, want most", refused.Load())
		}
	}
	r.answersAgain()
	if grown := r.highest() - before; grown > 3*64 {
		t.Errorf("the service grew by %.0f MiB", grown)
	}
}

// never is a body that never ends.
type never struct{ ctx context.Context }

func (n never) Read([]byte) (int, error) {
	<-n.ctx.Done()
	return 0, n.ctx.Err()
}
