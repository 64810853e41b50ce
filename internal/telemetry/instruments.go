package telemetry

import (
	"context"
	"slices"
	"sort"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/instrumentation"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/trace"
)

// Instrument describes one metric for docs/operations-metrics.md.
type Instrument struct {
	Name   string // OpenTelemetry's; on /metrics dots are underscores
	Kind   string // counter, histogram or gauge
	Unit   string
	Labels []string
	Help   string
}

// registry makes the instruments and hands their values to the readers of OpenTelemetry's SDK, as
// their metric.Producer. The SDK's own instruments cost ten times as much a value, because they can do
// more: views, any attributes, any goroutine.
type registry struct {
	scope instrumentation.Scope
	start time.Time
	now   func() time.Time

	mu   sync.Mutex // guards cells; the worker holds it for a whole request
	made []Instrument
	all  []func(now time.Time) metricdata.Aggregation // nil: nothing to tell yet
}

func newRegistry(cfg Config) *registry {
	return &registry{scope: instrumentation.Scope{Name: "ockham", Version: cfg.Version}, start: cfg.Now(), now: cfg.Now}
}

func (r *registry) add(m Instrument, produce func(now time.Time) metricdata.Aggregation) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.made = append(r.made, m)
	r.all = append(r.all, produce)
}

// Produce tells all values, for one reader.
func (r *registry) Produce(context.Context) ([]metricdata.ScopeMetrics, error) {
	now := r.now()
	r.mu.Lock()
	made, all := slices.Clone(r.made), slices.Clone(r.all)
	r.mu.Unlock()
	var list []metricdata.Metrics
	for i, produce := range all {
		if data := produce(now); data != nil {
			list = append(list, metricdata.Metrics{Name: made[i].Name, Description: made[i].Help, Unit: made[i].Unit, Data: data})
		}
	}
	return []metricdata.ScopeMetrics{{Scope: r.scope, Metrics: list}}, nil
}

// maxLabels of one instrument.
const maxLabels = 4

// values are those of an instrument's labels, in its order; "" leaves a label out. Their combinations
// are bounded because each is.
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

// moment is the span during which something was measured; the zero value is none that is sampled.
type moment struct {
	at    time.Time
	trace trace.TraceID
	span  trace.SpanID
}

func momentOf(ctx context.Context, at time.Time) (m moment) {
	if s := trace.SpanContextFromContext(ctx); s.IsSampled() {
		m = moment{at: at, trace: s.TraceID(), span: s.SpanID()}
	}
	return m
}

// counter only goes up. It is added to under the registry's lock.
type counter struct {
	registry *registry
	labels   []string
	cells    map[values]*counterCell
}

type counterCell struct {
	set   attribute.Set
	total float64
}

func (r *registry) counter(name, unit, help string, labels ...string) *counter {
	c := &counter{registry: r, labels: labels, cells: map[values]*counterCell{}}
	r.add(Instrument{name, "counter", unit, labels, help}, c.produce)
	return c
}

func (c *counter) add(v float64, of ...string) {
	var key values
	copy(key[:], of)
	cell := c.cells[key]
	if cell == nil {
		cell = &counterCell{set: attributes(c.labels, key)}
		c.cells[key] = cell
	}
	cell.total += v
}

func (c *counter) produce(now time.Time) metricdata.Aggregation {
	c.registry.mu.Lock()
	defer c.registry.mu.Unlock()
	if len(c.cells) == 0 {
		return nil
	}
	sum := metricdata.Sum[float64]{Temporality: metricdata.CumulativeTemporality, IsMonotonic: true}
	for _, cell := range c.cells {
		sum.DataPoints = append(sum.DataPoints, metricdata.DataPoint[float64]{
			Attributes: cell.set, StartTime: c.registry.start, Time: now, Value: cell.total,
		})
	}
	return sum
}

// histogram is recorded under the registry's lock.
type histogram struct {
	registry *registry
	labels   []string
	bounds   []float64
	cells    map[values]*histogramCell
}

type histogramCell struct {
	set       attribute.Set
	counts    []uint64 // a bucket each, and one above all bounds
	sum       float64
	exemplars []exemplar // the latest of each bucket; without a trace there is none
}

type exemplar struct {
	moment
	value float64
}

func (r *registry) histogram(name, unit, help string, bounds []float64, labels ...string) *histogram {
	h := &histogram{registry: r, labels: labels, bounds: bounds, cells: map[values]*histogramCell{}}
	r.add(Instrument{name, "histogram", unit, labels, help}, h.produce)
	return h
}

func (h *histogram) record(m moment, v float64, of ...string) {
	var key values
	copy(key[:], of)
	cell := h.cells[key]
	if cell == nil {
		n := len(h.bounds) + 1
		cell = &histogramCell{set: attributes(h.labels, key), counts: make([]uint64, n), exemplars: make([]exemplar, n)}
		h.cells[key] = cell
	}
	bucket := sort.SearchFloat64s(h.bounds, v)
	cell.counts[bucket]++
	cell.sum += v
	if m.trace.IsValid() {
		cell.exemplars[bucket] = exemplar{m, v}
	}
}

func (h *histogram) produce(now time.Time) metricdata.Aggregation {
	h.registry.mu.Lock()
	defer h.registry.mu.Unlock()
	if len(h.cells) == 0 {
		return nil
	}
	data := metricdata.Histogram[float64]{Temporality: metricdata.CumulativeTemporality}
	for _, cell := range h.cells {
		data.DataPoints = append(data.DataPoints, cell.point(h.bounds, h.registry.start, now))
	}
	return data
}

func (c *histogramCell) point(bounds []float64, start, now time.Time) metricdata.HistogramDataPoint[float64] {
	p := metricdata.HistogramDataPoint[float64]{
		Attributes: c.set, StartTime: start, Time: now, Bounds: bounds, BucketCounts: slices.Clone(c.counts), Sum: c.sum,
	}
	for i, n := range c.counts {
		p.Count += n
		if e := c.exemplars[i]; e.trace.IsValid() {
			p.Exemplars = append(p.Exemplars, metricdata.Exemplar[float64]{Time: e.at, Value: e.value, SpanID: e.span[:], TraceID: e.trace[:]})
		}
	}
	return p
}

// observer is how a callback tells one value, and those of its labels.
type observer = func(v float64, of ...string)

// gauge is read whenever somebody looks.
func (r *registry) gauge(name, unit, help string, read func(observer), labels ...string) {
	r.add(Instrument{name, "gauge", unit, labels, help}, func(now time.Time) metricdata.Aggregation {
		if points := r.points(now, labels, read); len(points) > 0 {
			return metricdata.Gauge[float64]{DataPoints: points}
		}
		return nil
	})
}

// total is a counter that someone else keeps.
func (r *registry) total(name, unit, help string, read func(observer), labels ...string) {
	r.add(Instrument{name, "counter", unit, labels, help}, func(now time.Time) metricdata.Aggregation {
		if points := r.points(now, labels, read); len(points) > 0 {
			return metricdata.Sum[float64]{DataPoints: points, Temporality: metricdata.CumulativeTemporality, IsMonotonic: true}
		}
		return nil
	})
}

func (r *registry) points(now time.Time, labels []string, read func(observer)) (points []metricdata.DataPoint[float64]) {
	read(func(v float64, of ...string) {
		var key values
		copy(key[:], of)
		points = append(points, metricdata.DataPoint[float64]{Attributes: attributes(labels, key), StartTime: r.start, Time: now, Value: v})
	})
	return points
}
