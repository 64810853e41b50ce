package envoy_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ockham/envoy"
	"ockham/envoy/envoytest"
)

func TestEnvoyLoadsTheExamples(t *testing.T) {
	files, err := filepath.Glob("../examples/sidecar/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("examples: %v, %d files", err, len(files))
	}
	for _, file := range append(files, "../examples/compose/envoy.yaml") {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := envoytest.Validate(t, b); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
}

func TestEnvoyLoadsEveryParameter(t *testing.T) {
	a := newAuthority(t)
	cert, key := a.issue(t, "localhost", "")
	_, jwks := envoytest.Token(t, "alice")
	tls := &envoy.ClientTLS{CA: a.file, ServerName: "localhost", Cert: cert, Key: key}
	for name, p := range map[string]envoy.Params{
		"none":            {},
		"Envoy's limits":  {BodyLimit: -1, MaxRequests: -1, ClusterBuffer: -1},
		"32 KiB":          {BodyLimit: 32 << 10, ClusterBuffer: 32 << 10},
		"IPv6":            {Listen: "[::1]:8080", Processor: "[::1]:9002", Regions: []envoy.Region{{Name: "r", Endpoint: "http://[::1]:8081"}}},
		"TLS":             {TLS: &envoy.ServerTLS{Cert: cert, Key: key, CA: a.file}, ProcessorTLS: tls, Auth: &envoy.Auth{Certificate: true}},
		"keys and tokens": {Auth: &envoy.Auth{Keys: []envoy.Key{{Client: "a\"b", Key: "k'\\"}}, JWT: &envoy.JWT{Issuer: "i", JWKS: jwks, Audience: "a"}}},
		"remote keys":     {Auth: &envoy.Auth{JWT: &envoy.JWT{Issuer: "i", JWKS: "https://issuer.example.com/jwks"}}},
		"names":           {Processor: "ockham.example.com:9002", HTTP: "ockham.example.com:8083", WebSocket: true},
		"HTTP/2":          {Regions: []envoy.Region{{Name: "r", Endpoint: "http://127.0.0.1:8081", HTTP2: true}}},
		"tracing":         {Tracing: "collector.example.com:4317"},
		"budgets": {RateLimit: "ratelimit:8081", Budgets: []envoy.Budget{
			{Name: "a", By: "tenant", USD: 1, SoftUSD: .5, Window: time.Hour},
			{Name: "b", By: "route", SoftUSD: 1, Window: time.Minute},
			{Name: "c", By: "all", USD: 1, Window: time.Second},
		}},
		"health, egress": {Admin: "127.0.0.1:9901", Health: "0.0.0.0:9902", Egress: "127.0.0.1:10001"},
		"strange values": {Profiles: []envoy.Profile{{Name: "a", Header: ":authority", Value: "x'y\"z: {"}}},
	} {
		b, err := envoy.Bootstrap(p)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if err := envoytest.Validate(t, b); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestNamesAreNames(t *testing.T) {
	for name, p := range map[string]envoy.Params{
		"profile": {Profiles: []envoy.Profile{{Name: "a: {b}", Header: "x", Value: "y"}}},
		"region":  {Regions: []envoy.Region{{Name: "us\neast"}}},
		"nothing": {Profiles: []envoy.Profile{{Header: "x", Value: "y"}}},
	} {
		if _, err := envoy.Bootstrap(p); err == nil {
			t.Errorf("%s: got no error, want one", name)
		}
	}
	if _, err := envoy.EnvoyGateway(envoy.Mesh{Namespace: "a}"}); err == nil {
		t.Error("namespace: got no error, want one")
	}
}

// The authority that Ockham writes has no port where https has it anyway, and must find its region all the same.
func TestDomainsOfARegion(t *testing.T) {
	for endpoint, want := range map[string]string{
		"":               `domains: ["bedrock-runtime.cn-north-1.amazonaws.com.cn", "bedrock-runtime.cn-north-1.amazonaws.com.cn:443"]`,
		"https://h":      `domains: ["h", "h:443"]`,
		"https://h:443":  `domains: ["h", "h:443"]`,
		"https://h:8443": `domains: ["h:8443"]`,
		"http://h":       `domains: ["h", "h:80"]`,
	} {
		config, err := envoy.Bootstrap(envoy.Params{Regions: []envoy.Region{{Name: "cn-north-1", Endpoint: endpoint}}})
		if err != nil || !strings.Contains(string(config), want) {
			t.Errorf("%s: %v, no %s in\n%s", endpoint, err, want, config)
		}
	}
}
