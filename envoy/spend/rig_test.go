//go:build spend

// Package spend proves budgets with all that keeps them: a real Envoy with the rendered configuration,
// Ockham, Envoy's own rate limit service, and Redis.
package spend

import (
	"bytes"
	"context"
	"log/slog"
	"net"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"ockham/envoy"
	"ockham/envoy/envoytest"
	"ockham/internal/config"
	"ockham/internal/emulator"
	"ockham/internal/gateway"
)

// rig is a rate limit service with its Redis, and replicas of an Envoy with an Ockham before one Bedrock.
type rig struct {
	dir     string // short: paths of sockets are
	config  string // Ockham's
	bedrock string
	service *exec.Cmd
}

// newRig starts what all replicas share, for the budgets of a configuration.
func newRig(t *testing.T, budgets string) *rig {
	t.Helper()
	dir, err := os.MkdirTemp("", "spend")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	em, err := emulator.New(emulator.Config{})
	if err != nil {
		t.Fatal(err)
	}
	bedrock := httptest.NewServer(em)
	t.Cleanup(bedrock.Close)
	r := &rig{dir: dir, config: filepath.Join(dir, "ockham.yml"), bedrock: bedrock.URL}
	write(t, r.config, []byte("otherwise: {ask: []}\nexpose: full\n"+budgets))
	r.redis(t)
	r.ratelimit(t)
	return r
}

func write(t *testing.T, name string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// run starts a program that ends with the test, and waits for its socket.
func run(t *testing.T, cmd *exec.Cmd, socket string) {
	t.Helper()
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }()
	t.Cleanup(func() { _ = cmd.Process.Kill(); <-ended })
	for limit := time.After(60 * time.Second); ; {
		if c, err := net.Dial("unix", socket); err == nil {
			c.Close()
			return
		}
		select {
		case <-ended:
			t.Fatalf("%s ended: %s", filepath.Base(cmd.Path), out.String())
		case <-limit:
			t.Fatalf("%s does not listen", filepath.Base(cmd.Path))
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func (r *rig) socket(name string) string { return filepath.Join(r.dir, name+".sock") }

func (r *rig) redis(t *testing.T) {
	t.Helper()
	run(t, exec.Command("redis-server", "--port", "0", "--unixsocket", r.socket("redis"), "--save", "", "--appendonly", "no", "--dir", r.dir), r.socket("redis"))
}

// ratelimit runs the service on what `ockham render ratelimit` writes.
func (r *rig) ratelimit(t *testing.T) {
	t.Helper()
	limits, err := envoy.RateLimitYAML(r.budgets(t))
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(r.dir, "limits", "config", "ockham.yaml"), limits)
	r.service = exec.Command(filepath.Join(envoytest.Root(t), "build", "spend", "ratelimit"))
	r.service.Env = append(os.Environ(),
		"HOST=127.0.0.1", "PORT=0", "DEBUG_HOST=127.0.0.1", "DEBUG_PORT=0", "GRPC_UDS="+r.socket("ratelimit"),
		"REDIS_SOCKET_TYPE=unix", "REDIS_URL="+r.socket("redis"), "RUNTIME_ROOT="+filepath.Join(r.dir, "limits"),
		"RUNTIME_WATCH_ROOT=false", "USE_STATSD=false", "RESPONSE_DYNAMIC_METADATA=true")
	run(t, r.service, r.socket("ratelimit"))
}

// budgets are those of the configuration, as render reads them.
func (r *rig) budgets(t *testing.T) []envoy.Budget {
	t.Helper()
	c, err := config.Load(r.config)
	if err != nil {
		t.Fatal(err)
	}
	var list []envoy.Budget
	for _, b := range c.Budgets {
		list = append(list, envoy.Budget{Name: b.Name, By: b.By, Only: b.Only, USD: b.USD, SoftUSD: b.SoftUSD, Window: b.Window.D()})
	}
	return list
}

// replica starts an Envoy and an Ockham behind it, and returns Envoy's URL.
func (r *rig) replica(t *testing.T, auth *envoy.Auth) string {
	t.Helper()
	t.Setenv("AWS_ACCESS_KEY_ID", emulator.DefaultAccessKey)
	t.Setenv("AWS_SECRET_ACCESS_KEY", emulator.DefaultSecret)
	ctx, cancel := context.WithCancel(t.Context())
	g, err := gateway.New(ctx, &gateway.Options{Config: r.config, Log: slog.New(slog.DiscardHandler), Override: func(c *config.Config) {
		c.Server.Listen, c.Server.HTTP, c.Server.Admin = "127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:0"
		c.Bedrock.Endpoint, c.Server.Drain = r.bedrock, 0
	}})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- g.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
	b, err := envoy.Bootstrap(envoy.Params{
		Listen: "127.0.0.1:0", Admin: "127.0.0.1:0", Processor: envoy.Address(g.Addr("server.listen")), Auth: auth,
		Regions:   []envoy.Region{{Name: "us-east-1", Endpoint: r.bedrock}},
		Profiles:  []envoy.Profile{{Name: "voice", Header: "x-bot", Value: "voice"}},
		RateLimit: envoy.Address("unix:" + r.socket("ratelimit")), Budgets: r.budgets(t),
	})
	if err != nil {
		t.Fatal(err)
	}
	return envoytest.Envoy(t, b).URL(t)
}

// spent is what Redis holds of a budget's limit, in millionths of a dollar.
func (r *rig) spent(t *testing.T, limit string) (sum int) {
	t.Helper()
	for _, key := range strings.Fields(r.cli(t, "--raw", "keys", "ockham_"+limit+"_[0-9]*")) {
		n, err := strconv.Atoi(strings.TrimSpace(r.cli(t, "--raw", "get", key)))
		if err != nil {
			t.Fatal(err)
		}
		sum += n
	}
	return sum
}

func (r *rig) cli(t *testing.T, args ...string) string {
	t.Helper()
	out, err := exec.Command("redis-cli", append([]string{"-s", r.socket("redis")}, args...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("redis-cli: %v: %s", err, out)
	}
	return string(out)
}

// wantSpent waits until Redis holds what a budget must have been charged.
func (r *rig) wantSpent(t *testing.T, limit string, want int) {
	t.Helper()
	for until := time.Now().Add(20 * time.Second); r.spent(t, limit) != want; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(until) {
			t.Fatalf("%s has spent %d, want %d; all: %s", limit, r.spent(t, limit), want, r.cli(t, "keys", "*"))
		}
	}
}
