package dashboard

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ockham/internal/telemetry"
)

// record is a decision with a prompt that must not be shown.
func record(id string) *telemetry.Record {
	return &telemetry.Record{
		Version: 1, Kind: "request", ID: id, Time: time.Now(), Served: 1, Verdict: "accept", Escalated: true, Millis: 120, CostUSD: 0.002, LargestCostUSD: 0.004,
		Plan: &telemetry.PlanRecord{Pipe: "green", Strategy: "rules", Reason: "task", Models: []string{"small", "large"}, Drawn: true},
		Attempts: []telemetry.AttemptRecord{
			{Model: "small", Verdict: "reject", Reason: "json"},
			{Model: "large", Verdict: "accept"},
		},
		Prompt: &telemetry.PromptRecord{Bytes: 7, Hash: strings.Repeat("ab", 16), Text: &telemetry.PromptText{System: "private", Turns: []telemetry.TurnText{{Role: "user", Text: "private"}}}},
	}
}

func deps(sums *telemetry.Sums) Deps {
	return Deps{
		Sums: sums, Version: "test", PricesAsOf: "2026-01-01",
		Setup:  func() Setup { return Setup{Pipes: []Pipe{{"green", []string{"small", "large"}}}, Text: "pipes: {}"} },
		Health: func(context.Context) []Health { return []Health{{Name: "Bedrock", OK: true}} },
	}
}

func get(t *testing.T, h http.Handler, path string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
	return w
}

func TestDecisionsHideThePromptUnlessSwitchedOn(t *testing.T) {
	sums := telemetry.NewSums(10)
	sums.Add(record("r1"))
	d := deps(sums)
	for _, on := range []bool{false, true} {
		d.Prompts = on
		for _, path := range []string{"/api/decisions", "/api/decisions/1", "/api/view"} {
			got := get(t, Handler(d), path)
			if shown := strings.Contains(got.Body.String(), "private"); got.Code != 200 || shown != (on && path == "/api/decisions/1") {
				t.Errorf("prompts %v, %s: status %d, prompt shown: %v", on, path, got.Code, shown)
			}
		}
	}
}

func TestBriefsTellThePath(t *testing.T) {
	sums := telemetry.NewSums(10)
	sums.Add(record("r1"))
	var got []brief
	if err := json.Unmarshal(get(t, Handler(deps(sums)), "/api/decisions").Body.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	want := []hop{{Model: "small", Reason: "json"}, {Model: "large", OK: true}}
	if diff := cmp.Diff(want, got[0].Path); diff != "" || got[0].Model != "large" || got[0].Pipe != "green" {
		t.Errorf("got %+v (-want +got of the path):\n%s", got[0], diff)
	}
}

func TestMissingDecisions(t *testing.T) {
	sums := telemetry.NewSums(2)
	for i := range 5 {
		sums.Add(record(fmt.Sprint(i)))
	}
	h := Handler(deps(sums))
	for path, want := range map[string]int{"/api/decisions/5": 200, "/api/decisions/4": 200, "/api/decisions/3": 404, "/api/decisions/6": 404, "/api/decisions/0": 404, "/api/decisions/x": 404, "/api/decisions/-1": 404, "/nothing": 404} {
		if got := get(t, h, path); got.Code != want {
			t.Errorf("%s: got %d, want %d", path, got.Code, want)
		}
	}
}

func TestEventsTellWhatIsNew(t *testing.T) {
	sums := telemetry.NewSums(10)
	sums.Add(record("first"))
	server := httptest.NewServer(Handler(deps(sums)))
	defer server.Close()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	request, err := http.NewRequestWithContext(ctx, "GET", server.URL+"/api/events?window=5", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Last-Event-ID", "999999") // from a process before this one
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	lines := bufio.NewScanner(answer.Body)
	lines.Buffer(nil, 1<<20)
	first := nextUpdate(t, lines)
	sums.Add(record("second"))
	second := nextUpdate(t, lines)
	if first.Decisions[0].ID != "first" || len(second.Decisions) != 1 || second.Decisions[0].ID != "second" || second.View.Total.Requests != 2 {
		t.Errorf("got %v, then %v with %d requests; want first, then only second with 2", first.Decisions, second.Decisions, second.View.Total.Requests)
	}
	if len(first.View.Points) != 5 {
		t.Errorf("got %d points for 5 minutes", len(first.View.Points))
	}
}

func nextUpdate(t *testing.T, lines *bufio.Scanner) (u update) {
	t.Helper()
	for lines.Scan() {
		if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
			if err := json.Unmarshal([]byte(data), &u); err != nil {
				t.Fatal(err)
			}
			return u
		}
	}
	t.Fatalf("the stream ended: %v", lines.Err())
	return u
}

func TestOnlySoManyPagesLookOn(t *testing.T) {
	var w watchers
	for range maxWatchers {
		if !w.enter() {
			t.Fatal("refused a page below the limit")
		}
	}
	if w.enter() {
		t.Error("let a page in above the limit")
	}
	w.leave()
	if !w.enter() {
		t.Error("refused a page after another left")
	}
}

func post(h http.Handler, path, kind, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", path, strings.NewReader(body))
	r.Header.Set("Content-Type", kind)
	r.Header.Set("Cookie", "ockham_admin=secret")
	r.Header.Set("Authorization", "Bearer secret")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestPlaygroundRunsThroughEnvoyWithoutTheAdminsSecrets(t *testing.T) {
	envoy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.URL.Path != "/api/v1/generate" || r.Header.Get("Cookie") != "" || r.Header.Get("Authorization") != "" {
			http.Error(w, "wrong request", 500)
			return
		}
		w.Header().Set("Content-Type", "text/event-stream")
		w.Header().Set("Set-Cookie", "a=b")
		w.Header().Set("Access-Control-Allow-Origin", "*")
		w.Header().Set("X-Ockham-Pipe", "green")
		_, _ = w.Write(body)
	}))
	defer envoy.Close()
	d := deps(telemetry.NewSums(1))
	d.Envoy, _ = url.Parse(envoy.URL)
	d.Explain = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		_, _ = fmt.Fprintf(w, "%s %s %v", r.URL.Path, body, err)
	})
	h := Handler(d)

	got := post(h, "/api/run", "application/json", `{"prompt":"x"}`)
	if got.Code != 200 || got.Body.String() != `{"prompt":"x"}` || got.Header().Get("X-Ockham-Pipe") != "green" {
		t.Errorf("run: got %d %q %v", got.Code, got.Body, got.Header())
	}
	for _, name := range []string{"Set-Cookie", "Access-Control-Allow-Origin"} {
		if value := got.Header().Get(name); value != "" {
			t.Errorf("Envoy's header %s: %s came through", name, value)
		}
	}
	if got := post(h, "/api/explain", "application/json; charset=utf-8", `{}`); got.Body.String() != "/api/v1/explain {} <nil>" {
		t.Errorf("explain: got %q", got.Body)
	}
	if got := post(h, "/api/run", "text/plain", `{}`); got.Code != 415 {
		t.Errorf("a form's content type: got %d, want 415", got.Code)
	}
	if got := post(h, "/api/explain", "application/json", strings.Repeat("x", maxPrompt+1)); !strings.Contains(got.Body.String(), "too large") {
		t.Errorf("a huge prompt: got %d bytes ending %q, want it refused", got.Body.Len(), got.Body.String()[max(0, got.Body.Len()-60):])
	}
	envoy.Close()
	if got := post(h, "/api/run", "application/json", `{}`); got.Code != 502 {
		t.Errorf("Envoy is down: got %d, want 502", got.Code)
	}
}

func TestPlaygroundIsOffUnlessSwitchedOn(t *testing.T) {
	h := Handler(deps(telemetry.NewSums(1)))
	for _, path := range []string{"/api/explain", "/api/run"} {
		if got := post(h, path, "application/json", "{}"); got.Code != 404 {
			t.Errorf("%s: got %d, want 404", path, got.Code)
		}
	}
}

// TestThePageLoadsNothingFromElsewhere reads every embedded file: no address of another host, no
// inline script or style (the Content-Security-Policy forbids both), and every file it names exists.
func TestThePageLoadsNothingFromElsewhere(t *testing.T) {
	files, err := embedded.ReadDir("page")
	if err != nil {
		t.Fatal(err)
	}
	foreign := regexp.MustCompile(`(https?:)?//[a-z0-9.-]+\.[a-z]+`)
	inline := regexp.MustCompile(`(?i)\sstyle=|\son[a-z]+="|<style|<script>|innerHTML|insertAdjacentHTML|\beval\(`)
	named := regexp.MustCompile(`(?:src|href)="([^"#/][^"]*)"|from '\./([^']+)'`)
	for _, file := range files {
		content, err := embedded.ReadFile(path.Join("page", file.Name()))
		if err != nil {
			t.Fatal(err)
		}
		for _, address := range foreign.FindAllString(string(content), -1) {
			if !strings.Contains(address, "www.w3.org") { // SVG's namespace, which is never fetched
				t.Errorf("%s names %s", file.Name(), address)
			}
		}
		if bad := inline.FindString(string(content)); bad != "" {
			t.Errorf("%s holds %q", file.Name(), bad)
		}
		for _, match := range named.FindAllStringSubmatch(string(content), -1) {
			if name := match[1] + match[2]; get(t, Handler(deps(telemetry.NewSums(1))), "/"+name).Code != 200 {
				t.Errorf("%s names %s, which is not there", file.Name(), name)
			}
		}
	}
}

func TestWindow(t *testing.T) {
	for query, want := range map[string]time.Duration{"": time.Hour, "window=5": 5 * time.Minute, "window=-1": time.Hour, "window=x": time.Hour, "window=999999999": 24 * time.Hour} {
		if got := window(httptest.NewRequest("GET", "/?"+query, nil)); got != want {
			t.Errorf("%q: got %v, want %v", query, got, want)
		}
	}
}
