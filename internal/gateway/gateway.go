// Package gateway is a whole Ockham: the ext_proc service with the policy in force, the HTTP port
// behind Envoy, and the admin port. It only puts together what the other packages provide.
package gateway

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	extprocv3 "github.com/envoyproxy/go-control-plane/envoy/service/ext_proc/v3"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/health"
	healthgrpc "google.golang.org/grpc/health/grpc_health_v1"

	"ockham/bedrock"
	"ockham/extproc"
	"ockham/internal/admin"
	"ockham/internal/config"
	"ockham/internal/policy"
	"ockham/internal/telemetry"
	"ockham/internal/web"
)

// Options say how a gateway is started.
type Options struct {
	Config   string               // path of the configuration; "" for the defaults
	Override func(*config.Config) // what command-line flags change in it
	CA       string               // certificates to trust at Bedrock's endpoint besides the system's
	Version  string
	Log      *slog.Logger
	Level    slog.LevelVar // of Log; set to what the configuration says
	// Credentials in place of AWS's default chain: the emulator's.
	Credentials aws.CredentialsProvider
}

// Gateway serves until Run's context ends.
type Gateway struct {
	log       *slog.Logger
	version   string
	live      *policy.Live
	signer    *bedrock.Signer
	transport *http.Client
	telemetry *telemetry.Telemetry
	current   atomic.Pointer[view]

	socket  *web.Socket // nil without WebSocket
	grpc    *grpc.Server
	serving *health.Server
	http    *http.Server
	admin   *http.Server

	load      *extproc.Load
	events    *events
	settings  *settings
	listeners map[string]net.Listener
	draining  atomic.Bool
}

// view is the service's reading of one policy.
type view struct {
	of      *policy.Policy
	service *extproc.Policy
	bridge  *bridge
}

// New reads the configuration and opens all ports, so that what is wrong shows at once.
func New(ctx context.Context, o *Options) (_ *Gateway, err error) {
	g := &Gateway{log: o.Log, version: o.Version, listeners: map[string]net.Listener{}, events: newEvents(o.Log), settings: newSettings(o.Log)}
	defer func() {
		if err != nil {
			g.close()
		}
	}()
	deps := policy.Deps{
		Asker: &asker{target: g.callable}, Scorer: policy.Classifier, Check: policy.NewCheck,
		Count: g.events.count, Override: o.Override,
	}
	if g.live, err = policy.NewLive(o.Config, deps, o.Log); err != nil {
		return nil, err
	}
	c := g.live.Policy().Config
	_ = o.Level.UnmarshalText([]byte(c.Telemetry.Log)) // validated
	if g.transport, err = newTransport(o.CA, c.Bedrock.Egress); err != nil {
		return nil, err
	}
	if g.signer, err = newSigner(ctx, &c.Bedrock, o.Credentials, o.Log); err != nil {
		return nil, err
	}
	if _, err = g.renew(g.live.Policy()); err != nil {
		return nil, err
	}
	if g.telemetry, err = telemetry.New(g.telemetryConfig(c, o.Version)); err != nil {
		return nil, err
	}
	g.load = extproc.NewLoad(c.Limits.Requests, int64(c.Limits.Memory))
	g.publish()
	return g, g.open(c)
}

// open makes the servers and their listeners.
func (g *Gateway) open(c *config.Config) error {
	if err := g.openService(c); err != nil {
		return err
	}
	g.http = &http.Server{Handler: g.web(c), ReadHeaderTimeout: 10 * time.Second}
	if err := g.listen("server.http", c.Server.HTTP); err != nil {
		return err
	}
	access := g.access(c)
	if err := access.Validate(c.Server.Admin); err != nil {
		return err
	}
	g.admin = &http.Server{Handler: g.adminHandler(c, access), ReadHeaderTimeout: 10 * time.Second}
	return g.listen("server.admin", c.Server.Admin)
}

func (g *Gateway) listen(what, address string) error {
	if address == "" {
		return nil
	}
	l, err := listen(what, address)
	if err == nil {
		g.listeners[what] = l
	}
	return err
}

// openService makes the gRPC server.
func (g *Gateway) openService(c *config.Config) error {
	options := extproc.ServerOptions(int(c.Limits.Body))
	if c.Server.TLS != nil {
		t, err := serverTLS(c.Server.TLS)
		if err != nil {
			return err
		}
		options = append(options, grpc.Creds(credentials.NewTLS(t)))
	}
	g.grpc = grpc.NewServer(options...)
	extprocv3.RegisterExternalProcessorServer(g.grpc, &extproc.Service{
		Policy: g.policy, Signer: g.signer, Observe: g.observe, Setting: g.settings.heard, Load: g.load, Log: g.log,
	})
	g.serving = health.NewServer() // by which an Envoy with several replicas chooses
	healthgrpc.RegisterHealthServer(g.grpc, g.serving)
	return g.listen("server.listen", c.Server.Listen)
}

// Run serves until ctx ends, then lets running requests finish for as long as server.drain allows.
func (g *Gateway) Run(ctx context.Context) error {
	failed := make(chan error, 4)
	watch, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		if err := g.live.Watch(watch); err != nil {
			g.log.Warn("the configuration is not watched; SIGHUP reads it again", "err", err)
		}
	}()
	go func() { failed <- g.grpc.Serve(g.listeners["server.listen"]) }()
	g.serve(g.http, "server.http", failed)
	g.serve(g.admin, "server.admin", failed)
	c := g.live.Policy().Config
	g.log.Info("serving", "ext_proc", c.Server.Listen, "http", c.Server.HTTP, "admin", c.Server.Admin,
		"region", c.Bedrock.Region, "geography", c.Bedrock.Geography)
	go g.load.Adapt(watch)
	go g.tryCredentials(watch)
	var err error
	select {
	case err = <-failed:
	case <-ctx.Done():
	}
	if c.Server.Drain > 0 && err == nil {
		g.drain(c.Server.Pause.D(), c.Server.Drain.D())
	}
	g.close()
	return err
}

func (g *Gateway) serve(s *http.Server, name string, failed chan<- error) {
	l, ok := g.listeners[name]
	if !ok {
		return
	}
	go func() {
		if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			failed <- fmt.Errorf("%s: %w", name, err)
		}
	}()
}

// Reload reads the configuration again, as SIGHUP asks.
func (g *Gateway) Reload() error { return g.live.Reload() }

// Policy is the one in force.
func (g *Gateway) Policy() *policy.Policy { return g.live.Policy() }

// Client calls Bedrock in the first region, without Envoy.
func (g *Gateway) Client() *bedrock.Client {
	return g.current.Load().bridge.regions[0].client
}

// Addr is where a server listens: "server.listen", "server.http" or "server.admin".
func (g *Gateway) Addr(name string) string {
	if l, ok := g.listeners[name]; ok {
		return l.Addr().String()
	}
	return ""
}

// drain stops in the order that clients notice least: /readyz and the health check first, then no new
// streams, then the end of those that run.
func (g *Gateway) drain(pause, limit time.Duration) {
	g.draining.Store(true)
	g.serving.Shutdown()
	g.log.Info("shutting down", "requests", g.load.State().Requests, "pause", pause.String(), "drain", limit.String())
	time.Sleep(pause)
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	finished := make(chan struct{})
	go func() {
		if g.socket != nil { // its requests come back through Envoy, so it goes first
			g.socket.Drain(ctx)
		}
		_ = g.http.Shutdown(ctx)
		g.grpc.GracefulStop()
		close(finished)
	}()
	select {
	case <-finished:
	case <-ctx.Done():
		g.log.Warn("requests were still running when the time to drain was over", "requests", g.load.State().Requests)
	}
}

func (g *Gateway) close() {
	if g.grpc != nil {
		g.grpc.Stop()
	}
	for _, s := range []*http.Server{g.http, g.admin} {
		if s != nil {
			_ = s.Close()
		}
	}
	for _, l := range g.listeners {
		_ = l.Close()
	}
	if g.telemetry != nil {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		if err := g.telemetry.Close(ctx); err != nil {
			g.log.Warn("closing telemetry", "err", err)
		}
	}
}

// policy returns the service's view of the policy in force, and renews it after a reload.
func (g *Gateway) policy() *extproc.Policy {
	p := g.live.Policy()
	if v := g.current.Load(); v.of == p {
		return v.service
	}
	v, err := g.renew(p)
	if err != nil {
		g.log.Error("the new configuration cannot be used; the one before it stays", "err", err)
		return g.current.Load().service
	}
	return v.service
}

func (g *Gateway) renew(p *policy.Policy) (*view, error) {
	b, service, err := newPolicy(p, g.signer, g.transport)
	if err != nil {
		return nil, err
	}
	v := &view{of: p, service: service, bridge: b}
	g.current.Store(v)
	return v, nil
}

// tryCredentials looks for AWS credentials once at the start, so that their absence is in the log
// before the first client finds out.
func (g *Gateway) tryCredentials(ctx context.Context) {
	if err := g.credentials(ctx); err != nil {
		g.log.Error("no AWS credentials: every prompt will be answered with upstream_failed until there are some", "err", err,
			"looked in", "environment, profile, web identity, container, instance metadata")
	}
}

func (g *Gateway) credentials(ctx context.Context) error {
	if g.signer.Signing != bedrock.SigV4 {
		return nil
	}
	_, err := g.signer.Credentials.Retrieve(ctx)
	return err
}

// ready tells what is missing for serving.
func (g *Gateway) ready(ctx context.Context) error {
	if g.draining.Load() {
		return errors.New("shutting down")
	}
	if err := g.credentials(ctx); err != nil {
		return errors.New("no AWS credentials; see the log")
	}
	if path := missingSocket(g.live.Policy().Config.Server.Listen); path != "" {
		return fmt.Errorf("the socket %s is gone, so that Envoy cannot connect; start the service again", path)
	}
	return nil
}

// warnings tells what an operator should know although requests are served.
func (g *Gateway) warnings() []string {
	list := append(g.settings.warnings(), g.live.Policy().Warnings...)
	if s := g.live.Status(); s.Err != nil {
		list = append(list, "the configuration file was refused; the policy before it is in force: "+s.Err.Error())
	}
	return list
}

func (g *Gateway) access(c *config.Config) admin.Access {
	t := c.Telemetry
	return admin.Access{Token: os.Getenv(t.AdminTokenEnv), Hosts: t.AdminHosts, OpenMetrics: t.OpenMetrics}
}

func (g *Gateway) adminHandler(c *config.Config, access admin.Access) http.Handler {
	return admin.Handler(admin.Deps{Access: access, Ready: g.ready, Warnings: g.warnings, Metrics: g.telemetry.Metrics(), Page: g.page(c)})
}
