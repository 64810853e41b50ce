package gateway

import (
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync/atomic"
	"time"

	"ockham/bedrock"
	"ockham/dialect"
	"ockham/extproc"
	"ockham/internal/config"
	"ockham/internal/telemetry"
	"ockham/internal/web"
	"ockham/routing"
)

func (g *Gateway) telemetryConfig(c *config.Config, version string) telemetry.Config {
	t := c.Telemetry
	return telemetry.Config{
		Ledger:  telemetry.LedgerConfig{Path: t.Ledger, MaxBytes: int64(t.RotateMB) << 20, Keep: t.Keep},
		OTLP:    telemetry.OTLPConfig{Endpoint: t.OTLP, Logs: true, Metrics: true, Traces: t.Traces > 0, Sample: t.Traces},
		Prompts: t.Prompts, PricesAsOf: bedrock.CatalogueDate, Version: version, Log: g.log,
	}
}

// observe tells everyone who counts of a request that ended.
func (g *Gateway) observe(o *extproc.Outcome) {
	g.telemetry.Observe(o)
	g.current.Load().bridge.regions.heard(o, time.Now())
	if b := g.live.Policy().Budgets; b != nil {
		b.Spent(o.Tenant, o.Route, o.CostUSD)
	}
}

// events counts what routing did without, and says so once in a while.
type events struct {
	log   *slog.Logger
	named map[string]*event
}

type event struct {
	n    atomic.Int64
	told atomic.Int64 // when it was last logged, in seconds since 1970
}

// quiet is how long an event that was logged is only counted.
const quiet = time.Minute

func newEvents(log *slog.Logger) *events {
	e := &events{log: log, named: map[string]*event{}}
	for _, name := range routing.Events() {
		e.named[name] = new(event)
	}
	return e
}

func (e *events) count(name string) {
	v, ok := e.named[name]
	if !ok {
		return
	}
	n := v.n.Add(1)
	now, told := time.Now().Unix(), v.told.Load()
	if routing.IsFallback(name) && now-told >= int64(quiet.Seconds()) && v.told.CompareAndSwap(told, now) {
		e.log.Warn("deciding fell back", "event", name, "so far", n)
	}
}

func (e *events) counts() map[string]int64 {
	counts := make(map[string]int64, len(e.named))
	for name, v := range e.named {
		counts[name] = v.n.Load()
	}
	return counts
}

// publish makes what the gateway counts part of the metrics.
func (g *Gateway) publish() {
	g.telemetry.Publish(telemetry.Sources{Events: g.events.counts, Config: func() telemetry.ConfigState {
		s := g.live.Status()
		return telemetry.ConfigState{Loaded: s.Loaded, Reloads: s.Reloads, Refused: s.Refused}
	}, Load: g.load.State})
}

// callable finds the client for the judge and the verifier.
func (g *Gateway) callable(m *routing.Model) (*bedrock.Client, *bedrock.Model) {
	b := g.current.Load().bridge
	return b.regions.nearest(time.Now()).client, b.Bedrock(m)
}

// web is the HTTP port's handler.
func (g *Gateway) web(c *config.Config) http.Handler {
	s := &web.Server{
		Explain: g.explain,
		Models:  func() []string { return names(g.live.Policy()) },
		MaxBody: int64(c.Limits.Body), Load: g.load, Log: g.log,
	}
	if token := os.Getenv(c.Telemetry.FeedbackTokenEnv); token != "" {
		s.Token = token
		s.Feedback = func(f web.Feedback) error { g.telemetry.Feedback(f.ID, f.Score, f.Comment); return nil }
	}
	if c.Server.WebSocket.Enabled {
		g.socket = g.newSocket(c)
		s.Socket = g.socket
	}
	return s.Handler()
}

// explain tells clients, where all of them may learn of choices: they can name any route.
func (g *Gateway) explain(call *dialect.Call, o web.Origin) (*routing.Plan, error) {
	if g.live.Policy().Hides() {
		return nil, &dialect.Error{Code: dialect.NotFound, Message: "explaining is off here"}
	}
	return g.explainAll(call, o)
}

// explainAll tells operators. The soft limits that count are those of this replica: Envoy's rate limit
// service speaks to the filter, which is not on this path.
func (g *Gateway) explainAll(call *dialect.Call, o web.Origin) (*routing.Plan, error) {
	prompt, refused := g.policy().Prompt(call, extproc.Origin{ID: o.ID, Route: o.Route, Header: o.Header})
	if refused != nil {
		return nil, refused
	}
	return g.live.Policy().Router.Explain(prompt)
}

func (g *Gateway) newSocket(c *config.Config) *web.Socket {
	w := &c.Server.WebSocket
	return &web.Socket{
		Envoy: "http://" + w.Envoy, Origins: w.Origins, Log: g.log, Load: g.load,
		Client: &http.Client{Transport: &http.Transport{
			DialContext:         (&net.Dialer{Timeout: 3 * time.Second}).DialContext,
			MaxIdleConnsPerHost: 256, DisableCompression: true,
		}},
		MaxOpen: c.Limits.Requests, MaxFrame: int64(w.Frame), MaxRunning: w.Requests, PerSecond: w.Rate,
		Ping: 30 * time.Second, Idle: w.Idle.D(),
	}
}
