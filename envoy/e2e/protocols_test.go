package e2e

import (
	"compress/gzip"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ockham/envoy"
	"ockham/internal/emulator"
	"ockham/routing"
)

// What Bedrock may be spoken to over. With TLS, ALPN chooses HTTP/2.
const (
	http1 = "HTTP/1.1"
	h2c   = "h2c"
	tlsH2 = "tls"
)

// region is where Envoy finds Bedrock.
func (r *rig) region(t testing.TB, o options) envoy.Region {
	t.Helper()
	region := envoy.Region{Name: "us-east-1", Endpoint: r.url(o), HTTP2: o.over == h2c}
	if o.over == tlsH2 {
		region.CA = filepath.Join(t.TempDir(), "ca.pem")
		if err := os.WriteFile(region.CA, []byte(o.ca), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return region
}

func (r *rig) url(o options) string {
	if o.over == tlsH2 {
		return "https://" + r.Emulator
	}
	return "http://" + r.Emulator
}

// transport is what the service calls Bedrock with.
func (o options) transport() *http.Transport {
	t := &http.Transport{MaxIdleConnsPerHost: 512}
	switch o.over {
	case h2c:
		t.Protocols = unencrypted()
	case tlsH2:
		roots := x509.NewCertPool()
		roots.AppendCertsFromPEM([]byte(o.ca))
		t.TLSClientConfig, t.ForceAttemptHTTP2 = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}, true
	}
	return t
}

// protocols are all of them.
var protocols = []string{http1, h2c, tlsH2}

// client speaks HTTP/1.1 or HTTP/2 to Envoy.
func client(t *testing.T, over string) *http.Client {
	transport := &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true}
	if over != http1 {
		transport.Protocols = unencrypted()
	}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// odd is a Bedrock whose smallest model answers in a way that is unusual, though HTTP allows it.
type odd struct {
	bedrock http.Handler
	way     atomic.Value
}

func (o *odd) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	way := o.way.Load()
	if !strings.Contains(r.URL.Path, "haiku") {
		way = ""
	}
	switch way {
	case "reset before the headers":
		panic(http.ErrAbortHandler)
	case "an early answer":
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	case "trailers":
		w.Header().Set("Trailer", "X-Checksum")
		defer w.Header().Set("X-Checksum", "1")
	case "an interim answer":
		w.WriteHeader(http.StatusEarlyHints)
	case "compressed":
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		defer z.Close()
		w = zipped{w, z}
	}
	o.bedrock.ServeHTTP(w, r)
}

type zipped struct {
	http.ResponseWriter
	z *gzip.Writer
}

func (z zipped) Write(b []byte) (int, error) {
	z.Header().Del("Content-Length")
	return z.z.Write(b)
}

// serving is a rig whose Bedrock is h, over a protocol.
func serving(t *testing.T, h http.Handler, over string, rig options) options {
	t.Helper()
	s := httptest.NewUnstartedServer(h)
	t.Cleanup(s.Close)
	switch over {
	case http1:
		s.Start()
	case h2c:
		s.Config.Protocols = unencrypted()
		s.Start()
	case tlsH2:
		s.EnableHTTP2 = true
		s.StartTLS()
		rig.ca = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}))
	}
	rig.over, rig.upstream = over, s.Listener.Addr().String()
	return rig
}

// Whatever the protocols on both sides are, and however Bedrock answers: a model that fails before the
// release is followed by the next one, or is a clear error; after the release it is a break that the client
// can tell.
func TestEveryProtocol(t *testing.T) {
	for _, upstream := range protocols {
		t.Run(upstream, func(t *testing.T) {
			t.Parallel()
			e, err := emulator.New(emulator.Config{Pace: emulator.Pace{Token: time.Millisecond}})
			if err != nil {
				t.Fatal(err)
			}
			bedrock := odd{bedrock: e}
			bedrock.way.Store("")
			var early atomic.Bool // whether answers are released at their first token
			r := newRig(t, serving(t, &bedrock, upstream, options{plan: func(p *routing.Plan) {
				if early.Load() {
					p.Checks, p.Hold = nil, routing.Hold{Tokens: 1}
				}
			}}))
			for _, downstream := range []string{http1, h2c} {
				r.client = client(t, downstream)
				t.Run("from "+downstream, func(t *testing.T) {
					for way, want := range map[string]string{
						"": "", "trailers": "", "an interim answer": "",
						"reset before the headers": "connection", "an early answer": "status connection", "compressed": "malformed stream_error",
					} {
						bedrock.way.Store(way)
						r.answers(t, way, want)
					}
					bedrock.way.Store("")
					r.breaksInTheHold(t)
					early.Store(true)
					r.breaksAfterTheRelease(t)
					early.Store(false)
				})
			}
		})
	}
}

// answers wants the first model's answer, or the next one's for a reason.
func (r *rig) answers(t *testing.T, way, reasons string) {
	t.Helper()
	text := question
	if way == "an early answer" { // while the request is still on its way
		text += strings.Repeat("It was a long day. ", 20_000)
	}
	for _, mode := range []string{"", streaming} {
		a := r.post(t, prompt(text, withMore(mode)...))
		got := ended(t, a, mode)
		tries := got.Route.Attempts
		switch {
		case a.Status != http.StatusOK || got.Text == "" || len(tries) == 0:
			t.Errorf("%q %s: got status %d: %.300s", way, mode, a.Status, a.Body)
		case reasons == "" && len(tries) > 1, reasons != "" && (len(tries) != 2 || !strings.Contains(reasons, tries[0].Reason)):
			t.Errorf("%q %s: got attempts %+v, want the first rejected for %q", way, mode, tries, reasons)
		}
	}
}

func (r *rig) breaksInTheHold(t *testing.T) {
	t.Helper()
	for _, mode := range []string{"", streaming} {
		a, err := r.do(http.MethodPost, "/api/v1/generate", prompt(question+"[[fault:stream_reset]]", withMore(mode)...))
		if err != nil {
			t.Errorf("reset inside the hold %s: %v", mode, err)
			continue
		}
		if got := a.reply(t); a.Status < 502 || a.Status > 503 || got.Error == nil || got.Error.Message == "" {
			t.Errorf("reset inside the hold %s: got status %d: %s, want a clear error", mode, a.Status, a.Body)
		}
	}
}

func (r *rig) breaksAfterTheRelease(t *testing.T) {
	t.Helper()
	resp, err := r.client.Post(r.URL+"/api/v1/generate", "application/json", strings.NewReader(prompt(question+"[[fault:stream_reset]]", streaming)))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if resp.StatusCode != http.StatusOK || len(body) == 0 || err == nil || strings.Contains(string(body), "event: done") {
		t.Errorf("reset after the release: got status %d, %v: %s, want text and then a break", resp.StatusCode, err, body)
	}
}
