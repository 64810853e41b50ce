package faults

import (
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ockham/envoy/envoytest"
	"ockham/internal/emulator"
)

// bedrock stands at one address, behind which emulators can be exchanged while it is asked.
type bedrock struct {
	t       *testing.T
	address string
	server  *http.Server
	now     atomic.Pointer[http.Handler]
}

// pace is that of tokens, slow enough for something to happen in the middle of an answer.
var pace = emulator.Pace{FirstToken: 10 * time.Millisecond, Token: 3 * time.Millisecond}

func newBedrock(t *testing.T, c emulator.Config) *bedrock {
	t.Helper()
	b := &bedrock{t: t, address: envoytest.FreeAddress(t)}
	b.become(c)
	b.open()
	t.Cleanup(b.close)
	return b
}

// become answers from now on as an emulator with this configuration.
func (b *bedrock) become(c emulator.Config) {
	b.t.Helper()
	if c.Pace.Token == 0 {
		c.Pace = pace
	}
	e, err := emulator.New(c)
	if err != nil {
		b.t.Fatal(err)
	}
	b.use(e)
}

func (b *bedrock) use(h http.Handler) { b.now.Store(&h) }

func (b *bedrock) ServeHTTP(w http.ResponseWriter, r *http.Request) { (*b.now.Load()).ServeHTTP(w, r) }

func (b *bedrock) open() {
	b.t.Helper()
	var l net.Listener
	var err error
	for late := time.Now().Add(patience); time.Now().Before(late); time.Sleep(10 * time.Millisecond) {
		if l, err = net.Listen("tcp", b.address); err == nil {
			break
		}
	}
	if err != nil {
		b.t.Fatal(err)
	}
	b.server = &http.Server{Handler: b, ReadHeaderTimeout: patience}
	go func(s *http.Server) { _ = s.Serve(l) }(b.server)
}

// close cuts all connections and takes no more.
func (b *bedrock) close() { _ = b.server.Close() }

// garbage is no answer of Bedrock, in ever other ways.
func garbage() http.Handler {
	var n atomic.Int64
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		kind := "application/json"
		if strings.HasSuffix(r.URL.Path, "-stream") {
			kind = "application/vnd.amazon.eventstream"
		}
		w.Header().Set("Content-Type", kind)
		switch n.Add(1) % 5 {
		case 0:
			_, _ = w.Write([]byte("<html>it works</html>"))
		case 1:
			_, _ = w.Write([]byte(strings.Repeat("\x00\xff\x7f", 5000)))
		case 2:
			_, _ = w.Write([]byte(`{"output":{"message":{"role":"assistant","content":[{"text":5}]}}}`))
		case 3:
			w.WriteHeader(http.StatusTeapot)
		case 4: // 200 and nothing
		}
	})
}
