package faults

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// After SIGTERM /readyz goes first, while requests are still taken; then those under way may end, as long as
// drain allows; what is left is cut, in a way that its client can tell.
func TestShutdown(t *testing.T) {
	r := newRig(t, setup{sockets: true, ends: "pause: 500ms, drain: 3s"})
	s := r.services[0]
	ws := r.dial()
	var clients sync.WaitGroup
	under := func(prompt string, whole bool) {
		clients.Go(func() {
			resp, err := http.Post(r.url()+"/api/v1/generate", "application/json", strings.NewReader(`{"prompt":"Hello. `+prompt+`","stream":true,"max_tokens":4}`))
			if err != nil {
				t.Errorf("%q: %v", prompt, err)
				return
			}
			defer resp.Body.Close()
			text, err := io.ReadAll(resp.Body)
			if got := err == nil && strings.Contains(string(text), "event: done"); got != whole {
				t.Errorf("%q: got status %d, %v: %.300s, want it whole: %v", prompt, resp.StatusCode, err, text, whole)
			}
		})
	}
	under("[[fault:slow]]", true)  // takes some two seconds
	under("[[fault:hang]]", false) // for longer than all of it
	for late := time.Now().Add(patience); s.metric("ockham_load_requests") < 2 && time.Now().Before(late); {
		time.Sleep(time.Millisecond)
	}
	begin := time.Now()
	s.signal(syscall.SIGTERM)
	s.await("/readyz", func(status int) bool { return status == http.StatusServiceUnavailable })
	if o, why := (question{id: 1}).ask(http.DefaultClient, r.url()); o != well && time.Since(begin) < 400*time.Millisecond {
		t.Errorf("while /readyz says no: %s", why)
	}
	if _, _, err := ws.Read(t.Context()); websocket.CloseStatus(err) != websocket.StatusGoingAway {
		t.Errorf("the socket ended with %v, want 1001", err)
	}
	clients.Wait()
	s.awaitEnd()
	t.Logf("it took %v", time.Since(begin))
}
