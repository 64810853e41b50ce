package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// What clients name (models, tools, metadata, ids) never becomes a path or a header of its own: neither of
// the request to Bedrock nor of the answer.
func TestNamesInjectNothing(t *testing.T) {
	r := newRig(t, options{})
	for _, evil := range []string{`../../admin`, `x/invoke?y=`, `a%2f..%2f..%2fb`, `x\r\nx-evil: 1`, `\u0000`, `x\u2028y`, strings.Repeat("m", 5000)} {
		for path, body := range map[string]string{
			"/v1/chat/completions": `{"model":"%s","messages":[{"role":"user","content":"hi"}]}`,
			"/v1/messages":         `{"model":"auto","max_tokens":5,"messages":[{"role":"user","content":"hi"}],"tools":[{"name":"%s","input_schema":{"type":"object"}}]}`,
			"/api/v1/generate":     `{"prompt":"hi","metadata":{"%s":"%[1]s"}}`,
			"/model/auto/converse": `{"messages":[{"role":"user","content":[{"text":"hi"}]}],"requestMetadata":{"k":"%s"}}`,
		} {
			a, err := r.do(http.MethodPost, path, fmt.Sprintf(body, evil))
			if err != nil {
				t.Fatalf("%s with %q: %v", path, evil, err)
			}
			if a.Status != http.StatusOK && (a.Status < 400 || a.Status >= 500) {
				t.Errorf("%s with %q: got status %d: %.200s", path, evil, a.Status, a.Body)
			}
			for name := range a.Header {
				if strings.EqualFold(name, "x-evil") {
					t.Errorf("%s with %q: the answer has a header of the client's", path, evil)
				}
			}
		}
	}
	for _, c := range r.seen() {
		if !strings.HasPrefix(c.Path, "/model/us.anthropic.claude-") || strings.Count(c.Path, "/") != 3 || c.Header.Get("X-Evil") != "" {
			t.Errorf("Bedrock was asked for %s with headers %v", c.Path, c.Header)
		}
	}
}

// Bombs are refused, or read in time that grows with their length, and everything else goes on.
func TestBombs(t *testing.T) {
	r := newRig(t, options{})
	var keys strings.Builder
	for i := range 200_000 {
		fmt.Fprintf(&keys, `"k%d":1,`, i)
	}
	turns := strings.Repeat(`{"role":"user","content":"a"},{"role":"assistant","content":"b"},`, 5000)
	for name, body := range map[string]string{
		"depth":           strings.Repeat(`{"prompt":`, 1_000_000),
		"brackets":        strings.Repeat("[", 8<<20),
		"duplicate keys":  `{` + strings.Repeat(`"prompt":"a",`, 500_000) + `"prompt":"a"}`,
		"unknown keys":    `{` + keys.String() + `"prompt":"a"}`,
		"huge number":     `{"prompt":"a","max_tokens":` + strings.Repeat("9", 4<<20) + `}`,
		"tiny number":     `{"prompt":"a","temperature":0.` + strings.Repeat("0", 4<<20) + `1}`,
		"exponent":        `{"prompt":"a","max_tokens":1e999999999}`,
		"invalid UTF-8":   `{"prompt":"` + strings.Repeat("\xff", 1<<20) + `"}`,
		"lone surrogates": `{"prompt":"` + strings.Repeat(`\ud800`, 1<<20) + `"}`,
		"10,000 messages": `{"messages":[` + turns + `{"role":"user","content":"end"}]}`,
		"32 MB":           `{"prompt":"` + strings.Repeat("word ", (31<<20)/5) + `"}`,
	} {
		t.Run(name, func(t *testing.T) {
			a := r.post(t, body)
			if a.Status != http.StatusOK && (a.Status < 400 || a.Status >= 500 || a.reply(t).Error == nil) {
				t.Errorf("got status %d: %.200s, want an answer or what is wrong with the request", a.Status, a.Body)
			}
		})
	}
	if err := r.ask(prompt("after")); err != nil {
		t.Error(err)
	}
}

// Floods of headers end at Envoy, or are no matter.
func TestHeaderFlood(t *testing.T) {
	r := newRig(t, options{})
	for _, n := range []int{50, 2000} {
		req, err := http.NewRequest(http.MethodPost, r.URL+"/api/v1/generate", strings.NewReader(prompt("hi")))
		if err != nil {
			t.Fatal(err)
		}
		for i := range n {
			req.Header.Set(fmt.Sprintf("X-Flood-%d", i), strings.Repeat("a", 40))
		}
		resp, err := r.client.Do(req)
		if err != nil {
			continue // Envoy may close while the headers still come
		}
		resp.Body.Close()
		if want := map[int]int{50: 200, 2000: 431}[n]; resp.StatusCode != want {
			t.Errorf("%d headers: got status %d, want %d", n, resp.StatusCode, want)
		}
	}
	if err := r.ask(prompt("after")); err != nil {
		t.Error(err)
	}
}

// Whatever a server in Bedrock's place does, Envoy lives, and clients get an answer or a clear error.
func TestOddUpstreams(t *testing.T) {
	for name, odd := range map[string]http.HandlerFunc{
		"answers before it has read": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Connection", "close")
			w.WriteHeader(http.StatusRequestEntityTooLarge)
		},
		"compressed without being asked": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write([]byte("\x1f\x8b\x08\x00\x00\x00\x00\x00"))
		},
		"interim answers": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusEarlyHints)
			w.WriteHeader(http.StatusServiceUnavailable)
		},
		"no content": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) },
		"redirect": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "http://169.254.169.254/")
			w.WriteHeader(http.StatusFound)
		},
		"headers without end": func(w http.ResponseWriter, _ *http.Request) {
			for i := range 3000 {
				w.Header().Set(fmt.Sprintf("X-H-%d", i), strings.Repeat("a", 100))
			}
		},
		"a length that is a lie": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			_, _ = w.Write([]byte("{"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := httptest.NewServer(odd)
			t.Cleanup(s.Close)
			r := newRig(t, options{upstream: strings.TrimPrefix(s.URL, "http://")})
			for _, body := range []string{prompt("hi"), prompt("hi", streaming), prompt(strings.Repeat("word ", 200_000))} {
				a := r.post(t, body)
				if got := a.reply(t); a.Status < 400 || got.Error == nil || got.Error.Message == "" {
					t.Errorf("got status %d: %.200s, want a clear error", a.Status, a.Body)
				}
			}
		})
	}
}

// An answer that ends with trailers is one like any other.
func TestTrailers(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		w.Header().Set("Trailer", "X-Checksum")
		(&big{size: 1000}).ServeHTTP(w, req)
		w.Header().Set("X-Checksum", "1")
	}))
	t.Cleanup(s.Close)
	r := newRig(t, options{plan: noChecks, upstream: strings.TrimPrefix(s.URL, "http://")})
	if err := r.ask(prompt("hi")); err != nil {
		t.Error(err)
	}
}
