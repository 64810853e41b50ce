package e2e

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"ockham/bedrock"
	"ockham/envoy"
	"ockham/extproc"
	"ockham/internal/emulator"
	"ockham/routing"
)

// A panic must fail closed in either phase: neither the client's unsigned request nor Bedrock's raw
// answer may pass.
func TestPanicFailsClosed(t *testing.T) {
	for name, o := range map[string]options{
		"request": {plan: func(*routing.Plan) { panic("in the request phase") }},
		"response": {policy: func(p *extproc.Policy) {
			p.Expose = func(string) extproc.Expose { panic("in the response phase") }
		}},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, o)
			for _, mode := range []string{"", streaming} {
				a, err := r.do(http.MethodPost, "/api/v1/generate", prompt("hello", withMore(mode)...))
				if err == nil && a.Status < 500 {
					t.Errorf("got status %d: %s, want a failure", a.Status, a.Body)
				}
				if strings.Contains(string(a.Body), "stopReason") {
					t.Errorf("Bedrock's own answer reached the client: %s", a.Body)
				}
			}
			r.mu.Lock()
			defer r.mu.Unlock()
			for _, c := range r.calls {
				if c.Status == 403 {
					t.Error("an unsigned request reached Bedrock")
				}
			}
		})
	}
}

// Requests that will never have a body are answered at their headers: Envoy would not ask again before
// sending them on unsigned.
func TestWithoutBody(t *testing.T) {
	r := newRig(t, options{})
	for _, c := range []struct {
		method string
		status int
	}{
		{http.MethodGet, 405}, {http.MethodHead, 405}, {http.MethodOptions, 405}, {http.MethodDelete, 405}, {http.MethodPost, 400},
	} {
		a, err := r.do(c.method, "/api/v1/generate", "")
		if err != nil {
			t.Fatalf("%s: %v", c.method, err)
		}
		if a.Status != c.status {
			t.Errorf("%s: got status %d, want %d", c.method, a.Status, c.status)
		}
		if allow := a.Header.Get("Allow"); (c.status == 405) != (allow == "POST") {
			t.Errorf("%s: got allow %q with status %d", c.method, allow, a.Status)
		}
		if c.method == http.MethodHead && len(a.Body) > 0 || c.method != http.MethodHead && a.reply(t).Error == nil {
			t.Errorf("%s: got body %q", c.method, a.Body)
		}
	}
	if len(r.seen()) > 0 {
		t.Errorf("%d of them reached Bedrock", len(r.seen()))
	}
	if a := r.post(t, prompt("hello")); a.Status != http.StatusOK {
		t.Errorf("afterwards: got status %d", a.Status)
	}
}

func TestUpgradeIsRefused(t *testing.T) {
	r := newRig(t, options{})
	c, err := net.Dial("tcp", strings.TrimPrefix(r.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	fmt.Fprintf(c, "GET /api/v1/generate HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode < 400 || len(r.seen()) > 0 {
		t.Errorf("got status %d and %d calls of Bedrock, want a refusal", resp.StatusCode, len(r.seen()))
	}
}

// What a client sends besides its prompt stops at Ockham.
func TestClientsHeadersStayHere(t *testing.T) {
	r := newRig(t, options{})
	req, err := http.NewRequest(http.MethodPost, r.URL+"/api/v1/generate", strings.NewReader(prompt("hello")))
	if err != nil {
		t.Fatal(err)
	}
	forged := map[string]string{
		"Authorization": "Bearer client-secret", "Cookie": "session=client-secret", "X-Api-Key": "client-secret",
		"X-Amz-Security-Token": "client-secret", "X-Amz-Target": "client-secret", "X-Amzn-Bedrock-Trace": "client-secret",
		"X-Ockham-Model": "client-secret", "X-Envoy-Upstream-Rq-Timeout-Ms": "1", "X-Envoy-Retry-On": "5xx",
		"X-Envoy-Original-Path": "client-secret", "Accept-Encoding": "gzip", "X-Anything": "client-secret",
	}
	for name, value := range forged {
		req.Header.Set(name, value)
	}
	resp, err := r.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("got status %d: %s", resp.StatusCode, body)
	}
	if len(r.seen()) != 1 {
		t.Fatalf("got %d calls of Bedrock, want 1", len(r.seen()))
	}
	for name, values := range r.seen()[0].Header {
		if strings.Contains(strings.Join(values, " "), "client-secret") || name == "X-Envoy-Retry-On" || name == "Accept-Encoding" {
			t.Errorf("Bedrock was sent the client's %s", name)
		}
	}
}

// Every fault of a request is a clear error, in Envoy's and Ockham's replies alike, and tells what to do.
func TestBadInput(t *testing.T) {
	r := newRig(t, options{})
	for _, c := range []struct {
		name, body string
		status     int
		code, says string
	}{
		{"broken JSON", `{"prompt": "hi"`, 400, "invalid_request", "JSON"},
		{"no object", `[1]`, 400, "invalid_request", "object"},
		{"unknown field", `{"promt":"hi"}`, 400, "invalid_request", "promt"},
		{"wrong type", `{"prompt":5}`, 400, "invalid_request", "prompt"},
		{"no prompt", `{"system":"x"}`, 400, "invalid_request", "prompt"},
		{"blank prompt", `{"prompt":"   "}`, 400, "invalid_request", "prompt"},
		{"both", `{"prompt":"a","messages":[{"role":"user","content":"b"}]}`, 400, "invalid_request", "messages"},
		{"a model", `{"prompt":"hi","model":"opus"}`, 400, "invalid_request", "picks the model"},
		{"unknown pipe", `{"prompt":"hi","pipe":"blue"}`, 400, "invalid_request", "pipe"},
		{"duplicate field", `{"prompt":"hi","prompt":"ho"}`, 400, "invalid_request", "prompt"},
		{"negative limit", `{"prompt":"hi","max_tokens":-1}`, 400, "invalid_request", "max_tokens"},
		{"deep", `{"prompt":` + strings.Repeat("[", 20000) + strings.Repeat("]", 20000) + `}`, 400, "invalid_request", ""},
		{
			"a schema that is deep",
			`{"prompt":"hi","response_format":{"type":"json_schema","schema":` + strings.Repeat(`{"not":`, 200) + `{}` + strings.Repeat(`}`, 200) + `}}`,
			400, "invalid_request", "nested deeper",
		},
		{"bad UTF-8", "{\"prompt\":\"\xff\"}", 400, "invalid_request", "UTF-8"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := r.post(t, c.body)
			got := a.reply(t)
			if a.Status != c.status || got.Error == nil || got.Error.Code != c.code || !strings.Contains(got.Error.Message, c.says) {
				t.Errorf("got status %d: %s, want %d %s that says %q", a.Status, a.Body, c.status, c.code, c.says)
			}
			if got.Error != nil && got.Error.RequestID == "" {
				t.Error("the error has no request id")
			}
		})
	}
	for path, status := range map[string]int{"/nowhere": 404, "/api/v1/generate/": 404, "/": 404} {
		a, err := r.do(http.MethodPost, path, prompt("hi"))
		if err != nil || a.Status != status || a.reply(t).Error == nil {
			t.Errorf("%s: got status %d, %v: %s, want %d", path, a.Status, err, a.Body, status)
		}
	}
	if len(r.seen()) > 0 {
		t.Errorf("%d of them reached Bedrock", len(r.seen()))
	}
}

func TestWrongMediaType(t *testing.T) {
	r := newRig(t, options{})
	for media, want := range map[string]int{"text/plain": 415, "application/x-www-form-urlencoded": 415, "": 200, "application/json; charset=utf-8": 200} {
		req, _ := http.NewRequest(http.MethodPost, r.URL+"/api/v1/generate", strings.NewReader(prompt("hi")))
		if media != "" {
			req.Header.Set("Content-Type", media)
		}
		resp, err := r.client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("content-type %q: got status %d, want %d", media, resp.StatusCode, want)
		}
	}
}

// Bodies over the limit are Envoy's to refuse, in our words; everything else still passes.
func TestTooLarge(t *testing.T) {
	for name, limit := range map[string]func(*envoy.Params){
		"envoy's own limit": func(p *envoy.Params) { p.BodyLimit = -1 },
		"32 KiB":            func(p *envoy.Params) { p.BodyLimit, p.ClusterBuffer = 32<<10, 32<<10 },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, options{params: limit})
			a := r.post(t, prompt(strings.Repeat("word ", 1<<20)))
			if got := a.reply(t); a.Status != 413 || got.Error == nil || got.Error.Code != "too_large" {
				t.Errorf("got status %d: %.300s, want 413 too_large", a.Status, a.Body)
			}
			if a := r.post(t, prompt(strings.Repeat("word ", 1000))); a.Status != http.StatusOK {
				t.Errorf("a small prompt afterwards: got status %d: %.300s", a.Status, a.Body)
			}
		})
	}
}

// Credentials that cannot be had are the operator's problem, told without a word about what was tried.
func TestNoCredentials(t *testing.T) {
	r := newRig(t, options{service: func(s *extproc.Service) { s.Signer = noCredentials{} }})
	a := r.post(t, prompt("hi"))
	if got := a.reply(t); a.Status != 502 || got.Error == nil || got.Error.Code != "upstream_failed" || strings.Contains(string(a.Body), "secret") {
		t.Errorf("got status %d: %s", a.Status, a.Body)
	}
}

type noCredentials struct{}

func (noCredentials) Sign(context.Context, string, string, string, []byte) ([]bedrock.Header, error) {
	return nil, fmt.Errorf("no AWS credentials: secret detail")
}

func (noCredentials) Learn(string, string) bool { return false }

// Where something after Ockham signs, what the client showed at the door must not go on in its place.
func TestUnsignedCarriesNoCredentials(t *testing.T) {
	r := newRig(t, options{emulator: emulator.Config{NoVerify: true}, service: func(s *extproc.Service) {
		s.Signer = &bedrock.Signer{Signing: bedrock.Unsigned}
	}})
	req, err := http.NewRequest(http.MethodPost, r.URL+"/api/v1/generate", strings.NewReader(prompt("hello")))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"Authorization", "Proxy-Authorization", "Cookie", "X-Api-Key", "X-Amz-Security-Token"} {
		req.Header.Set(name, "client-secret")
	}
	resp, err := r.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK || len(r.seen()) != 1 {
		t.Fatalf("got status %d and %d calls of Bedrock, want one answered", resp.StatusCode, len(r.seen()))
	}
	for name, values := range r.seen()[0].Header {
		if strings.Contains(strings.Join(values, " "), "client-secret") {
			t.Errorf("Bedrock was sent the client's %s", name)
		}
	}
}
