package gateway

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/goccy/go-yaml"

	"ockham/bedrock"
	"ockham/internal/config"
	"ockham/internal/dashboard"
	"ockham/internal/web"
)

// page is the admin page. Explaining costs nothing and is always on; running prompts from there spends
// money and must be switched on.
func (g *Gateway) page(c *config.Config) http.Handler {
	d := dashboard.Deps{
		Sums: g.telemetry.Sums(), Setup: g.setup, Health: g.health, Explain: (&web.Server{Explain: g.explainAll, MaxBody: int64(c.Limits.Body), Log: g.log}).Handler(),
		PricesAsOf: bedrock.CatalogueDate, Version: g.version, Prompts: c.Telemetry.Prompts,
	}
	if c.Telemetry.Playground {
		d.Envoy = &url.URL{Scheme: "http", Host: c.Server.WebSocket.Envoy}
	}
	return dashboard.Handler(d)
}

// setup tells the policy in force. The configuration holds no secrets: it names the environment
// variables that do.
func (g *Gateway) setup() dashboard.Setup {
	p, status := g.live.Policy(), g.live.Status()
	s := dashboard.Setup{File: status.File, Loaded: status.Loaded.Format(time.RFC3339)}
	if status.Err != nil {
		s.Fault = status.Err.Error()
	}
	s.Text = shown(p.Config)
	for _, pipe := range p.Router.Pipes() {
		listed := dashboard.Pipe{Name: pipe.Name}
		for _, m := range pipe.Models {
			listed.Models = append(listed.Models, m.Name)
		}
		s.Pipes = append(s.Pipes, listed)
	}
	for _, m := range p.Router.Models() {
		s.Models = append(s.Models, dashboard.Model{
			Name: m.Name, ID: m.ID, In: m.Price.In, Out: m.Price.Out,
			CacheRead: m.Price.CacheRead, CacheWrite: m.Price.CacheWrite, Context: m.Context,
		})
	}
	for _, name := range slices.Sorted(maps.Keys(p.Config.Tasks)) {
		s.Tasks = append(s.Tasks, p.Config.Tasks[name]...)
	}
	return s
}

// shown writes c as an operator would, less what is empty, zero or off.
func shown(c *config.Config) string {
	text, err := yaml.MarshalWithOptions(c, yaml.OmitEmpty(), yaml.CustomMarshaler(func(d config.Duration) ([]byte, error) {
		return []byte(d.D().String()), nil
	}))
	if err != nil {
		return fmt.Sprintf("# cannot be shown: %v", err)
	}
	return string(text)
}

// health lists what must work, for a person.
func (g *Gateway) health(ctx context.Context) []dashboard.Health {
	return []dashboard.Health{
		healthy("configuration", g.live.Status().Err),
		healthy("AWS credentials", g.credentials(ctx)),
		healthy("readiness", g.ready(ctx)),
		healthy("telemetry", g.lost()),
	}
}

func (g *Gateway) lost() error {
	if n := g.telemetry.Lost(); n > 0 {
		return fmt.Errorf("%d records lost since the start: see ockham_telemetry_dropped_total, ockham_ledger_lines_total and ockham_otlp_items_total", n)
	}
	return nil
}

func healthy(name string, err error) dashboard.Health {
	if err != nil {
		return dashboard.Health{Name: name, Detail: err.Error()}
	}
	return dashboard.Health{Name: name, OK: true}
}
