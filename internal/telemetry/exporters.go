package telemetry

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"sync/atomic"

	"go.opentelemetry.io/otel/exporters/otlp/otlplog/otlploggrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlplog/otlploghttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetricgrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	sdklog "go.opentelemetry.io/otel/sdk/log"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// collector is a parsed endpoint: http and https speak OTLP over HTTP, grpc and grpcs over gRPC, the
// latter of each with TLS. The exporters dial when they have something to send, not before.
type collector struct{ url *url.URL }

func parseCollector(endpoint string) (*collector, error) {
	u, err := url.Parse(endpoint)
	if err != nil || u.Host == "" || !strings.Contains(" http https grpc grpcs ", " "+u.Scheme+" ") {
		return nil, fmt.Errorf("otlp: endpoint %q: want http://HOST:4318 or grpc://HOST:4317, or https and grpcs for TLS", endpoint)
	}
	return &collector{u}, nil
}

func (c *collector) grpc() bool { return strings.HasPrefix(c.url.Scheme, "grpc") }

// of is the URL of one signal.
func (c *collector) of(signal string) string {
	if !c.grpc() {
		return c.url.JoinPath("v1", signal).String()
	}
	return strings.Replace(c.url.Scheme, "grpc", "http", 1) + "://" + c.url.Host
}

func (c *collector) spans(ctx context.Context) (sdktrace.SpanExporter, error) {
	if c.grpc() {
		return otlptracegrpc.New(ctx, otlptracegrpc.WithEndpointURL(c.of("traces")))
	}
	return otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(c.of("traces")))
}

func (c *collector) logs(ctx context.Context) (sdklog.Exporter, error) {
	if c.grpc() {
		return otlploggrpc.New(ctx, otlploggrpc.WithEndpointURL(c.of("logs")))
	}
	return otlploghttp.New(ctx, otlploghttp.WithEndpointURL(c.of("logs")))
}

func (c *collector) metrics(ctx context.Context) (sdkmetric.Exporter, error) {
	if c.grpc() {
		return otlpmetricgrpc.New(ctx, otlpmetricgrpc.WithEndpointURL(c.of("metrics")))
	}
	return otlpmetrichttp.New(ctx, otlpmetrichttp.WithEndpointURL(c.of("metrics")))
}

// tally counts what was offered for export and what became of it.
type tally struct{ offered, exported, failed atomic.Int64 }

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
