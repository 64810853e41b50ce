package telemetry

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlplog/otlploggrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetricgrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/log"
	sdklog "go.opentelemetry.io/otel/sdk/log"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// OTLPConfig names a collector. Without an Endpoint nothing of OTLP is started.
type OTLPConfig struct {
	Endpoint string            // http://host:4317 or https://host:4317; OTLP over gRPC
	Headers  map[string]string // sent with every export
	Logs     bool              // ledger lines, as log records
	Metrics  bool
	Traces   bool
	Interval time.Duration // between exports of metrics; default 30 s
	Sample   float64       // share of the traces that begin here; default 1. Envoy's decision wins
}

func (c OTLPConfig) validate() error {
	if c.Endpoint == "" {
		return nil
	}
	u, err := url.Parse(c.Endpoint)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return fmt.Errorf("otlp: endpoint %q: want http://HOST:PORT or https://HOST:PORT", c.Endpoint)
	}
	if !(c.Sample >= 0 && c.Sample <= 1) {
		return fmt.Errorf("otlp: sample %v: want a share from 0 to 1", c.Sample)
	}
	return nil
}

// signals sends to a collector what is switched on; all fields but resource may be nil.
type signals struct {
	resource     *resource.Resource
	metricReader sdkmetric.Reader
	tracer       trace.Tracer
	logger       log.Logger
	traces       *sdktrace.TracerProvider
	logs         *sdklog.LoggerProvider
	tallies      map[string]*tally // by signal
}

// tally counts what was offered for export and what became of it.
type tally struct{ offered, exported, failed atomic.Int64 }

func newSignals(cfg Config, quiet *quiet) (*signals, error) {
	s := &signals{resource: newResource(cfg), tallies: map[string]*tally{}}
	c := cfg.OTLP
	if err := c.validate(); err != nil {
		return nil, err
	}
	if c.Endpoint == "" {
		return s, nil
	}
	ctx := context.Background() // the exporters dial later, when they have something to send
	var errs []error
	if c.Traces {
		errs = append(errs, s.startTraces(ctx, c, quiet))
	}
	if c.Logs {
		errs = append(errs, s.startLogs(ctx, c, quiet))
	}
	if c.Metrics {
		errs = append(errs, s.startMetrics(ctx, c, quiet))
	}
	return s, errors.Join(errs...)
}

func newResource(cfg Config) *resource.Resource {
	host, _ := os.Hostname() // an instance without a name is still told by its id
	return resource.NewSchemaless(
		attribute.String("service.name", "ockham"),
		attribute.String("service.version", cfg.Version),
		attribute.String("service.instance.id", fmt.Sprintf("%s-%d", host, os.Getpid())),
	)
}

func (s *signals) startTraces(ctx context.Context, c OTLPConfig, quiet *quiet) error {
	exporter, err := otlptracegrpc.New(ctx, otlptracegrpc.WithEndpointURL(c.Endpoint), otlptracegrpc.WithHeaders(c.Headers))
	if err != nil {
		return fmt.Errorf("otlp: traces: %w", err)
	}
	sample := c.Sample
	if sample == 0 {
		sample = 1
	}
	counted := &spanExporter{exporter, s.tally("traces"), quiet}
	s.traces = sdktrace.NewTracerProvider(sdktrace.WithBatcher(counted), sdktrace.WithResource(s.resource),
		sdktrace.WithSampler(sdktrace.ParentBased(sdktrace.TraceIDRatioBased(sample))))
	s.tracer = s.traces.Tracer("ockham")
	return nil
}

func (s *signals) startLogs(ctx context.Context, c OTLPConfig, quiet *quiet) error {
	exporter, err := otlploggrpc.New(ctx, otlploggrpc.WithEndpointURL(c.Endpoint), otlploggrpc.WithHeaders(c.Headers))
	if err != nil {
		return fmt.Errorf("otlp: logs: %w", err)
	}
	counted := &logExporter{exporter, s.tally("logs"), quiet}
	s.logs = sdklog.NewLoggerProvider(sdklog.WithProcessor(sdklog.NewBatchProcessor(counted)), sdklog.WithResource(s.resource))
	s.logger = s.logs.Logger("ockham")
	return nil
}

func (s *signals) startMetrics(ctx context.Context, c OTLPConfig, quiet *quiet) error {
	exporter, err := otlpmetricgrpc.New(ctx, otlpmetricgrpc.WithEndpointURL(c.Endpoint), otlpmetricgrpc.WithHeaders(c.Headers))
	if err != nil {
		return fmt.Errorf("otlp: metrics: %w", err)
	}
	interval := c.Interval
	if interval <= 0 {
		interval = 30 * time.Second
	}
	counted := &metricExporter{exporter, s.tally("metrics"), quiet}
	s.metricReader = sdkmetric.NewPeriodicReader(counted, sdkmetric.WithInterval(interval))
	return nil
}

func (s *signals) tally(signal string) *tally {
	s.tallies[signal] = &tally{}
	return s.tallies[signal]
}

// wantsRecords tells whether ledger lines go to a collector.
func (s *signals) wantsRecords() bool { return s.logger != nil }

// emit offers a ledger line as a log record. The body is the line itself, so that a collector that
// writes bodies to a file makes a ledger of all replicas.
func (s *signals) emit(ctx context.Context, r *Record, line []byte) {
	if s.logger == nil {
		return
	}
	s.tallies["logs"].offered.Add(1)
	var record log.Record
	record.SetEventName("ockham." + r.Kind)
	record.SetTimestamp(r.Time)
	record.SetSeverity(log.SeverityInfo)
	record.SetBody(attribute.StringValue(string(line[:len(line)-1])))
	record.AddAttributes(attribute.String("request_id", r.ID), attribute.String("verdict", r.Verdict), attribute.Float64("cost_usd", r.CostUSD))
	if r.Plan != nil {
		record.AddAttributes(attribute.String("pipe", r.Plan.Pipe), attribute.String("strategy", r.Plan.Strategy))
	}
	s.logger.Emit(ctx, record)
}

// observe publishes the tallies.
func (s *signals) observe(observe observer) {
	for signal, t := range s.tallies {
		observe(float64(t.offered.Load()), signal, "offered")
		observe(float64(t.exported.Load()), signal, "exported")
		observe(float64(t.failed.Load()), signal, "failed")
	}
}

// close exports what waits, until ctx ends.
func (s *signals) close(ctx context.Context) error {
	var errs []error
	if s.traces != nil {
		errs = append(errs, s.traces.Shutdown(ctx))
	}
	if s.logs != nil {
		errs = append(errs, s.logs.Shutdown(ctx))
	}
	return errors.Join(errs...)
}

// note counts an export. Its error ends here: the SDK would only print it, once for every batch.
func (t *tally) note(n int, err error, quiet *quiet) {
	if err != nil {
		t.failed.Add(int64(n))
		quiet.warn("the collector does not take telemetry: it is lost and counted", slog.Any("error", err))
		return
	}
	t.exported.Add(int64(n))
}

type spanExporter struct {
	sdktrace.SpanExporter
	tally *tally
	quiet *quiet
}

func (e *spanExporter) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	e.tally.note(len(spans), e.SpanExporter.ExportSpans(ctx, spans), e.quiet)
	return nil
}

type logExporter struct {
	sdklog.Exporter
	tally *tally
	quiet *quiet
}

func (e *logExporter) Export(ctx context.Context, records []sdklog.Record) error {
	e.tally.note(len(records), e.Exporter.Export(ctx, records), e.quiet)
	return nil
}

type metricExporter struct {
	sdkmetric.Exporter
	tally *tally
	quiet *quiet
}

func (e *metricExporter) Export(ctx context.Context, data *metricdata.ResourceMetrics) error {
	e.tally.offered.Add(1)
	e.tally.note(1, e.Exporter.Export(ctx, data), e.quiet)
	return nil
}
