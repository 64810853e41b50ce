// Package stack runs everything on one machine: the emulator, the service, and a real Envoy between a
// client and both. It is what `ockham up` and `ockham demo` are made of.
package stack

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"ockham/envoy"
	"ockham/internal/config"
	"ockham/internal/demo"
	"ockham/internal/emulator"
	"ockham/internal/gateway"
)

// Ports are where the stack listens on 127.0.0.1; 0 takes a free one.
type Ports struct{ Envoy, Emulator, EmulatorTLS, Admin, HTTP int }

// Options say what is started.
type Options struct {
	Envoy    string // the binary
	Config   string // Ockham's configuration; "" for the defaults
	Endpoint string // Bedrock's URL; "" for the emulator
	Ports    Ports
	Emulator emulator.Config
	CAOut    string // where the emulator's certificate authority is written; "" nowhere
	Override func(*config.Config)
	Version  string
	Log      *slog.Logger
}

// Stack is everything, running.
type Stack struct {
	URL, Emulator, Admin string // base URLs

	dir     string
	cancel  context.CancelFunc
	envoy   *envoyProcess
	service *gateway.Gateway
	gateway chan error // the service's end
	running *emulator.Running
	once    sync.Once
}

// Start brings everything up: whatever is wrong, a port in use above all, is an error that names it,
// and nothing is left running.
func Start(ctx context.Context, o Options) (_ *Stack, err error) {
	s := &Stack{gateway: make(chan error, 1)}
	defer func() {
		if err != nil {
			s.Stop()
		}
	}()
	if _, err := exec.LookPath(o.Envoy); err != nil {
		return nil, fmt.Errorf("there is no Envoy to run: %w; name one with --envoy, or have `make envoy` install it", err)
	}
	if err := free(&o.Ports); err != nil {
		return nil, err
	}
	if s.dir, err = os.MkdirTemp("", "ockham-"); err != nil {
		return nil, err
	}
	if err := s.startEmulator(&o); err != nil {
		return nil, err
	}
	if err := s.startService(ctx, &o); err != nil {
		return nil, err
	}
	return s, s.startEnvoy(ctx, &o)
}

// free checks every port before anything starts. Those that may be any are left to whoever listens, but for
// Envoy's, which the service must know before Envoy runs.
func free(p *Ports) error {
	for _, want := range []struct {
		what, flag string
		port       *int
	}{
		{"Envoy", "--port (make: PORT=)", &p.Envoy},
		{"the emulator", "--emulator-port (make: EMULATOR_PORT=)", &p.Emulator},
		{"the emulator's TLS", "--emulator-tls-port (make: EMULATOR_TLS_PORT=)", &p.EmulatorTLS},
		{"the admin page", "--admin-port (make: ADMIN_PORT=)", &p.Admin},
		{"the HTTP port", "--http-port (make: HTTP_PORT=)", &p.HTTP},
	} {
		l, err := net.Listen("tcp", local(*want.port))
		switch {
		case errors.Is(err, syscall.EADDRINUSE):
			return fmt.Errorf("port %d, wanted for %s, is in use; stop what listens there or choose another with %s", *want.port, want.what, want.flag)
		case err != nil:
			return fmt.Errorf("port %d, wanted for %s, cannot be had: %w; choose another with %s", *want.port, want.what, err, want.flag)
		}
		defer l.Close() // not before the last one: two parts may have been given the same port
		if want.port == &p.Envoy {
			p.Envoy = l.Addr().(*net.TCPAddr).Port
		}
	}
	return nil
}

func local(port int) string { return "127.0.0.1:" + strconv.Itoa(port) }

func (s *Stack) startEmulator(o *Options) (err error) {
	if s.running, err = emulator.StartOn(o.Emulator, local(o.Ports.Emulator), local(o.Ports.EmulatorTLS)); err != nil {
		return err
	}
	s.Emulator = s.running.URL
	if o.CAOut == "" {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(o.CAOut), 0o755); err != nil {
		return err
	}
	return os.WriteFile(o.CAOut, s.running.CA, 0o644)
}

func (s *Stack) startService(ctx context.Context, o *Options) error {
	endpoint := o.Endpoint
	if endpoint == "" {
		endpoint = s.Emulator
	}
	g, err := gateway.New(ctx, &gateway.Options{
		Config: o.Config, Version: o.Version, Log: o.Log,
		Credentials: credentials.NewStaticCredentialsProvider(emulator.DefaultAccessKey, emulator.DefaultSecret, ""),
		Override: func(c *config.Config) {
			c.Server.Listen = "unix:" + s.socket()
			c.Server.Admin, c.Server.HTTP = local(o.Ports.Admin), local(o.Ports.HTTP)
			c.Server.WebSocket.Envoy = local(o.Ports.Envoy)
			c.Server.Drain = 0
			c.Bedrock.Endpoint, c.Bedrock.Endpoints = endpoint, nil
			if o.Override != nil {
				o.Override(c)
			}
		},
	})
	if err != nil {
		return err
	}
	var serving context.Context
	serving, s.cancel = context.WithCancel(context.WithoutCancel(ctx))
	go func() { s.gateway <- g.Run(serving) }()
	s.service = g
	s.Admin = "http://" + g.Addr("server.admin")
	o.Endpoint = endpoint
	return nil
}

func (s *Stack) socket() string { return filepath.Join(s.dir, "ockham.sock") }

func (s *Stack) startEnvoy(ctx context.Context, o *Options) error {
	bootstrap, err := envoy.Bootstrap(envoy.Params{
		Listen:    envoy.Address(local(o.Ports.Envoy)),
		Processor: envoy.Address("unix:" + s.socket()),
		HTTP:      envoy.Address(s.service.Addr("server.http")),
		WebSocket: true,
		Regions:   []envoy.Region{{Name: "us-east-1", Endpoint: strings.TrimSuffix(o.Endpoint, "/")}},
	})
	if err != nil {
		return err
	}
	s.URL = "http://" + local(o.Ports.Envoy)
	s.envoy, err = startEnvoy(ctx, o.Envoy, s.dir, bootstrap, s.URL+"/v1/models")
	return err
}

// Wait returns when ctx ends, with nil, or when a part ends by itself, with why.
func (s *Stack) Wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case err := <-s.gateway:
		s.gateway <- nil // for Stop
		return fmt.Errorf("the service ended: %w", err)
	case <-s.envoy.done:
		return s.envoy.failed()
	}
}

// Stop ends everything, within two seconds. It may be called again.
func (s *Stack) Stop() { s.once.Do(s.stop) }

func (s *Stack) stop() {
	if s.envoy != nil {
		s.envoy.stop()
	}
	if s.cancel != nil {
		s.cancel()
		<-s.gateway
	}
	if s.running != nil {
		s.running.Close()
	}
	if s.dir != "" {
		_ = os.RemoveAll(s.dir)
	}
}

// Runner sends the demo's requests through this stack, and beside it to the largest and the smallest
// model of the policy in force.
func (s *Stack) Runner() *demo.Runner {
	p := s.service.Policy()
	small := p.Router.Models()[0]
	for _, m := range p.Router.Models() {
		if m.Price.Out < small.Price.Out {
			small = m
		}
	}
	return &demo.Runner{
		URL: s.URL, Bedrock: s.service.Client(), Large: p.Router.Largest(), Small: small, Catalogue: p.Bedrock,
	}
}
