package telemetry

import (
	"fmt"

	"go.opentelemetry.io/otel/metric"
)

// Instrument describes one metric for docs/operations-metrics.md.
type Instrument struct {
	Name   string // OpenTelemetry's; on /metrics dots are underscores
	Kind   string // counter, histogram or gauge
	Unit   string
	Labels []string
	Help   string
}

// maker creates instruments and remembers each, so that the reference cannot miss one. Its err is
// the first failure.
type maker struct {
	meter metric.Meter
	made  []Instrument
	err   error
}

func (m *maker) note(kind, name, unit, help string, labels []string, err error) {
	m.made = append(m.made, Instrument{Name: name, Kind: kind, Unit: unit, Labels: labels, Help: help})
	if err != nil && m.err == nil {
		m.err = fmt.Errorf("metric %s: %w", name, err)
	}
}

func (m *maker) counter(name, unit, help string, labels ...string) metric.Int64Counter {
	c, err := m.meter.Int64Counter(name, metric.WithUnit(unit), metric.WithDescription(help))
	m.note("counter", name, unit, help, labels, err)
	return c
}

func (m *maker) sum(name, unit, help string, labels ...string) metric.Float64Counter {
	c, err := m.meter.Float64Counter(name, metric.WithUnit(unit), metric.WithDescription(help))
	m.note("counter", name, unit, help, labels, err)
	return c
}

func (m *maker) histogram(name, unit, help string, buckets []float64, labels ...string) metric.Float64Histogram {
	h, err := m.meter.Float64Histogram(name, metric.WithUnit(unit), metric.WithDescription(help),
		metric.WithExplicitBucketBoundaries(buckets...))
	m.note("histogram", name, unit, help, labels, err)
	return h
}

func (m *maker) gauge(name, unit, help string, callback metric.Float64Callback, labels ...string) {
	_, err := m.meter.Float64ObservableGauge(name, metric.WithUnit(unit), metric.WithDescription(help),
		metric.WithFloat64Callback(callback))
	m.note("gauge", name, unit, help, labels, err)
}

func (m *maker) observed(name, unit, help string, callback metric.Int64Callback, labels ...string) {
	_, err := m.meter.Int64ObservableCounter(name, metric.WithUnit(unit), metric.WithDescription(help),
		metric.WithInt64Callback(callback))
	m.note("counter", name, unit, help, labels, err)
}

// Buckets. The first three are those of OpenTelemetry's conventions for generative AI.
func durationBuckets() []float64 {
	return []float64{0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92}
}

func firstTokenBuckets() []float64 {
	return []float64{0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10}
}

func tokenBuckets() []float64 {
	return []float64{1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864}
}

func shortBuckets() []float64 {
	return []float64{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60}
}
