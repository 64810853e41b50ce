package stack

import (
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ockham/envoy/envoytest"
	"ockham/internal/config"
)

// start brings everything up on free ports, as `ockham up` does.
func start(t *testing.T, o Options) *Stack {
	t.Helper()
	o.Envoy = envoytest.Binary(t)
	o.Log = slog.New(slog.DiscardHandler)
	override := o.Override
	o.Override = func(c *config.Config) {
		c.Expose, c.Allow.ConcreteModels, c.Server.WebSocket.Enabled = "full", true, true
		if override != nil {
			override(c)
		}
	}
	s, err := Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		envoytest.WantNoneLeft(t)
		s.Stop()
	})
	return s
}

// A port in use is an error that names it and what to say, and nothing stays behind.
func TestPortInUse(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	port := l.Addr().(*net.TCPAddr).Port
	for flag, ports := range map[string]Ports{"PORT=": {Envoy: port}, "EMULATOR_PORT=": {Emulator: port}, "ADMIN_PORT=": {Admin: port}, "HTTP_PORT=": {HTTP: port}} {
		_, err := Start(t.Context(), Options{Envoy: envoytest.Binary(t), Ports: ports, Log: slog.New(slog.DiscardHandler)})
		if err == nil || !strings.Contains(err.Error(), fmt.Sprint(port)) || !strings.Contains(err.Error(), flag) {
			t.Errorf("%s got %v, want an error that names port %d and %s", flag, err, port, flag)
		}
	}
	l.Close()
	for what, ports := range map[string]Ports{
		"the same port twice":   {Envoy: port, Emulator: port},
		"a port that is none":   {Admin: 99999},
		"another that is none":  {HTTP: -1},
		"the same for TLS, too": {EmulatorTLS: port, HTTP: port},
	} {
		s, err := Start(t.Context(), Options{Envoy: envoytest.Binary(t), Ports: ports, Log: slog.New(slog.DiscardHandler)})
		if err == nil {
			s.Stop()
			t.Errorf("%s: no error", what)
		}
	}
}

// Without an Envoy nothing is started, and the error says what to do.
func TestNoEnvoy(t *testing.T) {
	for _, binary := range []string{"", "/nonexistent", "/dev/null", "no-such-envoy"} {
		_, err := Start(t.Context(), Options{Envoy: binary, Log: slog.New(slog.DiscardHandler)})
		if err == nil || !strings.Contains(err.Error(), "--envoy") {
			t.Errorf("%q: got %v, want an error that says how to name one", binary, err)
		}
	}
}

func TestBadConfiguration(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ockham.yaml")
	if err := os.WriteFile(file, []byte("pipes:\n  green: [nosuch]\nrulez: []\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Start(t.Context(), Options{Envoy: envoytest.Binary(t), Config: file, Log: slog.New(slog.DiscardHandler)})
	if err == nil || !strings.Contains(err.Error(), "nosuch") || !strings.Contains(err.Error(), "rulez") || !strings.Contains(err.Error(), ":2:") {
		t.Errorf("got %v, want both faults with their lines", err)
	}
}
