package e2e

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ockham/envoy"
	"ockham/envoy/envoytest"
	"ockham/routing"
)

// limits are the configurations under which all of this must hold: the rendered one, Envoy's own
// defaults, and the 32 KiB that Envoy Gateway writes.
var limits = map[string]struct {
	params func(*envoy.Params)
	prompt int // the largest that fits
}{
	"rendered": {func(*envoy.Params) {}, 32 << 20},
	"defaults": {func(p *envoy.Params) { p.BodyLimit, p.MaxRequests = -1, -1 }, 1 << 20},
	"32KiB":    {func(p *envoy.Params) { p.BodyLimit, p.ClusterBuffer, p.MaxRequests = 32<<10, 32<<10, -1 }, 32 << 10},
}

// big stands in for Bedrock where answers must be larger than any model's: it answers every call with
// size bytes of text, and fails the small model's where the prompt says so.
type big struct {
	size   int
	cancel atomic.Int64 // calls that ended before their answer
}

func (b *big) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	if bytes.Contains(body, []byte("fail-small")) && strings.Contains(r.URL.Path, "haiku") {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	text := strings.Repeat("0123456789abcde ", b.size/16)
	w.Header().Set("Content-Type", "application/json")
	_, err := fmt.Fprintf(w, `{"output":{"message":{"role":"assistant","content":[{"text":"%s"}]}},"stopReason":"end_turn","usage":{"inputTokens":1,"outputTokens":2,"totalTokens":3},"metrics":{"latencyMs":1}}`, text)
	if err != nil || r.Context().Err() != nil {
		b.cancel.Add(1)
	}
}

func (b *big) start(t *testing.T) string {
	s := httptest.NewServer(b)
	t.Cleanup(s.Close)
	return strings.TrimPrefix(s.URL, "http://")
}

// noChecks leaves the texts of big alone: they repeat themselves.
func noChecks(p *routing.Plan) { p.Checks = nil }

// many runs f n times at once and reports every failure.
func many(t *testing.T, n int, f func(i int) error) {
	t.Helper()
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			if err := f(i); err != nil {
				t.Errorf("client %d: %v", i, err)
			}
		})
	}
	all.Wait()
}

// ask posts a prompt and wants a whole answer, plain or streamed.
func (r *rig) ask(body string) error {
	a, err := r.do(http.MethodPost, "/api/v1/generate", body)
	switch {
	case err != nil:
		return err
	case a.Status != http.StatusOK:
		return fmt.Errorf("status %d: %.200s", a.Status, a.Body)
	case strings.Contains(body, streaming) && !bytes.Contains(a.Body, []byte("event: done")):
		return fmt.Errorf("no done event: %.200s", a.Body)
	}
	return nil
}

func TestManyAtOnce(t *testing.T) {
	for name, limit := range limits {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, options{params: limit.params})
			large := prompt(strings.Repeat("word ", min(100<<10, limit.prompt*3/4)/5))
			many(t, 64, func(int) error { return r.ask(large) })
			many(t, 200, func(i int) error {
				return r.ask(prompt(fmt.Sprint("escalate ", i, " [[fault:unavailable@small]]"), withMore([]string{"", streaming}[i%2])...))
			})
			many(t, 64, func(i int) error { return r.ask(prompt(fmt.Sprint("after ", i))) })
		})
	}
}

func TestLargeAnswers(t *testing.T) {
	for name, limit := range limits {
		t.Run(name, func(t *testing.T) {
			for _, c := range []struct{ size, clients int }{{30 << 10, 64}, {10 << 20, 2}, {20 << 20, 1}} {
				r := newRig(t, options{params: limit.params, plan: noChecks, upstream: (&big{size: c.size}).start(t)})
				many(t, c.clients, func(i int) error {
					for _, p := range []string{prompt("hi"), prompt("fail-small")} {
						a, err := r.do(http.MethodPost, "/api/v1/generate", p)
						if err != nil {
							return err
						}
						var got reply
						if err := json.Unmarshal(a.Body, &got); err != nil || a.Status != http.StatusOK || len(got.Text) < c.size-16 {
							return fmt.Errorf("%d bytes wanted, got status %d and %d: %w", c.size, a.Status, len(got.Text), err)
						}
					}
					return nil
				})
			}
		})
	}
}

func TestLargePromptsEscalate(t *testing.T) {
	r := newRig(t, options{plan: noChecks, upstream: (&big{size: 1000}).start(t)})
	large := prompt("fail-small " + strings.Repeat("word ", 1<<20))
	many(t, 4, func(int) error { return r.ask(large) })
	many(t, 4, func(int) error { return r.ask(prompt("after")) })
}

// slowly reads a body in small pieces with pauses, as a client on a bad line does.
func slowly(body io.Reader) (n int, err error) {
	buf := make([]byte, 64<<10)
	for {
		k, err := body.Read(buf)
		n += k
		if err == io.EOF {
			return n, nil
		}
		if err != nil {
			return n, err
		}
		time.Sleep(2 * time.Millisecond) // the slowness is what is tested; nothing waits for it
	}
}

func TestSlowReaders(t *testing.T) {
	const size = 4 << 20
	for name, limit := range limits {
		for _, over := range []string{http1, h2c} {
			t.Run(name+" "+over, func(t *testing.T) {
				t.Parallel()
				r := newRig(t, serving(t, &big{size: size}, over, options{params: limit.params, plan: noChecks}))
				many(t, 8, func(i int) error {
					client := client(t, []string{http1, h2c}[i/2%2])
					resp, err := client.Post(r.URL+"/api/v1/generate", "application/json", strings.NewReader(prompt([]string{"hi", "fail-small"}[i%2])))
					if err != nil {
						return err
					}
					defer resp.Body.Close()
					n, err := slowly(resp.Body)
					if err != nil || resp.StatusCode != http.StatusOK || n < size {
						return fmt.Errorf("status %d, %d bytes: %w", resp.StatusCode, n, err)
					}
					return nil
				})
				many(t, 4, func(int) error { return r.ask(prompt("after")) })
			})
		}
	}
}

// Streams that share a connection do not disturb one another: some are escalated, some broken off.
func TestManyOnOneConnection(t *testing.T) {
	r := newRig(t, options{})
	r.client = &http.Client{Transport: &http.Transport{Protocols: unencrypted()}}
	t.Cleanup(r.client.CloseIdleConnections)
	many(t, 200, func(i int) error {
		fault := []string{"", "[[fault:unavailable@small]]", "[[fault:refusal@small]]", "[[fault:stream_reset]]"}[i%4]
		err := r.ask(prompt(question+fault, withMore([]string{"", streaming}[i/4%2])...))
		if strings.Contains(fault, "reset") { // Envoy's to answer
			return nil
		}
		return err
	})
}

func unencrypted() *http.Protocols {
	var p http.Protocols
	p.SetUnencryptedHTTP2(true)
	return &p
}

// Clients that leave in the middle of an answer, in each phase, leave everything working behind them.
func TestClientsThatLeave(t *testing.T) {
	for name, limit := range limits {
		t.Run(name, func(t *testing.T) { clientsThatLeave(t, newRig(t, options{emulator: paced, params: limit.params})) })
	}
}

func clientsThatLeave(t *testing.T, r *rig) {
	many(t, 64, func(i int) error {
		ctx, cancel := context.WithTimeout(context.Background(), time.Duration(5+3*(i%16))*time.Millisecond)
		defer cancel()
		fault := []string{"", "[[fault:slow]]", "[[fault:unavailable@small]]", "[[fault:hang@small]]"}[i%4]
		body := prompt(question+fault, withMore([]string{"", streaming}[i/4%2])...)
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.URL+"/api/v1/generate", strings.NewReader(body))
		if err != nil {
			return err
		}
		resp, err := r.client.Do(req)
		if err == nil {
			_, _ = io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
		}
		return nil
	})
	envoytest.WantNoneLeft(t)
	r.checkLeft(t)
	many(t, 16, func(i int) error { return r.ask(prompt(fmt.Sprint("after ", i))) })
}

// checkLeft wants every outcome to say that its client left, where it did.
func (r *rig) checkLeft(t *testing.T) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	for id, o := range r.outcomes {
		if !o.Left && o.Status != http.StatusOK {
			t.Errorf("%s: got status %d, want it told that the client left", id, o.Status)
		}
		if n := len(o.Attempts); o.Left && n > 0 && o.Attempts[n-1].Reason == routing.ReasonTimeout {
			t.Errorf("%s: its %d attempts went on after the client", id, n)
		}
	}
}

// A slow upload, and one that waits for 100 Continue.
func TestSlowUpload(t *testing.T) {
	for name, limit := range limits {
		t.Run(name, func(t *testing.T) { slowUpload(t, newRig(t, options{params: limit.params})) })
	}
}

func slowUpload(t *testing.T, r *rig) {
	body := prompt("Summarise: " + strings.Repeat("word ", 2000))
	c, err := net.Dial("tcp", strings.TrimPrefix(r.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	reader := bufio.NewReader(c)
	fmt.Fprintf(c, "POST /api/v1/generate HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nexpect: 100-continue\r\ncontent-length: %d\r\n\r\n", len(body))
	if resp, err := http.ReadResponse(reader, nil); err != nil || resp.StatusCode != http.StatusContinue {
		t.Fatalf("got %v, %v, want 100", resp, err)
	}
	for rest := body; rest != ""; {
		piece := rest[:min(500, len(rest))]
		if _, err := io.WriteString(c, piece); err != nil {
			t.Fatal(err)
		}
		rest = rest[len(piece):]
		time.Sleep(time.Millisecond) // the slowness is what is tested
	}
	resp, err := http.ReadResponse(reader, nil)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("got %v, %v, want 200", resp, err)
	}
	resp, err = client(t, h2c).Post(r.URL+"/api/v1/generate", "application/json", &trickle{strings.NewReader(body)})
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("over HTTP/2: got %v, %v, want 200", resp, err)
	}
	resp.Body.Close()
}

// trickle is read in small pieces with pauses.
type trickle struct{ rest io.Reader }

func (s *trickle) Read(b []byte) (int, error) {
	time.Sleep(time.Millisecond)
	return s.rest.Read(b[:min(len(b), 500)])
}
