package routing

import "time"

// Strategies that `ask` may name: who is asked where the rules leave it open.
const (
	AskClassifier = "classifier"
	AskJudge      = "judge"
)

// Policy is everything that a Router decides by. It must not be changed once a Router has it.
type Policy struct {
	Models  []*Model // the operator's; requests may name them where ConcreteModels says so
	Pipes   []*Pipe  // cheapest first
	Simple  string   // pipe for simple work
	Complex string   // pipe for the rest
	Tasks   map[string]string
	Rules   []Rule
	Default Profile
	Routes  map[string]*Profile // by Prompt.Route
	// Judging of a pipe, where it has its own.
	Judging map[string]*Judging
	// ConcreteModels says that a model named by the client is honoured; else the request is routed.
	ConcreteModels bool
	// Find knows models beyond Models by their Bedrock id; nil knows none.
	Find func(id string) (*Model, bool)

	Aim   float64 // the dial: what a bad answer costs
	Rates *Rates  // how models fare after rejections; nil: what is published

	Scorer  Scorer   // nil: no classifier
	Judge   *Judge   // nil: nobody to ask
	Budgets *Budgets // nil: no soft limits
	// Count is told of every fallback and other event worth counting; see Events. nil: nobody is.
	Count func(event string)
}

// Profile is how the requests of one route are treated.
type Profile struct {
	Ask       []string
	Unsure    string // pipe, where nobody could tell
	RealTime  bool   // the judge is never asked
	Judging   *Judging
	Deadlines Deadlines
	Limits    Limits
	Hold      Hold
	HoldOut   float64       // share that goes straight to the largest model
	Early     bool          // see Plan.Early
	Repair    bool          // see Plan.Repair
	Hedge     time.Duration // see Plan
	Throttled []string      // see Plan
}

// Events that a Router counts. No client notices any of them.
const (
	EventUnknownTask     = "unknown_task_type"
	EventModelIgnored    = "model_ignored"
	EventRuleFailed      = "rule_failed"
	EventNoClassifier    = "classifier_missing"
	EventClassifierFails = "classifier_failed"
	EventNoJudge         = "judge_missing"
	EventJudgeRambled    = "judge_rambled"
	EventJudgeTimeout    = "judge_timeout"
	EventJudgeFailed     = "judge_failed"
	EventJudgeBusy       = "judge_busy"
	EventJudgeResting    = "judge_resting"
	EventJudgeTooDear    = "judge_too_dear"
	EventPipeSkipped     = "pipe_does_not_fit"
	EventOverBudget      = "over_budget"
	EventJudgeCached     = "judge_cached"
)

// Events lists what Policy.Count may be called with, for metrics that want every series from the start.
func Events() []string {
	return []string{
		EventUnknownTask, EventModelIgnored, EventRuleFailed, EventNoClassifier,
		EventClassifierFails, EventNoJudge, EventJudgeRambled, EventJudgeTimeout, EventJudgeFailed,
		EventJudgeBusy, EventJudgeResting, EventJudgeTooDear, EventPipeSkipped, EventOverBudget, EventJudgeCached,
	}
}

// IsFallback says of an event that something was missing or failed, which an operator may want to mend;
// the others are the policy at work.
func IsFallback(event string) bool {
	switch event {
	case EventModelIgnored, EventJudgeTooDear, EventPipeSkipped, EventOverBudget, EventJudgeCached:
		return false
	}
	return true
}
