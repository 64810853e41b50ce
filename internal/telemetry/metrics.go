package telemetry

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"ockham/extproc"
	"ockham/routing"
)

// Names of the GenAI conventions. They stand in a repository of their own since conventions v1.42:
// open-telemetry/semantic-conventions-genai, docs/gen-ai/gen-ai-metrics.md and gen-ai-spans.md.
const (
	genAIOperation    = "gen_ai.operation.name"
	genAIProvider     = "gen_ai.provider.name"
	genAIRequestModel = "gen_ai.request.model"
	genAITokenType    = "gen_ai.token.type"
	errorType         = "error.type"

	operationChat   = "chat"
	providerBedrock = "aws.bedrock"
)

// metrics holds the instruments; docs/operations-metrics.md lists them. Only the worker records.
type metrics struct {
	operation metric.Float64Histogram
	first     metric.Float64Histogram
	usage     metric.Float64Histogram

	requests    metric.Int64Counter
	duration    metric.Float64Histogram
	decision    metric.Float64Histogram
	hold        metric.Float64Histogram
	errors      metric.Int64Counter
	escalations metric.Int64Counter
	attempts    metric.Int64Counter
	rejects     metric.Int64Counter
	tokens      metric.Int64Counter
	cost        metric.Float64Counter
	largest     metric.Float64Counter
	judge       metric.Float64Histogram

	armRequests metric.Int64Counter
	armCost     metric.Float64Counter
	armSquared  metric.Float64Counter
	armRejects  metric.Int64Counter

	unchecked metric.Int64Counter
	restarts  metric.Int64Counter
	left      metric.Int64Counter
	tasks     metric.Int64Counter
	feedback  metric.Float64Histogram

	models labels
	pipes  labels
	words  labels
	sets   attributeSets
}

// Most values of a label; what comes later is counted as "other".
const (
	maxModels = 64
	maxPipes  = 16
	maxWords  = 64
)

func newMetrics(m *maker) *metrics {
	return &metrics{
		operation: m.histogram("gen_ai.client.operation.duration", "s", "Time of one attempt, from the call of the model to the end of its answer.",
			durationBuckets(), genAIOperation, genAIProvider, genAIRequestModel, errorType),
		first: m.histogram("gen_ai.client.operation.time_to_first_chunk", "s", "Time of one streamed attempt until its first token.",
			firstTokenBuckets(), genAIOperation, genAIProvider, genAIRequestModel),
		usage: m.histogram("gen_ai.client.token.usage", "{token}", "Tokens of one attempt; input includes cached tokens.",
			tokenBuckets(), genAIOperation, genAIProvider, genAIRequestModel, genAITokenType),

		requests: m.counter("ockham.requests", "{request}", "Requests that ended.", "pipe", "strategy", "verdict"),
		duration: m.histogram("ockham.request.duration", "s", "Time of one request, from its headers to the end of the answer.", durationBuckets(), "pipe", "stream"),
		decision: m.histogram("ockham.decision.duration", "s", "Time until the plan was made, judge included.", shortBuckets(), "strategy"),
		hold:     m.histogram("ockham.hold.duration", "s", "Time for which an answer was held back, until it was good enough to release.", shortBuckets(), "pipe"),
		errors:   m.counter("ockham.errors", "{request}", "Requests answered with an error.", "dialect", "code"),

		escalations: m.counter("ockham.escalations", "{request}", "Requests answered by another model than the first, by why the first answer was rejected.", "pipe", "reason"),
		attempts:    m.counter("ockham.attempts", "{attempt}", "Calls of models.", "pipe", "model", "verdict"),
		rejects:     m.counter("ockham.rejects", "{attempt}", "Attempts that a check or a failure rejected, by reason.", "model", "reason"),
		tokens:      m.counter("ockham.tokens", "{token}", "Tokens by type: input, output, cache_read, cache_write.", "model", "type"),
		cost:        m.sum("ockham.cost.usd", "{USD}", "What was spent. kind: served, rejected (attempts whose answer was not sent), judge, verifier.", "model", "kind"),
		largest:     m.sum("ockham.cost.largest.usd", "{USD}", "Counterfactual: what the same tokens would have cost at the largest model."),
		judge:       m.histogram("ockham.judge.duration", "s", "Time of one judge or verifier call.", shortBuckets(), "what", "model"),

		armRequests: m.counter("ockham.arm.requests", "{request}", "Requests of each arm of the hold-out: routed, hold_out. Those that no draw could reach count in neither.", "arm"),
		armCost:     m.sum("ockham.arm.cost.usd", "{USD}", "What the requests of an arm cost.", "arm"),
		armSquared:  m.sum("ockham.arm.cost.squared", "1", "Sum of the squared costs of an arm's requests, for the interval of the measured savings.", "arm"),
		armRejects:  m.counter("ockham.arm.rejects", "{request}", "Requests of an arm whose last answer failed a check, or that failed.", "arm"),

		unchecked: m.counter("ockham.unchecked", "{request}", "Answers released without all checks, because they outgrew the hold."),
		restarts:  m.counter("ockham.restarts", "{request}", "Streams started anew after release, on the client's wish."),
		left:      m.counter("ockham.clients.left", "{request}", "Clients that left before the end."),
		tasks:     m.counter("ockham.tasks.unknown", "{request}", "Requests with a task_type that is not known, which was ignored."),
		feedback:  m.histogram("ockham.feedback.score", "1", "Scores that clients gave answers, 0 bad to 1 good.", []float64{0, 0.25, 0.5, 0.75, 1}, "pipe"),

		models: newLabels(maxModels), pipes: newLabels(maxPipes), words: newLabels(maxWords),
		sets: attributeSets{},
	}
}

// observe records one request. ctx carries its span, for exemplars.
func (m *metrics) observe(ctx context.Context, e *event) {
	o := &e.outcome
	pipe, strategy := m.request(ctx, o)
	m.duration.Record(ctx, o.Took.Seconds(), m.sets.of("pipe", pipe, "stream", boolWord(o.Stream)))
	m.decision.Record(ctx, o.Decided.Seconds(), m.sets.of("strategy", strategy))
	if o.Held > 0 {
		m.hold.Record(ctx, o.Held.Seconds(), m.sets.of("pipe", pipe))
	}
	for i := range o.Attempts {
		m.attempt(ctx, pipe, o, i)
	}
	m.charges(ctx, o.Plan)
	m.arm(ctx, o)
	m.rare(ctx, e)
	m.largest.Add(ctx, positive(o.LargestCostUSD))
}

func (m *metrics) request(ctx context.Context, o *extproc.Outcome) (pipe, strategy string) {
	pipe, strategy = "none", "none"
	if o.Plan != nil {
		pipe, strategy = m.pipes.bound(o.Plan.Pipe), m.words.bound(o.Plan.Strategy)
	}
	m.requests.Add(ctx, 1, m.sets.of("pipe", pipe, "strategy", strategy, "verdict", verdictWord(o.Verdict)))
	if o.Error != "" {
		m.errors.Add(ctx, 1, m.sets.of("dialect", m.words.bound(o.Dialect), "code", m.words.bound(string(o.Error))))
	}
	if o.Escalated {
		m.escalations.Add(ctx, 1, m.sets.of("pipe", pipe, "reason", m.words.bound(escalationReason(o))))
	}
	return pipe, strategy
}

func (m *metrics) attempt(ctx context.Context, pipe string, o *extproc.Outcome, i int) {
	a := &o.Attempts[i]
	name, id := modelNames(a.Model)
	name, id = m.models.bound(name), m.models.bound(id)
	m.attempts.Add(ctx, 1, m.sets.of("pipe", pipe, "model", name, "verdict", verdictWord(a.Verdict)))
	kind := "rejected"
	if i == o.Served {
		kind = "served"
	}
	m.cost.Add(ctx, positive(a.CostUSD), m.sets.of("model", name, "kind", kind))
	if a.Reason != "" {
		m.rejects.Add(ctx, 1, m.sets.of("model", name, "reason", m.words.bound(string(a.Reason))))
	}
	m.call(ctx, id, a, o.Stream)
	m.count(ctx, id, name, a.Tokens)
}

// call records what the GenAI conventions ask of one operation.
func (m *metrics) call(ctx context.Context, id string, a *extproc.Attempt, stream bool) {
	if failure := failureType(a.Reason); failure != "" {
		m.operation.Record(ctx, a.Took.Seconds(),
			m.sets.of(genAIOperation, operationChat, genAIProvider, providerBedrock, genAIRequestModel, id, errorType, failure))
		return
	}
	set := m.sets.of(genAIOperation, operationChat, genAIProvider, providerBedrock, genAIRequestModel, id)
	m.operation.Record(ctx, a.Took.Seconds(), set)
	if stream && a.FirstToken > 0 {
		m.first.Record(ctx, a.FirstToken.Seconds(), set)
	}
}

func (m *metrics) count(ctx context.Context, id, name string, t routing.Tokens) {
	if in := t.In + t.CacheRead + t.CacheWrite; in > 0 {
		m.usage.Record(ctx, float64(in), m.sets.of(genAIOperation, operationChat, genAIProvider, providerBedrock, genAIRequestModel, id, genAITokenType, "input"))
	}
	if t.Out > 0 {
		m.usage.Record(ctx, float64(t.Out), m.sets.of(genAIOperation, operationChat, genAIProvider, providerBedrock, genAIRequestModel, id, genAITokenType, "output"))
	}
	m.tokensOf(ctx, name, "input", t.In)
	m.tokensOf(ctx, name, "output", t.Out)
	m.tokensOf(ctx, name, "cache_read", t.CacheRead)
	m.tokensOf(ctx, name, "cache_write", t.CacheWrite)
}

func (m *metrics) tokensOf(ctx context.Context, model, kind string, n int) {
	if n > 0 {
		m.tokens.Add(ctx, int64(n), m.sets.of("model", model, "type", kind))
	}
}

func (m *metrics) charges(ctx context.Context, p *routing.Plan) {
	if p == nil {
		return
	}
	for _, c := range p.Charges {
		model, what := m.models.bound(c.Model), m.words.bound(c.What)
		m.judge.Record(ctx, c.Took.Seconds(), m.sets.of("what", what, "model", model))
		m.cost.Add(ctx, positive(c.CostUSD), m.sets.of("model", model, "kind", what))
	}
}

func (m *metrics) arm(ctx context.Context, o *extproc.Outcome) {
	arm, ok := armOf(o)
	if !ok {
		return
	}
	set := m.sets.of("arm", arm.String())
	m.armRequests.Add(ctx, 1, set)
	m.armCost.Add(ctx, positive(o.CostUSD), set)
	m.armSquared.Add(ctx, o.CostUSD*o.CostUSD, set)
	if failed(o) {
		m.armRejects.Add(ctx, 1, set)
	}
}

func (m *metrics) rare(ctx context.Context, e *event) {
	o := &e.outcome
	for _, c := range []struct {
		happened bool
		counter  metric.Int64Counter
	}{
		{o.Unchecked, m.unchecked}, {o.Restarted, m.restarts}, {o.Left, m.left},
		{e.task != "" && o.Plan != nil && o.Plan.Features.Task == "", m.tasks},
	} {
		if c.happened {
			c.counter.Add(ctx, 1)
		}
	}
}

// attributeSets remembers the sets of label values that were used; their number is bounded because
// every value is.
type attributeSets map[[8]string]metric.MeasurementOption

// of takes label, value, label, value, ...
func (s attributeSets) of(pairs ...string) metric.MeasurementOption {
	var key [8]string
	copy(key[:], pairs)
	set, ok := s[key]
	if !ok {
		var list []attribute.KeyValue
		for i := 0; i+1 < len(pairs); i += 2 {
			list = append(list, attribute.String(pairs[i], pairs[i+1]))
		}
		set = metric.WithAttributeSet(attribute.NewSet(list...))
		s[key] = set
	}
	return set
}
