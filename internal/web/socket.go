package web

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"
	"golang.org/x/time/rate"

	"ockham/extproc"
)

// Socket serves generate requests over WebSocket, many at once over one. Each is posted to Envoy as if
// the client had, with the identity that the handshake carried, so that authentication, limits and the
// policy hold for it.
type Socket struct {
	Envoy   string // URL of Envoy's listener, where requests are posted
	Client  *http.Client
	Origins []string // patterns of allowed origins besides the page's own host
	Log     *slog.Logger
	Load    *extproc.Load // bounds the frames in hand; nil for no bounds

	MaxOpen    int           // sockets at once
	MaxFrame   int64         // bytes of one client frame
	MaxRunning int           // requests at once over one socket
	PerSecond  float64       // requests a second over one socket
	Ping       time.Duration // how often a silent socket is asked whether it is there
	Idle       time.Duration // without any request for so long, a socket is closed

	count    atomic.Int64 // of sockets
	mu       sync.Mutex
	draining bool
	open     map[*connection]struct{}
}

// identity lists the handshake's headers that go with every request.
var identity = []string{"Authorization", "Cookie", "X-Api-Key", "X-Forwarded-For", "X-Task-Type", "Traceparent"}

// writeLimit is how long a client may take to accept one frame.
const writeLimit = 10 * time.Second

func isUpgrade(r *http.Request) bool {
	return strings.EqualFold(r.Header.Get("Upgrade"), "websocket")
}

// enter tells whether one more socket is taken on.
func (s *Socket) enter() bool {
	if s.count.Add(1) > int64(s.MaxOpen) {
		s.leave()
		return false
	}
	return true
}

func (s *Socket) leave() { s.count.Add(-1) }

func (s *Socket) serve(w http.ResponseWriter, r *http.Request) {
	ws, err := websocket.Accept(w, r, &websocket.AcceptOptions{OriginPatterns: s.Origins})
	if err != nil {
		s.Log.Info("WebSocket refused", "err", err)
		return // Accept has answered
	}
	ws.SetReadLimit(s.MaxFrame)
	ctx, cancel := context.WithCancel(context.WithoutCancel(r.Context()))
	defer cancel()
	c := &connection{
		socket: s, ws: ws, ctx: ctx, header: identityOf(r.Header), active: map[string]context.CancelFunc{},
		limit: rate.NewLimiter(rate.Limit(s.PerSecond), s.MaxRunning),
	}
	if !s.add(c) {
		_ = ws.Close(websocket.StatusGoingAway, "shutting down")
		return
	}
	defer s.remove(c)
	go c.watch()
	c.read()
	cancel() // closing the socket cancels all that runs over it
	c.running.Wait()
}

func identityOf(h http.Header) http.Header {
	out := http.Header{}
	for _, name := range identity {
		if v := h.Values(name); len(v) > 0 {
			out[name] = v
		}
	}
	return out
}

func (s *Socket) add(c *connection) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.draining {
		return false
	}
	if s.open == nil {
		s.open = map[*connection]struct{}{}
	}
	s.open[c] = struct{}{}
	return true
}

func (s *Socket) remove(c *connection) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, c)
}

// Drain lets every socket finish what runs over it, takes nothing new, and closes it; until ctx ends.
func (s *Socket) Drain(ctx context.Context) {
	s.mu.Lock()
	s.draining = true
	open := make([]*connection, 0, len(s.open))
	for c := range s.open {
		open = append(open, c)
	}
	s.mu.Unlock()
	var all sync.WaitGroup
	for _, c := range open {
		all.Go(func() { c.drain(ctx) })
	}
	all.Wait()
}
