package main

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"

	"ockham/internal/config"
)

var update = flag.Bool("update", false, "write the examples anew")

const examples = "../../examples/"

// rendered lists the examples that "ockham render" writes, each with its arguments.
var rendered = map[string]string{
	examples + "sidecar/envoy.yaml":          "envoy --processor unix:/run/ockham/ockham.sock --http 127.0.0.1:8083 --access-log /dev/stdout",
	examples + "sidecar/envoy-failover.yaml": "envoy --processor unix:/run/ockham/ockham.sock --http 127.0.0.1:8083 --region us-east-1 --region us-west-2 --profile voice=x-bot:voice",
	examples + "istio/sidecar.yaml":          "istio-sidecar --region us-east-1 --region us-west-2",
	examples + "istio/sidecar-socket.yaml":   "istio-sidecar --processor unix:/run/ockham/ockham.sock --selector app=mail",
	examples + "istio/gateway.yaml":          "istio-gateway --host ai.example.com --tls-secret ai-example-com",
	examples + "envoy-gateway/ockham.yaml":   "envoy-gateway --host ai.example.com --tls-secret ai-example-com --api-keys-secret",
	examples + "kubernetes/deployment.yaml":  "kubernetes --region us-east-1 --region us-west-2",
	examples + "kubernetes/sidecar.yaml":     "kubernetes --form sidecar --name ockham-gateway --namespace ockham-gateway --websocket",
	examples + "compose/envoy.yaml":          "compose --part envoy",
	examples + "iam/policy.json":             "iam --account 123456789012",
	"../../docker-compose.yml":               "compose",
}

func TestExamplesAreWhatIsRendered(t *testing.T) {
	for file, args := range rendered {
		got, errs, code := ockham(t, "", append([]string{"render"}, strings.Fields(args)...)...)
		if code != 0 {
			t.Errorf("render %s: %s", args, errs)
			continue
		}
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s is not what render %s writes; run the test with -update (-file +rendered):\n%s", file, args, diff)
		}
	}
}

func TestDoctorFindsNothingInTheExamples(t *testing.T) {
	for file := range rendered {
		folder := filepath.Base(filepath.Dir(file))
		if folder != "sidecar" && folder != "istio" && folder != "envoy-gateway" && file != examples+"compose/envoy.yaml" {
			continue
		}
		if out, errs, code := ockham(t, "", "doctor", file); code != 0 {
			t.Errorf("doctor %s: got code %d, error %s:\n%s", file, code, errs, out)
		}
	}
}

func TestRenderRefuses(t *testing.T) {
	for args, want := range map[string]string{
		"envoy --listen 8080":                           "--listen",
		"envoy --processor unix:":                       "--processor",
		"envoy --body-limit lots":                       "--body-limit",
		"envoy --body-limit -1":                         "--body-limit",
		"envoy --websocket":                             "--http",
		"envoy --region =http://x":                      "--region",
		"envoy --region a=ftp://x":                      "http://",
		"envoy --region a=http://x --region b=http://x": "both are at",
		"envoy --profile voice":                         "--profile",
		"envoy --tls-cert a.pem":                        "--tls-key",
		"envoy --client-ca a.pem":                       "--client-ca",
		"envoy --jwt-issuer i":                          "--jwks",
		"envoy --api-keys /nowhere/keys":                "--api-keys",
		"envoy --health 0.0.0.0:9902":                   "admin",
		"kubernetes --mtls-client envoy":                "mtls-secret",
		"istio-gateway --selector a":                    "selector",
		"istio-sidecar --processor x":                   "--processor",
		"kubernetes --form daemon":                      "--form",
		"kubernetes --websocket":                        "host",
		"compose --part all":                            "--part",
		"iam --config /nowhere/ockham.yaml":             "cannot be read",
	} {
		_, errs, code := ockham(t, "", append([]string{"render"}, strings.Fields(args)...)...)
		if code == 0 || !strings.Contains(errs, want) {
			t.Errorf("render %s: got code %d, error %s; want an error with %q", args, code, errs, want)
		}
	}
}

func TestComposeConfigurationLoads(t *testing.T) {
	if _, err := config.Load(examples + "compose/ockham.yaml"); err != nil {
		t.Error(err)
	}
}

// TestComposeFilesAreYAML finds keys that stand twice, say, before Prometheus does.
func TestComposeFilesAreYAML(t *testing.T) {
	files, err := filepath.Glob(examples + "compose/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var v any
		if err := yaml.Unmarshal(data, &v); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
}
