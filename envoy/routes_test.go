package envoy_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/google/go-cmp/cmp"

	"ockham/envoy"
)

// httpPort answers what it was asked, and echoes one message of a socket.
func httpPort(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("upgrade") == "" {
		io.WriteString(w, r.Method+" "+r.URL.Path)
		return
	}
	c, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	defer c.CloseNow()
	kind, message, err := c.Read(r.Context())
	if err == nil {
		_ = c.Write(r.Context(), kind, message)
	}
}

func TestHTTPPortIsReachedWithoutTheFilter(t *testing.T) {
	p := &planner{}
	port := serve(t, httpPort)
	e := start(t, p, serve(t, nil), func(params *envoy.Params) {
		params.HTTP, params.WebSocket = envoy.Address(port), true
	})
	for _, path := range []string{"/api/v1/explain", "/api/v1/feedback", "/v1/models", "/v1/models/auto"} {
		status, body := post(t, e.URL(t)+path, "{}")
		if status != 200 || body != "POST "+path {
			t.Errorf("%s: got %d %q from behind Envoy, want 200 %q", path, status, body, "POST "+path)
		}
	}
	if got := echo(t, e.URL(t), "hello"); got != "hello" {
		t.Errorf("websocket: got %q back, want hello", got)
	}
	if n := len(p.saw); n != 0 {
		t.Errorf("the service was asked %d times, want 0", n)
	}
}

func echo(t *testing.T, url, message string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	c, _, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(url, "http")+"/api/v1/generate", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.CloseNow()
	if err := c.Write(ctx, websocket.MessageText, []byte(message)); err != nil {
		t.Fatal(err)
	}
	_, got, err := c.Read(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return string(got)
}

func TestProfileIsToldToTheService(t *testing.T) {
	p := &planner{}
	e := start(t, p, serve(t, func(http.ResponseWriter, *http.Request) {}), func(params *envoy.Params) {
		params.Profiles = []envoy.Profile{{Name: "voice", Header: "x-bot", Value: "voice"}}
	})
	for _, tt := range []struct{ header, route, profile string }{{"voice", "voice", "voice"}, {"text", "prompt", ""}} {
		post(t, e.URL(t)+"/v1/messages", "{}", "x-bot", tt.header)
		first := <-p.saw
		got := first.Attributes["envoy.filters.http.ext_proc"].GetFields()
		if name := got["xds.route_name"].GetStringValue(); name != tt.route {
			t.Errorf("x-bot %s: got route %q, want %q", tt.header, name, tt.route)
		}
		if name := got["xds.route_metadata.filter_metadata['ockham']['profile']"].GetStringValue(); name != tt.profile {
			t.Errorf("x-bot %s: got profile %q, want %q", tt.header, name, tt.profile)
		}
		drain(p)
	}
}

// drain forgets what the service saw of a request that has ended.
func drain(p *planner) {
	for len(p.saw) > 0 {
		<-p.saw
	}
}

func TestClientsHeadersStopWhereTheyShould(t *testing.T) {
	got := make(chan http.Header, 1)
	bedrock := serve(t, func(w http.ResponseWriter, r *http.Request) { got <- r.Header })
	p := &planner{}
	e := start(t, p, bedrock, nil)
	sent := []string{
		"x-ockham-tenant", "somebody", "X-Ockham-Cost-Usd", "0", "x-envoy-upstream-rq-timeout-ms", "1",
		"x-envoy-retry-on", "5xx", "X-Amz-Date", "20260101T000000Z", "x-amz-security-token", "secret",
		"cookie", "secret", "authorization", "Bearer secret", "x-api-key", "secret", "x-forwarded-for", "10.1.2.3",
		"x-task-type", "code",
	}
	if status, body := post(t, e.URL(t)+"/v1/messages", "{}", sent...); status != 200 {
		t.Fatalf("got %d %q, want 200", status, body)
	}
	var service []string
	for _, h := range (<-p.saw).GetRequestHeaders().Headers.Headers {
		switch {
		case strings.HasPrefix(h.Key, "x-ockham-"), strings.HasPrefix(h.Key, "x-amz-"), h.Key == "cookie",
			h.Key == "authorization", h.Key == "x-api-key", h.Key == "x-task-type",
			strings.HasPrefix(h.Key, "x-envoy-") && h.Key != "x-envoy-external-address":
			service = append(service, h.Key)
		}
	}
	if diff := cmp.Diff([]string{"x-task-type"}, service); diff != "" {
		t.Errorf("the service saw of them (-want +got):\n%s", diff)
	}
	upstream := <-got
	for _, name := range []string{"Cookie", "X-Api-Key", "X-Forwarded-For", "X-Envoy-External-Address", "X-Envoy-Expected-Rq-Timeout-Ms", "X-Amz-Date"} {
		if v := upstream.Get(name); v != "" {
			t.Errorf("bedrock saw %s: %q, want none", name, v)
		}
	}
}

// TestHealthShowsNothingElse: probes and Prometheus see what they need, and nobody stops Envoy.
func TestHealthShowsNothingElse(t *testing.T) {
	l := listen(t)
	admin := envoy.Address(l.Addr().String())
	l.Close()
	e := start(t, &planner{}, serve(t, nil), func(params *envoy.Params) { params.Admin, params.Health = admin, "127.0.0.1:0" })
	base := "http://" + e.Listener(t, "ockham_health")
	for path, want := range map[string]int{"/ready": 200, "/stats/prometheus": 200, "/quitquitquit": 404, "/config_dump": 404, "/ready/../config_dump": 404} {
		if status, _ := post(t, base+path, ""); status != want {
			t.Errorf("%s: got %d, want %d", path, status, want)
		}
	}
}
