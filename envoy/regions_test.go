package envoy_test

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ockham/envoy"
	"ockham/envoy/envoytest"
	"ockham/internal/config"
	"ockham/internal/emulator"
)

// twoRegions is an Envoy and a service with two regions of Bedrock, each an emulator that takes
// signatures for itself only.
func twoRegions(t *testing.T) (e *envoytest.Instance, east, west *emulator.Running) {
	t.Helper()
	east, west = startRegion(t, "us-east-1"), startRegion(t, "us-west-2")
	processor := service(t, func(c *config.Config) {
		c.Bedrock.Region, c.Bedrock.Failover = "us-east-1", []string{"us-west-2"}
		c.Bedrock.Endpoints = map[string]string{"us-east-1": east.URL, "us-west-2": west.URL}
	})
	b, err := envoy.Bootstrap(envoy.Params{
		Listen: "127.0.0.1:0", Admin: "127.0.0.1:0", Processor: envoy.Address(processor),
		Regions: []envoy.Region{{Name: "us-east-1", Endpoint: east.URL}, {Name: "us-west-2", Endpoint: west.URL}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return envoytest.Envoy(t, b), east, west
}

func startRegion(t *testing.T, name string) *emulator.Running {
	t.Helper()
	r, err := emulator.Start(emulator.Config{Regions: []string{name}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r
}

// route is what an answer tells of its attempts.
type route struct {
	Escalated bool
	Attempts  []struct{ Model, Verdict, Reason string }
}

// generate posts a prompt and reads the route from the answer, or from a stream's last event.
func generate(t *testing.T, e *envoytest.Instance, body string) (status int, got route, text string) {
	t.Helper()
	res := envoytest.Post(t, e.URL(t)+"/api/v1/generate", body, "content-type", "application/json")
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	text = string(b)
	last := text[max(0, strings.LastIndex(text, `{"id"`)):]
	var reply struct{ Route route }
	if err := json.Unmarshal([]byte(strings.TrimSpace(last)), &reply); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return res.StatusCode, reply.Route, text
}

// escalations are prompts whose first answer is no good, in each way that makes a further attempt.
var escalations = map[string]string{
	"bad JSON":              `{"prompt":"Give JSON. [[fault:bad_answer@small]]","response_format":{"type":"json_object"}}`,
	"refusal":               `{"prompt":"Hello. [[fault:refusal@small]]"}`,
	"refusal in a stream":   `{"prompt":"Hello. [[fault:refusal@small]]","stream":true}`,
	"throttled":             `{"prompt":"Hello. [[fault:throttle@small]]"}`,
	"throttled stream":      `{"prompt":"Hello. [[fault:stream_throttle@small]]","stream":true}`,
	"unavailable":           `{"prompt":"Hello. [[fault:unavailable@small]]"}`,
	"a stream cut short":    `{"prompt":"Hello. [[fault:stream_truncate@small]]","stream":true}`,
	"the model's own error": `{"prompt":"Hello. [[fault:model_error@small]]"}`,
}

func TestALostRegionIsInvisible(t *testing.T) {
	e, east, _ := twoRegions(t)
	if status, got, text := generate(t, e, `{"prompt":"Hello."}`); status != 200 || len(got.Attempts) != 1 {
		t.Fatalf("with both regions: got %d %s, want one attempt", status, text)
	}
	if n := e.Stat(t, "cluster.bedrock_us-west-2.upstream_rq_total"); n != 0 {
		t.Errorf("%d requests went to the second region while the first was there, want 0", n)
	}
	east.Close()
	for _, body := range []string{`{"prompt":"Hello."}`, `{"prompt":"Hello.","stream":true}`} {
		status, got, text := generate(t, e, body)
		if status != 200 || got.Escalated || len(got.Attempts) != 2 || got.Attempts[0].Reason != "connection" || got.Attempts[1].Verdict != "accept" {
			t.Errorf("%s: got %d %s, want the same model's answer from the other region", body, status, text)
		}
	}
	for name, body := range escalations {
		if status, got, text := generate(t, e, body); status != 200 || !got.Escalated || got.Attempts[len(got.Attempts)-1].Verdict != "accept" {
			t.Errorf("%s: got %d %s, want a larger model's answer", name, status, text)
		}
	}
	// By now the region counts as lost: requests start in the other one, through its own cluster.
	status, got, text := generate(t, e, `{"prompt":"Hello.","stream":true}`)
	if status != 200 || len(got.Attempts) != 1 {
		t.Errorf("after a while: got %d %s, want one attempt", status, text)
	}
	if n := e.Stat(t, "cluster.bedrock_us-west-2.upstream_rq_total"); n == 0 {
		t.Error("no request went through the second region's cluster, want some")
	}
}

func TestALostRegionLeavesNobodyHanging(t *testing.T) {
	e, east, west := twoRegions(t)
	east.Close()
	west.Close()
	for _, body := range []string{`{"prompt":"Hello."}`, `{"prompt":"Hello.","stream":true}`} {
		status, text := post(t, e.URL(t)+"/api/v1/generate", body, "content-type", "application/json")
		if status != 502 || !strings.Contains(text, `"upstream_failed"`) {
			t.Errorf("%s: got %d %s, want 502 upstream_failed", body, status, text)
		}
	}
}

// TestOwnCallsLeaveThroughEnvoy: the service reaches no region itself, only Envoy's egress listener.
func TestOwnCallsLeaveThroughEnvoy(t *testing.T) {
	bedrock := startRegion(t, "us-east-1")
	const host = "bedrock-runtime.us-east-1.amazonaws.com"
	socket := filepath.Join(t.TempDir(), "ockham.sock")
	b, err := envoy.Bootstrap(envoy.Params{
		Listen: "127.0.0.1:0", Admin: "127.0.0.1:0", Egress: "127.0.0.1:0", Processor: envoy.Address("unix:" + socket),
		Regions: []envoy.Region{{Name: "us-east-1", Endpoint: bedrock.TLSURL, CA: writeFile(t, "ca.pem", bedrock.CA)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	// Envoy knows the region by its real name, and finds it on this machine.
	domain := `domains: ["` + strings.TrimPrefix(bedrock.TLSURL, "https://") + `"]`
	if n := strings.Count(string(b), domain); n != 2 {
		t.Fatalf("the rendered bootstrap holds %d times %s, want 2", n, domain)
	}
	e := envoytest.Envoy(t, []byte(strings.ReplaceAll(string(b), domain, `domains: ["`+host+`"]`)))
	service(t, func(c *config.Config) {
		c.Server.Listen, c.Bedrock.Egress = "unix:"+socket, e.Listener(t, "ockham_egress")
	})
	for name, body := range escalations {
		if status, got, text := generate(t, e, body); status != 200 || !got.Escalated {
			t.Errorf("%s: got %d %s, want a larger model's answer", name, status, text)
		}
	}
	if n := e.Stat(t, "http.ockham_egress.downstream_rq_total"); n < len(escalations) {
		t.Errorf("%d calls left through Envoy's egress, want at least %d", n, len(escalations))
	}
}

func writeFile(t *testing.T, name string, data []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
