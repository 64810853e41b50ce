package envoy_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"ockham/envoy"
	"ockham/envoy/envoytest"
	"ockham/internal/config"
	"ockham/internal/emulator"
	"ockham/internal/gateway"
)

// service runs Ockham's service with a change of its defaults, and returns where Envoy finds it.
func service(t *testing.T, change func(*config.Config)) (processor string) {
	t.Helper()
	return runGateway(t, change).Addr("server.listen")
}

func runGateway(t *testing.T, change func(*config.Config)) *gateway.Gateway {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	g, err := gateway.New(ctx, &gateway.Options{
		Log:         slog.New(slog.DiscardHandler),
		Credentials: credentials.NewStaticCredentialsProvider(emulator.DefaultAccessKey, emulator.DefaultSecret, ""),
		Override: func(c *config.Config) {
			c.Server.Listen, c.Server.HTTP, c.Server.Admin = "127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:0"
			c.Server.Pause, c.Server.Drain = 0, 0
			c.Otherwise.Ask, c.Expose = nil, "full"
			change(c)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- g.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
	return g
}

// readiness is what /readyz says.
type readiness struct {
	OK       bool
	Reason   string
	Warnings []string
}

func readyz(t *testing.T, g *gateway.Gateway) (r readiness) {
	t.Helper()
	res, err := http.Get("http://" + g.Addr("server.admin") + "/readyz")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if err := json.NewDecoder(res.Body).Decode(&r); err != nil {
		t.Fatal(err)
	}
	return r
}

const (
	routerFilter  = "          - name: envoy.filters.http.router\n"
	bedrockFilter = "        common_http_protocol_options:\n          idle_timeout: 50s"
	codecFilter   = "        - name: envoy.filters.http.upstream_codec\n" +
		"          typed_config: {\"@type\": type.googleapis.com/envoy.extensions.filters.http.upstream_codec.v3.UpstreamCodec}\n"
)

// ockhamFilter is the filter's text in a rendered bootstrap.
func ockhamFilter(config string) string {
	from := strings.Index(config, "          - # Every prompt passes here")
	return config[from:strings.Index(config, routerFilter)]
}

// onTheCluster moves the filter to where it does not belong.
func onTheCluster(config string) string {
	filter := ockhamFilter(config)
	config = strings.Replace(config, filter, "", 1)
	config = strings.Replace(config, "direct_response: {status: 500}", "route: {cluster: bedrock_us-east-1, timeout: 0s}", 1)
	moved := strings.ReplaceAll("\n"+strings.TrimSuffix(filter, "\n"), "\n  ", "\n")
	return strings.Replace(config, bedrockFilter, "        http_filters:"+moved+"\n"+codecFilter+bedrockFilter, 1)
}

func TestReadyzTellsWhatIsWrongWithEnvoy(t *testing.T) {
	bedrock := startRegion(t, "us-east-1")
	replace := func(old, to string) func(string) string {
		return func(config string) string { return strings.Replace(config, old, to, 1) }
	}
	for trap, change := range map[string]func(string) string{
		"":                   func(config string) string { return config },
		"upstream-filter":    onTheCluster,
		"mode-request-body":  replace("request_body_mode: BUFFERED", "request_body_mode: STREAMED"),
		"mode-response-body": replace("response_body_mode: FULL_DUPLEX_STREAMED", "response_body_mode: BUFFERED"),
		"two-filters": func(config string) string {
			return strings.Replace(config, routerFilter, ockhamFilter(config)+routerFilter, 1)
		},
		"mutation-rules": replace("mutation_rules: {allow_all_routing: true, allow_envoy: true}", ""),
	} {
		t.Run("trap "+trap, func(t *testing.T) {
			g := runGateway(t, func(c *config.Config) { c.Bedrock.Endpoint = bedrock.URL })
			b, err := envoy.Bootstrap(envoy.Params{
				Listen: "127.0.0.1:0", Admin: "127.0.0.1:0", Processor: envoy.Address(g.Addr("server.listen")),
				Regions:  []envoy.Region{{Name: "us-east-1", Endpoint: bedrock.URL}},
				Timeouts: envoy.Timeouts{Message: 3 * time.Second}, // wrong modes end in it
			})
			if err != nil {
				t.Fatal(err)
			}
			changed := change(string(b))
			if trap != "" && changed == string(b) {
				t.Fatal("the rendered bootstrap was not changed")
			}
			e := envoytest.Envoy(t, []byte(changed))
			post(t, e.URL(t)+"/api/v1/generate", `{"prompt":"Hello."}`, "content-type", "application/json")
			got := readyz(t, g)
			var others []string
			found := false
			for _, w := range got.Warnings {
				name, _, _ := strings.Cut(w, ":")
				switch name {
				case trap:
					found = true
				case "version", "local-replies-skip-filter", "cve-2026-47207": // of the Envoy that the test runs with
				default:
					others = append(others, w)
				}
			}
			if !got.OK || found != (trap != "") || len(others) > 0 {
				t.Errorf("got %+v, want a warning of %q alone", got, trap)
			}
		})
	}
}

func TestReadyzMissesItsSocket(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "ockham.sock")
	g := runGateway(t, func(c *config.Config) { c.Server.Listen = "unix:" + socket })
	if got := readyz(t, g); !got.OK {
		t.Fatalf("got %+v, want ok", got)
	}
	if err := os.Remove(socket); err != nil {
		t.Fatal(err)
	}
	if got := readyz(t, g); got.OK || !strings.Contains(got.Reason, socket) {
		t.Errorf("without the socket: got %+v, want a reason that names %s", got, socket)
	}
}
