package telemetry

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/log"
	sdklog "go.opentelemetry.io/otel/sdk/log"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// OTLPConfig names a collector. Without an Endpoint nothing of OTLP is started.
type OTLPConfig struct {
	Endpoint string // http://HOST:4318, grpc://HOST:4317; https and grpcs with TLS
	Logs     bool   // ledger lines, as log records
	Metrics  bool
	Traces   bool
	Sample   float64 // share of the traces that begin here; default 1. Envoy's decision wins
}

// exportEvery is the time between exports of metrics.
const exportEvery = 30 * time.Second

// signals sends to a collector what is switched on; all fields but resource may be nil.
type signals struct {
	resource     *resource.Resource
	values       *registry
	spans        budget
	metricReader sdkmetric.Reader
	tracer       trace.Tracer
	logger       log.Logger
	traces       *sdktrace.TracerProvider
	logs         *sdklog.LoggerProvider
	tallies      map[string]*tally // by signal
}

func newSignals(cfg Config, values *registry, warner *quiet) (*signals, error) {
	s := &signals{resource: newResource(cfg), values: values, tallies: map[string]*tally{}, spans: budget{now: cfg.Now}}
	if cfg.OTLP.Endpoint == "" {
		return s, nil
	}
	if !(cfg.OTLP.Sample >= 0 && cfg.OTLP.Sample <= 1) {
		return s, fmt.Errorf("otlp: sample %v: want a share from 0 to 1", cfg.OTLP.Sample)
	}
	to, err := parseCollector(cfg.OTLP.Endpoint)
	if err != nil {
		return s, err
	}
	var errs []error
	for _, signal := range []struct {
		on    bool
		start func(context.Context, *collector, OTLPConfig, *quiet) error
	}{{cfg.OTLP.Traces, s.startTraces}, {cfg.OTLP.Logs, s.startLogs}, {cfg.OTLP.Metrics, s.startMetrics}} {
		if signal.on {
			errs = append(errs, signal.start(context.Background(), to, cfg.OTLP, warner))
		}
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

func (s *signals) startTraces(ctx context.Context, to *collector, c OTLPConfig, quiet *quiet) error {
	exporter, err := to.spans(ctx)
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

func (s *signals) startLogs(ctx context.Context, to *collector, _ OTLPConfig, quiet *quiet) error {
	exporter, err := to.logs(ctx)
	if err != nil {
		return fmt.Errorf("otlp: logs: %w", err)
	}
	counted := &logExporter{exporter, s.tally("logs"), quiet}
	s.logs = sdklog.NewLoggerProvider(sdklog.WithProcessor(sdklog.NewBatchProcessor(counted)), sdklog.WithResource(s.resource))
	s.logger = s.logs.Logger("ockham")
	return nil
}

func (s *signals) startMetrics(ctx context.Context, to *collector, _ OTLPConfig, quiet *quiet) error {
	exporter, err := to.metrics(ctx)
	if err != nil {
		return fmt.Errorf("otlp: metrics: %w", err)
	}
	counted := &metricExporter{exporter, s.tally("metrics"), quiet}
	s.metricReader = sdkmetric.NewPeriodicReader(counted, sdkmetric.WithInterval(exportEvery), sdkmetric.WithProducer(s.values))
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
	record.AddAttributes(attribute.String("request_id", r.ID)) // the rest is in the body
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
