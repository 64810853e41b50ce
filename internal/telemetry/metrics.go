package telemetry

import (
	"context"
	"strconv"

	"ockham/extproc"
	"ockham/routing"
)

// metrics holds the instruments; docs/operations-metrics.md lists them. Only the worker records.
type metrics struct {
	registry *registry

	inference inference

	duration, decision, hold, judge, feedback *histogram

	requests, errors, escalations, attempts, rejects *counter
	cost, largest                                    *counter
	armRequests, armCost, armSquared, armRejects     *counter
	armLargest, armLargestSquared                    *counter
	unchecked, restarts, left                        *counter
	mended, skipped, then, hedges                    *counter

	models, pipes, words labels
}

// Most values of a label; what comes later is counted as "other".
const (
	maxModels = 64
	maxPipes  = 16
	maxWords  = 64
)

func newMetrics(m *registry) *metrics {
	return &metrics{
		registry:  m,
		inference: newInference(m),

		requests: m.counter("ockham.requests", "{request}", "Requests that ended.", "pipe", "strategy", "verdict"),
		duration: m.histogram("ockham.request.duration", "s", "Time of one request, from its headers to the end of the answer.", durationBuckets(), "pipe", "stream", "escalated"),
		decision: m.histogram("ockham.decision.duration", "s", "Time until the plan was made, judge included.", shortBuckets(), "strategy"),
		hold:     m.histogram("ockham.hold.duration", "s", "Time for which an answer was held back, until it was good enough to release.", shortBuckets(), "pipe"),
		errors:   m.counter("ockham.errors", "{request}", "Requests answered with an error.", "dialect", "code"),

		escalations: m.counter("ockham.escalations", "{request}", "Requests answered by another model than the first, by why the first answer was rejected.", "pipe", "reason"),
		attempts:    m.counter("ockham.attempts", "{attempt}", "Calls of models.", "pipe", "model", "verdict"),
		rejects:     m.counter("ockham.rejects", "{attempt}", "Attempts that a check or a failure rejected, by reason.", "model", "reason"),
		cost:        m.counter("ockham.cost.usd", "{USD}", "What was spent. kind: served, rejected (attempts whose answer was not sent), judge, verifier.", "model", "kind"),
		largest:     m.counter("ockham.cost.largest.usd", "{USD}", "Counterfactual: what the same tokens would have cost at the largest model."),
		judge:       m.histogram("ockham.judge.duration", "s", "Time of one judge or verifier call.", shortBuckets(), "what", "model"),

		armRequests:       m.counter("ockham.arm.requests", "{request}", "Requests of each arm of the hold-out: routed, hold_out. Those that no draw could reach count in neither.", "arm"),
		armCost:           m.counter("ockham.arm.cost.usd", "{USD}", "What the requests of an arm cost.", "arm"),
		armSquared:        m.counter("ockham.arm.cost.squared", "1", "Sum of the squared costs of an arm's requests, for the interval of the measured savings.", "arm"),
		armLargest:        m.counter("ockham.arm.largest.usd", "{USD}", "Counterfactual cost of an arm's requests, at the largest model's price.", "arm"),
		armLargestSquared: m.counter("ockham.arm.largest.squared", "1", "Sum of the squares of those costs, for the interval of the measured savings.", "arm"),
		armRejects:        m.counter("ockham.arm.rejects", "{request}", "Requests of an arm whose last answer failed a check, or that failed.", "arm"),

		unchecked: m.counter("ockham.unchecked", "{request}", "Answers released without all checks, because they outgrew the hold."),
		mended:    m.counter("ockham.checks.mended", "{attempt}", "Answers whose text a check put right: JSON taken out of prose, or repaired.", "model", "check"),
		skipped:   m.counter("ockham.checks.skipped", "{attempt}", "Answers that a check could not judge and let pass.", "check"),
		hedges:    m.counter("ockham.hedges", "{attempt}", "Calls that were made beside the one before, shortly before that one was due.", "pipe", "model"),
		then:      m.counter("ockham.rejects.then", "{attempt}", "What followed a rejected attempt: region, wait, repair, escalate, serve.", "pipe", "then"),
		restarts:  m.counter("ockham.restarts", "{request}", "Streams started anew after release, on the client's wish."),
		left:      m.counter("ockham.clients.left", "{request}", "Clients that left before the end."),
		feedback:  m.histogram("ockham.feedback.score", "1", "Scores that clients gave answers, 0 bad to 1 good.", []float64{0, 0.25, 0.5, 0.75, 1}, "pipe"),

		models: newLabels(maxModels), pipes: newLabels(maxPipes), words: newLabels(maxWords),
	}
}

// rate records a client's score.
func (m *metrics) rate(pipe string, score float64) {
	m.registry.mu.Lock()
	defer m.registry.mu.Unlock()
	m.feedback.record(moment{}, score, m.pipes.bound(pipe))
}

// observe records one request, of which r is the record. ctx carries its span, for exemplars.
func (m *metrics) observe(ctx context.Context, o *extproc.Outcome, r *Record) {
	at := momentOf(ctx, o.Start.Add(o.Took))
	m.registry.mu.Lock()
	defer m.registry.mu.Unlock()
	pipe, strategy := m.request(o, r)
	m.duration.record(at, o.Took.Seconds(), pipe, strconv.FormatBool(o.Stream), strconv.FormatBool(o.Escalated))
	if o.Plan != nil {
		m.decision.record(at, o.Decided.Seconds(), strategy)
	}
	if o.Held > 0 {
		m.hold.record(at, o.Held.Seconds(), pipe)
	}
	for i := range o.Attempts {
		m.attempt(at, pipe, o, i)
	}
	m.charges(at, o.Plan)
	m.arm(r)
	m.rare(o)
	m.largest.add(positive(o.LargestCostUSD))
}

func (m *metrics) request(o *extproc.Outcome, r *Record) (pipe, strategy string) {
	pipe, strategy = "none", "none"
	if o.Plan != nil {
		pipe, strategy = m.pipes.bound(o.Plan.Pipe), m.words.bound(o.Plan.Strategy)
	}
	m.requests.add(1, pipe, strategy, verdictWord(o.Verdict))
	if o.Error != "" {
		m.errors.add(1, m.words.bound(o.Dialect), m.words.bound(string(o.Error)))
	}
	if o.Escalated {
		m.escalations.add(1, pipe, m.words.bound(r.escalationReason()))
	}
	return pipe, strategy
}

func (m *metrics) attempt(at moment, pipe string, o *extproc.Outcome, i int) {
	a := &o.Attempts[i]
	name, id := modelNames(a.Model)
	name, id = m.models.bound(name), m.models.bound(id)
	m.attempts.add(1, pipe, name, verdictWord(a.Verdict))
	kind := "rejected"
	if i == o.Served {
		kind = "served"
	}
	m.cost.add(positive(a.CostUSD), name, kind)
	if a.Reason != "" {
		m.rejects.add(1, name, m.words.bound(string(a.Reason)))
	}
	m.judged(pipe, name, a)
	m.inference.record(at, id, a, o.Stream, o.Plan != nil && o.Plan.Features.Images)
}

// judged counts what checks did besides accepting and rejecting, and what came of a rejection.
func (m *metrics) judged(pipe, model string, a *extproc.Attempt) {
	for _, check := range a.Mended {
		m.mended.add(1, model, m.words.bound(check))
	}
	for _, s := range a.Skipped {
		m.skipped.add(1, m.words.bound(s.Check))
	}
	if then := a.Followed(); then != "" {
		m.then.add(1, pipe, m.words.bound(then))
	}
	if a.Hedge {
		m.hedges.add(1, pipe, model)
	}
}

func (m *metrics) charges(at moment, p *routing.Plan) {
	if p == nil {
		return
	}
	for _, c := range p.Charges {
		model, what := m.models.bound(c.Model), m.words.bound(c.What)
		m.judge.record(at, c.Took.Seconds(), what, model)
		m.cost.add(positive(c.CostUSD), model, what)
	}
}

func (m *metrics) arm(r *Record) {
	arm, ok := r.Arm()
	if !ok {
		return
	}
	m.armRequests.add(1, arm.String())
	m.armCost.add(positive(r.CostUSD), arm.String())
	m.armSquared.add(positive(r.CostUSD)*positive(r.CostUSD), arm.String())
	m.armLargest.add(positive(r.LargestCostUSD), arm.String())
	m.armLargestSquared.add(positive(r.LargestCostUSD)*positive(r.LargestCostUSD), arm.String())
	if r.Failed() {
		m.armRejects.add(1, arm.String())
	}
}

func (m *metrics) rare(o *extproc.Outcome) {
	for _, c := range []struct {
		happened bool
		counter  *counter
	}{
		{o.Unchecked, m.unchecked}, {o.Restarted, m.restarts}, {o.Left, m.left},
	} {
		if c.happened {
			c.counter.add(1)
		}
	}
}
