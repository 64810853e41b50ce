package envoy_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ockham/envoy"
	"ockham/envoy/doctor"
	"ockham/envoy/envoytest"
	"ockham/internal/config"
)

// documentedSigning is the filter that docs/envoy.md gives for signing in Envoy.
func documentedSigning(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(envoytest.Root(t), "docs", "envoy.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(b), "    - name: envoy.filters.http.aws_request_signing\n")
	text, _, found := strings.Cut(rest, "\n\n")
	if !found {
		t.Fatal("docs/envoy.md holds no filter that signs")
	}
	return "    - name: envoy.filters.http.aws_request_signing\n" + text + "\n"
}

// TestEnvoySignsInstead: the emulator takes no request whose signature is not right.
func TestEnvoySignsInstead(t *testing.T) {
	bedrock := startRegion(t, "us-east-1")
	processor := service(t, func(c *config.Config) { c.Bedrock.Endpoint, c.Bedrock.Signing = bedrock.URL, "none" })
	b, err := envoy.Bootstrap(envoy.Params{
		Listen: "127.0.0.1:0", Admin: "127.0.0.1:0", Processor: envoy.Address(processor),
		Regions: []envoy.Region{{Name: "us-east-1", Endpoint: bedrock.URL}},
	})
	if err != nil {
		t.Fatal(err)
	}
	signing := strings.ReplaceAll("\n"+strings.TrimSuffix(documentedSigning(t), "\n"), "\n", "\n      ")[1:] + "\n" +
		"              credential_provider: {inline_credential: {access_key_id: AKIAIOSFODNN7EXAMPLE, secret_access_key: wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY}}\n"
	signed := strings.Replace(string(b), routerFilter, signing+routerFilter, 1)
	if findings, err := doctor.Examine([]byte(signed), doctor.Options{}); err != nil || len(findings) > 0 {
		t.Errorf("doctor: got %v, error %v; want nothing", findings, err)
	}
	e := envoytest.Envoy(t, []byte(signed))
	for _, body := range []string{`{"prompt":"Hello."}`, `{"prompt":"Hello.","stream":true}`} {
		status, got, text := generate(t, e, body)
		if status != 200 || len(got.Attempts) != 1 {
			t.Errorf("%s: got %d %s, want the first attempt's answer", body, status, text)
		}
	}
	for name, body := range escalations {
		if status, got, text := generate(t, e, body); status != 200 || !got.Escalated {
			t.Errorf("%s: got %d %s, want a larger model's answer", name, status, text)
		}
	}
}
