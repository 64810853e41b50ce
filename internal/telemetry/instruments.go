package telemetry

import (
	"context"
	"fmt"
	"sync"

	"go.opentelemetry.io/otel/attribute"
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

// maxLabels of one instrument.
const maxLabels = 4

// values are those of an instrument's labels, in its order; "" leaves a label out.
type values = [maxLabels]string

// attributes pairs the labels with their values.
func attributes(labels []string, v values) attribute.Set {
	var list []attribute.KeyValue
	for i, label := range labels {
		if v[i] != "" {
			list = append(list, attribute.String(label, v[i]))
		}
	}
	return attribute.NewSet(list...)
}

// counter adds up on its own and is read at each scrape: that costs a tenth of what the SDK's counter
// does, for want of exemplars, which the histograms have.
type counter struct {
	labels []string
	mu     sync.Mutex
	cells  map[values]*cell
}

type cell struct {
	set   metric.MeasurementOption
	total float64
}

func (m *maker) counter(name, unit, help string, labels ...string) *counter {
	c := &counter{labels: labels, cells: map[values]*cell{}}
	_, err := m.meter.Float64ObservableCounter(name, metric.WithUnit(unit), metric.WithDescription(help), metric.WithFloat64Callback(c.observe))
	m.note("counter", name, unit, help, labels, err)
	return c
}

func (c *counter) add(v float64, of ...string) {
	var key values
	copy(key[:], of)
	c.mu.Lock()
	defer c.mu.Unlock()
	at := c.cells[key]
	if at == nil {
		at = &cell{set: metric.WithAttributeSet(attributes(c.labels, key))}
		c.cells[key] = at
	}
	at.total += v
}

func (c *counter) observe(_ context.Context, o metric.Float64Observer) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, at := range c.cells {
		o.Observe(at.total, at.set)
	}
	return nil
}

// histogram remembers the sets of label values that were used; their number is bounded because every
// value is. Only the worker records.
type histogram struct {
	metric.Float64Histogram
	labels []string
	sets   map[values]metric.MeasurementOption
}

func (m *maker) histogram(name, unit, help string, buckets []float64, labels ...string) *histogram {
	h, err := m.meter.Float64Histogram(name, metric.WithUnit(unit), metric.WithDescription(help),
		metric.WithExplicitBucketBoundaries(buckets...))
	m.note("histogram", name, unit, help, labels, err)
	return &histogram{h, labels, map[values]metric.MeasurementOption{}}
}

func (h *histogram) record(ctx context.Context, v float64, of ...string) {
	var key values
	copy(key[:], of)
	set, ok := h.sets[key]
	if !ok {
		set = metric.WithAttributeSet(attributes(h.labels, key))
		h.sets[key] = set
	}
	h.Record(ctx, v, set)
}

// gauge is read at each scrape.
func (m *maker) gauge(name, unit, help string, read func(observe func(v float64, of ...string)), labels ...string) {
	_, err := m.meter.Float64ObservableGauge(name, metric.WithUnit(unit), metric.WithDescription(help), metric.WithFloat64Callback(callback(read, labels)))
	m.note("gauge", name, unit, help, labels, err)
}

// total is a counter that someone else keeps.
func (m *maker) total(name, unit, help string, read func(observe func(v float64, of ...string)), labels ...string) {
	_, err := m.meter.Float64ObservableCounter(name, metric.WithUnit(unit), metric.WithDescription(help), metric.WithFloat64Callback(callback(read, labels)))
	m.note("counter", name, unit, help, labels, err)
}

func callback(read func(observe func(v float64, of ...string)), labels []string) metric.Float64Callback {
	return func(_ context.Context, o metric.Float64Observer) error {
		read(func(v float64, of ...string) {
			var key values
			copy(key[:], of)
			o.Observe(v, metric.WithAttributeSet(attributes(labels, key)))
		})
		return nil
	}
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
