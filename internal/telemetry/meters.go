package telemetry

import (
	"context"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/prometheus/otlptranslator"
	"go.opentelemetry.io/otel/attribute"
	otelprom "go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/metric"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
)

// meters holds one set of instruments with two readers: /metrics, and OTLP where it is configured.
type meters struct {
	provider *sdkmetric.MeterProvider
	maker    *maker
	handler  http.Handler
}

// seriesLimit bounds the series of one metric, should a label get past its own bound.
const seriesLimit = 2000

func newMeters(cfg Config, s *signals) (*meters, error) {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	exporter, err := otelprom.New(
		otelprom.WithRegisterer(registry),
		otelprom.WithTranslationStrategy(otlptranslator.UnderscoreEscapingWithSuffixes),
		otelprom.WithoutScopeInfo(),
		otelprom.WithoutTargetInfo(),
	)
	if err != nil {
		return nil, err
	}
	options := []sdkmetric.Option{sdkmetric.WithReader(exporter), sdkmetric.WithResource(s.resource), sdkmetric.WithCardinalityLimit(seriesLimit)}
	if s.metricReader != nil {
		options = append(options, sdkmetric.WithReader(s.metricReader))
	}
	provider := sdkmetric.NewMeterProvider(options...)
	return &meters{
		provider: provider,
		maker:    &maker{meter: provider.Meter("ockham", metric.WithInstrumentationVersion(cfg.Version))},
		handler: promhttp.HandlerFor(registry, promhttp.HandlerOpts{
			EnableOpenMetrics: true, // exemplars only travel there
			Registry:          registry,
		}),
	}, nil
}

func (m *meters) close(ctx context.Context) error { return m.provider.Shutdown(ctx) }

// Gauge publishes what read returns, at each scrape. read must be quick and safe to call at any time;
// labels are label, value, label, value, and must come from a fixed list.
func (t *Telemetry) Gauge(name, unit, help string, read func() float64, labels ...string) error {
	var list []attribute.KeyValue
	for i := 0; i+1 < len(labels); i += 2 {
		list = append(list, attribute.String(labels[i], labels[i+1]))
	}
	set := metric.WithAttributes(list...)
	_, err := t.meters.maker.meter.Float64ObservableGauge(name, metric.WithUnit(unit), metric.WithDescription(help),
		metric.WithFloat64Callback(func(_ context.Context, o metric.Float64Observer) error {
			o.Observe(read(), set)
			return nil
		}))
	return err
}

// observer is how a callback tells one value, and those of its labels.
type observer = func(v float64, of ...string)

// observeSelf publishes what telemetry knows of itself and of savings.
func (t *Telemetry) observeSelf() {
	m := t.meters.maker
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
