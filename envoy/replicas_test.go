package envoy_test

import (
	"fmt"
	"strings"
	"testing"

	"ockham/envoy"
	"ockham/envoy/envoytest"
	"ockham/internal/config"
)

// TestAnyReplicaServesAnyRequest: two services share nothing, and Envoy sends each request to either.
func TestAnyReplicaServesAnyRequest(t *testing.T) {
	bedrock := startRegion(t, "us-east-1")
	replica := func() envoy.Address {
		return envoy.Address(service(t, func(c *config.Config) { c.Bedrock.Endpoint = bedrock.URL }))
	}
	first, second := replica(), replica()
	b, err := envoy.Bootstrap(envoy.Params{
		Listen: "127.0.0.1:0", Admin: "127.0.0.1:0", Processor: first, Replicas: []envoy.Address{second},
		Regions: []envoy.Region{{Name: "us-east-1", Endpoint: bedrock.URL}},
	})
	if err != nil {
		t.Fatal(err)
	}
	e := envoytest.Envoy(t, b)
	for range 4 {
		for name, body := range escalations {
			if status, got, text := generate(t, e, body); status != 200 || !got.Escalated {
				t.Errorf("%s: got %d %s, want a larger model's answer", name, status, text)
			}
		}
	}
	clusters := e.AdminGet(t, "/clusters")
	for _, address := range []envoy.Address{first, second} {
		var n int
		_, rest, _ := strings.Cut(clusters, fmt.Sprintf("ockham::%s::rq_total::", address))
		if _, err := fmt.Sscan(rest, &n); err != nil || n == 0 {
			t.Errorf("replica %s was asked %d times (%v), want some", address, n, err)
		}
	}
}
