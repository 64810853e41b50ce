package faults

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"ockham/internal/emulator"
)

// canary stands in every prompt, and by the emulator's way of answering in every answer.
const canary = "canary-of-the-prompt"

// Prompts, answers and credentials are in nothing that is written down, shown or sent to a collector: not
// in logs at their most talkative, nor in the ledger, metrics, traces, the admin page, profiles, Envoy's
// access log, its dump or its statistics; whether requests go well, fail or make no sense.
func TestSecretsStayHere(t *testing.T) {
	var collector collected
	ledger := filepath.Join(t.TempDir(), "ledger.jsonl")
	r := newRig(t, setup{
		accessLog: filepath.Join(t.TempDir(), "access.log"),
		config:    "telemetry: {ledger: " + ledger + ", log: debug, otlp: \"http://" + collector.start(t) + "\"}\nrules: []\notherwise: {ask: [judge]}\n",
	})
	var all sync.WaitGroup
	for _, fault := range append(emulator.FaultNames(), "none") {
		if fault == "hang" || fault == "stall" { // they only take time
			continue
		}
		text := "Summarise: " + strings.Repeat("the word is "+canary+" today. ", 6)
		all.Go(func() {
			for _, more := range []string{"", `,"stream":true`, `,"response_format":{"type":"json_object"}`, `,"metadata":{"k":"` + canary + `"}`, `,"` + canary + `":1`, `,"stream":"` + canary + `"`} {
				r.say("/api/v1/generate", `{"prompt":"`+text+`[[fault:`+fault+`]]"`+more+`}`)
			}
		})
	}
	all.Wait()
	for _, path := range []string{"/v1/chat/completions", "/v1/messages", "/model/auto/converse", "/model/" + canary + "/converse", "/nowhere/"} {
		r.say(path, `{"model":"auto","messages":[{"role":"user","content":"`+canary+`"}]`) // broken, too
		r.say(path, `{"model":"auto","max_tokens":9,"messages":[{"role":"user","content":"`+canary+`"}]}`)
	}
	seen := map[string]string{
		"the service's log": r.services[0].said.String(), "Envoy's log": r.envoy.Log(),
		"Envoy's dump": r.envoy.AdminGet(t, "/config_dump"), "Envoy's statistics": r.envoy.AdminGet(t, "/stats"),
		"Envoy's clusters": r.envoy.AdminGet(t, "/clusters"),
	}
	for _, path := range []string{
		"/metrics", "/readyz", "/api/view", "/api/decisions", "/api/setup", "/api/health", "/debug/pprof/goroutine?debug=2", "/debug/pprof/heap?debug=1",
	} {
		seen[path] = r.services[0].get(path)
	}
	r.services[0].signal(syscall.SIGTERM) // writes what waits
	r.services[0].awaitEnd()
	seen["the ledger"], seen["Envoy's access log"] = file(t, ledger), file(t, r.accessLog)
	seen["the collector"] = collector.all()
	for where, text := range seen {
		if text == "" && !strings.HasPrefix(where, "Envoy's log") {
			t.Errorf("%s says nothing at all: is it looked at rightly?", where)
		}
		for what, secret := range map[string]string{
			"a prompt": canary, "the secret key": emulator.DefaultSecret, "a client's token": clientsToken, "a signature": "AWS4-HMAC-SHA256",
		} {
			// A path is no prompt: Envoy's log has it, as every access log does.
			if strings.Contains(strings.ReplaceAll(text, "/model/"+canary, ""), secret) {
				t.Errorf("%s shows %s", where, what)
			}
		}
	}
}

const clientsToken = "token-of-the-client"

// say posts a request and takes no notice of the answer.
func (r *rig) say(path, body string) {
	req, err := http.NewRequest(http.MethodPost, r.url()+path, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+clientsToken)
	resp, err := http.DefaultClient.Do(req)
	if err != nil { // cut by a fault
		return
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	resp.Body.Close()
}

// get reads a page of the admin port.
func (s *service) get(path string) string {
	s.t.Helper()
	resp, err := http.Get("http://" + s.admin + path)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		s.t.Fatalf("%s: status %d, %v", path, resp.StatusCode, err)
	}
	return string(body)
}

func file(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// collected is what a collector was sent.
type collected struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (c *collected) start(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &http.Server{Handler: c, ReadHeaderTimeout: time.Minute}
	go func() { _ = s.Serve(l) }()
	t.Cleanup(func() { s.Close() })
	return l.Addr().String()
}

func (c *collected) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body := io.Reader(r.Body)
	if r.Header.Get("Content-Encoding") == "gzip" {
		unzipped, err := gzip.NewReader(r.Body)
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		body = unzipped
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	_, _ = io.Copy(&c.text, body)
	_ = json.NewEncoder(w).Encode(struct{}{})
}

func (c *collected) all() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.text.String()
}
