package telemetry

import (
	"context"
	"fmt"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"ockham/extproc"
)

// parseTraceparent reads the W3C header; the result is not valid where there is none.
func parseTraceparent(header string) trace.SpanContext {
	if header == "" {
		return trace.SpanContext{}
	}
	carrier := propagation.MapCarrier{"traceparent": header}
	return trace.SpanContextFromContext(propagation.TraceContext{}.Extract(context.Background(), carrier))
}

// trace makes the spans of a request that ended, as children of Envoy's, and returns a context with
// its span, for exemplars and log records. Without an exporter that is Envoy's own.
func (s *signals) trace(o *extproc.Outcome) context.Context {
	ctx := context.Background()
	if parent := parseTraceparent(o.Trace); parent.IsValid() {
		ctx = trace.ContextWithRemoteSpanContext(ctx, parent)
	}
	if s.tracer == nil || !s.spans.allows(notable(o)) {
		return ctx
	}
	ctx, span := s.tracer.Start(ctx, "ockham route", trace.WithTimestamp(o.Start), trace.WithAttributes(requestAttributes(o)...))
	if span.IsRecording() {
		s.tallies["traces"].offered.Add(1)
		tellDecision(span, o)
		for i := range o.Attempts {
			s.traceAttempt(ctx, &o.Attempts[i], o.Stream)
		}
	}
	if o.Error != "" {
		span.SetStatus(codes.Error, string(o.Error))
		span.SetAttributes(attribute.String(errorType, string(o.Error)))
	}
	span.End(trace.WithTimestamp(o.Start.Add(o.Took)))
	return ctx
}

// notable requests have spans of their own to spend, so that a flood of plain ones does not hide them.
func notable(o *extproc.Outcome) bool { return o.Escalated || o.Error != "" || o.Restarted }

// spansPerSecond bounds how many requests of each kind are traced: two spans cost as much as half of
// a request's other work here, and nobody reads a thousand traces a second.
const spansPerSecond = 100

// budget counts traces within a second. Only the worker asks.
type budget struct {
	now    func() time.Time
	second int64
	spent  [2]int
}

func (b *budget) allows(notable bool) bool {
	if second := b.now().Unix(); second != b.second {
		b.second, b.spent = second, [2]int{}
	}
	kind := one(notable)
	if b.spent[kind] >= spansPerSecond {
		return false
	}
	b.spent[kind]++
	return true
}

func requestAttributes(o *extproc.Outcome) []attribute.KeyValue {
	list := []attribute.KeyValue{
		attribute.String("ockham.request.id", o.ID),
		attribute.String("ockham.dialect", o.Dialect),
		attribute.String("ockham.verdict", o.Verdict),
		attribute.Bool("ockham.escalated", o.Escalated),
		attribute.Int("ockham.attempts", len(o.Attempts)),
		attribute.Float64("ockham.cost.usd", o.CostUSD),
		attribute.Float64("ockham.cost.largest.usd", o.LargestCostUSD),
	}
	if o.Plan == nil {
		return list
	}
	return append(list,
		attribute.String("ockham.pipe", o.Plan.Pipe),
		attribute.String("ockham.strategy", o.Plan.Strategy),
		attribute.String("ockham.reason", o.Plan.Reason),
		attribute.Bool("ockham.hold_out", o.Plan.HoldOut))
}

// tellDecision marks when the plan was made and what was asked for it.
func tellDecision(span trace.Span, o *extproc.Outcome) {
	if o.Plan == nil {
		return
	}
	at := trace.WithTimestamp(o.Start.Add(o.Decided))
	span.AddEvent("planned", at)
	for _, c := range o.Plan.Charges {
		span.AddEvent("asked", at, trace.WithAttributes(
			attribute.String("ockham.what", c.What), attribute.String(genAIRequestModel, c.Model),
			attribute.Float64("ockham.cost.usd", c.CostUSD), attribute.Float64("ockham.seconds", c.Took.Seconds())))
	}
}

func (s *signals) traceAttempt(ctx context.Context, a *extproc.Attempt, stream bool) {
	_, id := modelNames(a.Model)
	_, span := s.tracer.Start(ctx, fmt.Sprintf("%s %s", operationChat, id), trace.WithSpanKind(trace.SpanKindClient),
		trace.WithTimestamp(a.Start), trace.WithAttributes(attemptAttributes(a, id, stream)...))
	s.tallies["traces"].offered.Add(1)
	if a.FirstToken > 0 {
		span.AddEvent("first token", trace.WithTimestamp(a.Start.Add(a.FirstToken)))
	}
	if failure := failureType(a.Reason); failure != "" {
		span.SetStatus(codes.Error, failure)
		span.SetAttributes(attribute.String(errorType, failure))
	}
	span.End(trace.WithTimestamp(a.Start.Add(a.Took)))
}

// attemptAttributes are those of the GenAI conventions, and ours.
func attemptAttributes(a *extproc.Attempt, id string, stream bool) []attribute.KeyValue {
	list := []attribute.KeyValue{
		attribute.String(genAIOperation, operationChat),
		attribute.String(genAIProvider, providerBedrock),
		attribute.String(genAIRequestModel, id),
		attribute.Int("gen_ai.usage.input_tokens", inputTokens(a.Tokens)),
		attribute.Int("gen_ai.usage.output_tokens", a.Tokens.Out),
		attribute.Int("gen_ai.usage.cache_read.input_tokens", a.Tokens.CacheRead),
		attribute.Int("gen_ai.usage.cache_write.input_tokens", a.Tokens.CacheWrite),
		attribute.String("cloud.region", a.Region),
		attribute.String("ockham.verdict", a.Verdict),
		attribute.Float64("ockham.cost.usd", a.CostUSD),
	}
	if stream {
		list = append(list, attribute.Bool("gen_ai.request.stream", true))
	}
	if a.Reason != "" {
		list = append(list, attribute.String("ockham.reject.reason", string(a.Reason)))
	}
	for _, told := range []struct {
		key   string
		words []string
	}{{"ockham.checks.mended", a.Mended}, {"ockham.checks.skipped", a.SkippedChecks()}} {
		if len(told.words) > 0 {
			list = append(list, attribute.StringSlice(told.key, told.words))
		}
	}
	if a.Then != "" {
		list = append(list, attribute.String("ockham.reject.then", a.Then))
	}
	if a.Status > 0 {
		list = append(list, attribute.Int("http.response.status_code", a.Status))
	}
	if stream && a.FirstToken > 0 {
		list = append(list, attribute.Float64("gen_ai.response.time_to_first_chunk", a.FirstToken.Round(time.Microsecond).Seconds()))
	}
	return list
}
