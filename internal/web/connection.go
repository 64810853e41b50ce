package web

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/coder/websocket"
	"golang.org/x/time/rate"

	"ockham/extproc"
)

// connection is one socket.
type connection struct {
	socket *Socket
	ws     *websocket.Conn
	ctx    context.Context
	header http.Header
	limit  *rate.Limiter

	mu      sync.Mutex
	active  map[string]context.CancelFunc
	last    time.Time
	closing bool
	running sync.WaitGroup
}

// read takes the client's frames until the socket closes.
func (c *connection) read() {
	for {
		kind, r, err := c.ws.Reader(c.ctx)
		if err != nil {
			return
		}
		room := c.socket.Load.Frame()
		data, err := room.Read(r)
		if err != nil {
			room.Close()
			if errors.Is(err, extproc.Busy) { // whose id is not known yet, so that no frame could tell
				_ = c.ws.Close(websocket.StatusTryAgainLater, extproc.Busy.Message)
			}
			return // an oversized frame was answered with close code 1009 by the library
		}
		if kind != websocket.MessageText {
			data = nil
		}
		c.take(data, room)
	}
}

// take does what a frame says. Its room is held as long as the request runs.
func (c *connection) take(data []byte, room *extproc.Body) {
	f, err := parseFrame(data)
	if err == nil && !f.Cancel {
		c.start(f, room)
		return
	}
	room.Close()
	switch {
	case err != nil && f.ID == "":
		c.write(errorFrame(nil, "invalid_request", err.Error()))
	case err != nil:
		c.write(errorFrame(f.ID, "invalid_request", err.Error()))
	default:
		c.cancel(f.ID)
	}
}

// start runs a request; its id must be free.
func (c *connection) start(f frame, room *extproc.Body) {
	ctx, cancel := context.WithCancel(c.ctx)
	c.mu.Lock()
	_, taken := c.active[f.ID]
	open := len(c.active)
	refuse := ""
	code := "invalid_request"
	switch {
	case taken:
		refuse = "this id is in use; the first request goes on"
	case c.closing:
		code, refuse = "unavailable", "the gateway is shutting down; connect again"
	case open >= c.socket.MaxRunning:
		code, refuse = "throttled", fmt.Sprintf("at most %d requests at once over one socket", c.socket.MaxRunning)
	case !c.limit.Allow():
		code, refuse = "throttled", "too many requests a second over this socket"
	default:
		c.active[f.ID], c.last = cancel, time.Now()
		c.running.Add(1)
	}
	c.mu.Unlock()
	if refuse != "" {
		cancel()
		room.Close()
		c.write(errorFrame(f.ID, code, refuse))
		return
	}
	go func() {
		defer c.running.Done()
		defer room.Close()
		defer c.done(f.ID, cancel)
		c.run(ctx, f)
	}()
}

func (c *connection) done(id string, cancel context.CancelFunc) {
	cancel()
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.active, id)
	c.last = time.Now()
}

func (c *connection) cancel(id string) {
	c.mu.Lock()
	cancel, ok := c.active[id]
	c.mu.Unlock()
	if !ok {
		c.write(errorFrame(id, "not_found", "no request with this id is running"))
		return
	}
	cancel()
}

// run posts one request through Envoy and sends what comes back, frame by frame.
func (c *connection) run(ctx context.Context, f frame) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.socket.Envoy+"/api/v1/generate", bytes.NewReader(f.Body))
	if err != nil {
		c.write(errorFrame(f.ID, "internal", "internal error"))
		return
	}
	req.Header = c.header.Clone()
	req.Header.Set("Content-Type", "application/json")
	resp, err := c.socket.Client.Do(req)
	if err != nil {
		c.broken(ctx, f.ID, err)
		return
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		body, _ := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
		c.write(reply(f.ID, "error", errorBody(resp.StatusCode, body)))
		return
	}
	if err := c.relay(f.ID, resp.Body); err != nil {
		c.broken(ctx, f.ID, err)
	}
}

// errorBody keeps an error of ours and stands in for anything else.
func errorBody(status int, body []byte) []byte {
	if bytes.HasPrefix(bytes.TrimSpace(body), []byte(`{"error"`)) {
		return body
	}
	return []byte(fmt.Sprintf(`{"error":{"code":"upstream_failed","message":"the gateway answered %d"}}`, status))
}

// broken ends a request that got no whole answer; one that the client cancelled is over without a word
// more than that.
func (c *connection) broken(ctx context.Context, id string, err error) {
	switch {
	case c.ctx.Err() != nil:
	case errors.Is(ctx.Err(), context.Canceled):
		c.write(errorFrame(id, "cancelled", "cancelled by the client"))
	default:
		c.socket.Log.Warn("a request of a socket broke", "err", err)
		c.write(errorFrame(id, "upstream_failed", "the answer broke off"))
	}
}

// maxEvent bounds one server-sent event.
const maxEvent = 64 << 20

// relay turns server-sent events into frames. An answer that ends without done or error is broken.
func (c *connection) relay(id string, body io.Reader) error {
	lines := bufio.NewScanner(body)
	lines.Buffer(make([]byte, 0, 4<<10), maxEvent)
	kind := ""
	for lines.Scan() {
		line := lines.Bytes()
		if name, ok := bytes.CutPrefix(line, []byte("event: ")); ok {
			kind = string(name)
			continue
		}
		data, ok := bytes.CutPrefix(line, []byte("data: "))
		if !ok {
			continue
		}
		if err := c.write(reply(id, kind, data)); err != nil {
			return err
		}
		if kind == "done" || kind == "error" {
			return nil
		}
	}
	if err := lines.Err(); err != nil {
		return err
	}
	return io.ErrUnexpectedEOF
}

// write sends a frame. A client that does not read for too long loses its socket.
func (c *connection) write(data []byte) error {
	ctx, cancel := context.WithTimeout(c.ctx, writeLimit)
	defer cancel()
	return c.ws.Write(ctx, websocket.MessageText, data)
}

// watch pings the client and closes a socket over which nothing has run for long.
func (c *connection) watch() {
	c.mu.Lock()
	c.last = time.Now()
	c.mu.Unlock()
	tick := time.NewTicker(c.socket.Ping)
	defer tick.Stop()
	for {
		select {
		case <-c.ctx.Done():
			return
		case <-tick.C:
		}
		if c.idle() {
			_ = c.ws.Close(websocket.StatusNormalClosure, "idle")
			return
		}
		ctx, cancel := context.WithTimeout(c.ctx, writeLimit)
		err := c.ws.Ping(ctx)
		cancel()
		if err != nil {
			_ = c.ws.CloseNow()
			return
		}
	}
}

func (c *connection) idle() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.active) == 0 && time.Since(c.last) >= c.socket.Idle
}

func (c *connection) drain(ctx context.Context) {
	c.mu.Lock()
	c.closing = true
	c.mu.Unlock()
	finished := make(chan struct{})
	go func() {
		c.running.Wait()
		close(finished)
	}()
	select {
	case <-finished:
	case <-ctx.Done():
	}
	_ = c.ws.Close(websocket.StatusGoingAway, "shutting down")
}
