package envoy_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"ockham/envoy"
	"ockham/envoy/doctor"
	"ockham/envoy/envoytest"
	"ockham/internal/config"
	"ockham/internal/emulator"
)

// TestRouteWritesTheHost tries the mode for Envoys that have no mutation rules: the route writes the
// host, and the service signs for that one (bedrock.route_host).
func TestRouteWritesTheHost(t *testing.T) {
	s, err := emulator.New(emulator.Config{})
	if err != nil {
		t.Fatal(err)
	}
	bedrock := httptest.NewServer(s)
	t.Cleanup(bedrock.Close)
	host := strings.TrimPrefix(bedrock.URL, "http://")
	processor := service(t, func(c *config.Config) { c.Bedrock.Endpoint, c.Bedrock.RouteHost = bedrock.URL, host })
	bootstrap := withoutRules(t, processor, host)
	if findings, err := doctor.Examine([]byte(bootstrap), doctor.Options{}); err != nil || len(findings) > 0 {
		t.Errorf("doctor: got %v, error %v; want nothing", findings, err)
	}
	e := envoytest.Envoy(t, []byte(bootstrap))
	for name, body := range map[string]string{
		"plain":     `{"prompt":"Hello."}`,
		"escalated": `{"prompt":"Give JSON. [[fault:bad_answer@small]]","response_format":{"type":"json_object"}}`,
		"stream":    `{"prompt":"Hello.","stream":true}`,
	} {
		res := envoytest.Post(t, e.URL(t)+"/api/v1/generate", body, "content-type", "application/json")
		res.Body.Close()
		if res.StatusCode != 200 {
			t.Errorf("%s: got %s, want 200", name, res.Status)
		}
		if got, want := res.Header.Get("x-ockham-escalated"), "true"; name == "escalated" && got != want {
			t.Errorf("%s: got x-ockham-escalated %q, want %q", name, got, want)
		}
	}
}

// withoutRules is the rendered bootstrap, its mutation rules taken out and a route put in.
func withoutRules(t *testing.T, processor, host string) string {
	t.Helper()
	b, err := envoy.Bootstrap(envoy.Params{
		Listen: "127.0.0.1:0", Admin: "127.0.0.1:0", Processor: envoy.Address(processor),
		Regions: []envoy.Region{{Name: "us-east-1", Endpoint: "http://" + host}},
	})
	if err != nil {
		t.Fatal(err)
	}
	config := string(b)
	for _, change := range []struct{ old, new string }{
		{"              mutation_rules: {allow_all_routing: true, allow_envoy: true}\n", ""},
		{"              - name: prompt\n", "              - name: bedrock\n                match: {prefix: /model/}\n" +
			"                route: {cluster: bedrock_us-east-1, timeout: 150s, idle_timeout: 300s, host_rewrite_literal: \"" + host + "\"}\n" +
			"              - name: prompt\n"},
		{"domains: [\"" + host + "\"]", "domains: [\"unused.example.com\"]"},
		{"                  timeout: 0s            #", "                  host_rewrite_literal: \"" + host + "\"\n                  timeout: 150s          #"},
	} {
		if !strings.Contains(config, change.old) {
			t.Fatalf("the rendered bootstrap holds no %q", change.old)
		}
		config = strings.Replace(config, change.old, change.new, 1)
	}
	return config
}
