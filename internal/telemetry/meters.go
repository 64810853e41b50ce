package telemetry

import (
	"context"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/prometheus/otlptranslator"
	otelprom "go.opentelemetry.io/otel/exporters/prometheus"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"

	"ockham/extproc"
)

// meters are the readers of the registry: /metrics, and OTLP where it is configured.
type meters struct {
	provider *sdkmetric.MeterProvider
	handler  http.Handler
}

func newMeters(r *registry, s *signals) (*meters, error) {
	own := prometheus.NewRegistry()
	own.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	exporter, err := otelprom.New(
		otelprom.WithRegisterer(own),
		otelprom.WithProducer(r),
		otelprom.WithTranslationStrategy(otlptranslator.UnderscoreEscapingWithSuffixes),
		otelprom.WithoutScopeInfo(),
		otelprom.WithoutTargetInfo(),
	)
	if err != nil {
		return nil, err
	}
	options := []sdkmetric.Option{sdkmetric.WithReader(exporter), sdkmetric.WithResource(s.resource)}
	if s.metricReader != nil {
		options = append(options, sdkmetric.WithReader(s.metricReader))
	}
	return &meters{
		provider: sdkmetric.NewMeterProvider(options...),
		handler: promhttp.HandlerFor(own, promhttp.HandlerOpts{
			EnableOpenMetrics: true, // exemplars only travel there
			Registry:          own,
		}),
	}, nil
}

func (m *meters) close(ctx context.Context) error { return m.provider.Shutdown(ctx) }

// Sources are counts that others keep; nil ones are left out. They are read at each scrape, from any
// goroutine.
type Sources struct {
	Events func() map[string]int64 // of routing, by name; names come from a fixed list
	Config func() ConfigState
	Load   func() extproc.LoadState
}

// ConfigState tells how the configuration fares.
type ConfigState struct {
	Loaded           time.Time // when the one in force was read
	Reloads, Refused int
}

// Publish adds the metrics of s. It is called once, before requests are served.
func (t *Telemetry) Publish(s Sources) {
	m := t.registry
	if s.Events != nil {
		m.total("ockham.routing.events", "{event}", "What routing did without, by event: a judge that did not answer in time, a breaker that opened, and the like.", func(observe observer) {
			for name, n := range s.Events() {
				observe(float64(n), name)
			}
		}, "event")
	}
	if s.Config != nil {
		m.total("ockham.config.reloads", "{reload}", "Configurations read since the start, by result: taken or refused. A refused one leaves the old one in force.", func(observe observer) {
			state := s.Config()
			observe(float64(state.Reloads), "taken")
			observe(float64(state.Refused), "refused")
		}, "result")
		m.gauge("ockham.config.loaded", "s", "When the configuration in force was read, in seconds since 1970.", func(observe observer) {
			observe(float64(s.Config().Loaded.UnixMilli()) / 1000)
		})
	}
	if s.Load != nil {
		t.publishLoad(s.Load)
	}
}

func (t *Telemetry) publishLoad(read func() extproc.LoadState) {
	m := t.registry
	m.gauge("ockham.load.requests", "{request}", "Requests in hand.", func(observe observer) { observe(float64(read().Requests)) })
	m.gauge("ockham.load.limit", "{request}", "How many may be: limits.requests, or less while work waits for a processor.", func(observe observer) { observe(float64(read().Limit)) })
	m.gauge("ockham.load.bytes", "By", "What prompts and held answers take in memory, of limits.memory.", func(observe observer) { observe(float64(read().Bytes)) })
	m.total("ockham.load.shed", "{request}", "Requests refused with 503, by what was full: requests or memory.", func(observe observer) {
		state := read()
		observe(float64(state.Busy), "requests")
		observe(float64(state.Full), "memory")
	}, "full")
}

// observeSelf publishes what telemetry knows of itself and of savings.
func (t *Telemetry) observeSelf() {
	m := t.registry
	m.total("ockham.telemetry.dropped", "{item}", "What telemetry could not keep up with: note (of a request: missing everywhere), line (of the ledger).", t.observeDropped, "what")
	m.total("ockham.ledger.lines", "{line}", "Lines of the ledger, by result: written, or failed because the disk did not take them.", t.observeLines, "result")
	m.total("ockham.otlp.items", "{item}", "Items for the collector, by signal (logs, metrics, traces) and result: offered, exported, failed. What was offered and is neither was dropped or waits.", t.signals.observe, "signal", "result")
	m.gauge("ockham.savings.counterfactual", "1", "Share of the cost saved since start, if the largest model had used the same tokens.", t.observeCounterfactual)
	m.gauge("ockham.savings.measured", "1", "Share of the cost saved since start, measured against the hold-out. bound: value, and the low and high end of the 95 % interval.", t.observeMeasured, "bound")
	m.gauge("ockham.build.info", "", "1, with the program's version and the date of its prices.", t.observeBuild, "version", "prices_as_of")
}

func (t *Telemetry) observeDropped(observe observer) {
	observe(float64(t.dropped.Load()), "note")
	if t.writer != nil {
		observe(float64(t.writer.dropped.Load()), "line")
	}
}

func (t *Telemetry) observeLines(observe observer) {
	if t.writer != nil {
		observe(float64(t.writer.written.Load()), "written")
		observe(float64(t.writer.failed.Load()), "failed")
	}
}

func (t *Telemetry) observeCounterfactual(observe observer) {
	observe(t.sums.Savings().Counterfactual)
}

func (t *Telemetry) observeMeasured(observe observer) {
	if s := t.sums.Savings().Measured; s != nil {
		observe(s.Value, "value")
		observe(s.Low, "low")
		observe(s.High, "high")
	}
}

func (t *Telemetry) observeBuild(observe observer) { observe(1, t.cfg.Version, t.cfg.PricesAsOf) }
