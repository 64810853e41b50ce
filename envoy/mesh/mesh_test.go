//go:build mesh

// Package mesh runs what Istio and Envoy Gateway make of the rendered resources in a real Envoy, and lets
// a real API server judge what goes to Kubernetes. Its tools take long to build: see tools.sh.
package mesh

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"ockham/envoy"
	"ockham/envoy/doctor"
	"ockham/envoy/envoytest"
	"ockham/internal/config"
	"ockham/internal/emulator"
	"ockham/internal/gateway"
)

// emulated answers for Bedrock; gate leads requests for Bedrock's real names to it.
var emulated *httptest.Server

func TestMain(m *testing.M) {
	s, err := emulator.New(emulator.Config{})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	emulated = httptest.NewServer(s)
	target, _ := url.Parse(emulated.URL)
	gate := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.Out.Host = r.In.Host
	}})
	// The names of Bedrock do not lead out of this machine: the service's own calls take this proxy.
	os.Setenv("HTTP_PROXY", gate.URL)
	os.Setenv("AWS_ACCESS_KEY_ID", emulator.DefaultAccessKey)
	os.Setenv("AWS_SECRET_ACCESS_KEY", emulator.DefaultSecret)
	code := m.Run()
	gate.Close()
	emulated.Close()
	os.Exit(code)
}

// tool finds one that tools.sh has built.
func tool(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join(envoytest.Root(t), "build", "mesh", name)
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("%s is not built; run envoy/mesh/tools.sh", name)
	}
	return path
}

// serve runs Ockham as it is configured in a cluster, but for its ports.
func serve(t *testing.T) (processor, http string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	g, err := gateway.New(ctx, &gateway.Options{Log: slog.New(slog.DiscardHandler), Override: func(c *config.Config) {
		c.Server.Listen, c.Server.HTTP, c.Server.Admin = "127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:0"
		c.Server.Pause, c.Server.Drain = 0, 0
		c.Bedrock.Endpoint = "http://bedrock-runtime.{region}.amazonaws.com"
		c.Otherwise.Ask = nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- g.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
	return g.Addr("server.listen"), g.Addr("server.http")
}

// regions is Bedrock in plain HTTP, since TLS would end at the real one only.
func regions() []envoy.Region {
	return []envoy.Region{{Name: "us-east-1", Endpoint: "http://bedrock-runtime.us-east-1.amazonaws.com"}}
}

func write(t *testing.T, name string, data []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func run(t *testing.T, name string, args ...string) []byte {
	t.Helper()
	cmd := exec.Command(name, args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v\n%s\n%s", filepath.Base(name), err, stdout.String(), stderr.String())
	}
	return stdout.Bytes()
}

// prove sends prompts through an Envoy that a mesh has configured.
func prove(t *testing.T, bootstrap []byte, host string) {
	t.Helper()
	e := envoytest.Envoy(t, bootstrap)
	target := "http://" + e.Listener(t, "ockham")
	tests := []struct {
		name, path, body string
		status           int
		want             string // in the body
		header, value    string
	}{
		{"a prompt", "/api/v1/generate", `{"prompt":"Summarise: the meeting moved."}`, 200, `"text"`, "x-ockham-pipe", "green"},
		{"an escalation", "/api/v1/generate", `{"prompt":"Give JSON. [[fault:bad_answer@small]]","response_format":{"type":"json_object"}}`, 200, `"text"`, "x-ockham-escalated", "true"},
		{"a throttled model", "/api/v1/generate", `{"prompt":"Hello. [[fault:throttle@small]]"}`, 200, `"text"`, "x-ockham-escalated", "true"},
		{"a stream", "/api/v1/generate", `{"prompt":"Hello.","stream":true}`, 200, "event: done", "content-type", "text/event-stream"},
		{"an escalated stream", "/api/v1/generate", `{"prompt":"Hello. [[fault:refusal@small]]","stream":true}`, 200, "event: done", "x-ockham-escalated", "true"},
		{"another dialect", "/v1/chat/completions", `{"model":"auto","messages":[{"role":"user","content":"Hello."}]}`, 200, "choices", "x-ockham-pipe", "green"},
		{"broken JSON", "/api/v1/generate", `{`, 400, "invalid_request", "", ""},
		{"2 MiB", "/api/v1/generate", strings.Repeat(" ", 2<<20) + "{", 400, "invalid_request", "", ""},
		{"40 MiB", "/api/v1/generate", strings.Repeat(" ", 40<<20) + "{", 413, "too_large", "", ""},
		{"the HTTP port", "/api/v1/explain", `{"prompt":"Hello."}`, 200, "plan", "", ""},
	}
	for _, tt := range tests {
		res, body := post(t, target+tt.path, host, tt.body)
		if res.StatusCode != tt.status || !strings.Contains(body, tt.want) || tt.header != "" && !strings.HasPrefix(res.Header.Get(tt.header), tt.value) {
			t.Errorf("%s: got %d, %s %q, body %.300s; want %d, %q, %q", tt.name, res.StatusCode, tt.header, res.Header.Get(tt.header), body, tt.status, tt.value, tt.want)
		}
	}
	findings, err := doctor.Examine([]byte(e.AdminGet(t, "/config_dump")), doctor.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range findings {
		t.Errorf("doctor: %s at %s: %s", f.Trap, f.Where, f.What)
	}
}

func post(t *testing.T, target, host, body string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequest("POST", target, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Host = host
	req.Header.Set("content-type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatalf("%s: %v", target, err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(b)
}

func marshal(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
