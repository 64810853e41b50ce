package config

// Cascade is strategy C.
type Cascade struct {
	// Calls made for one answer, the first one included.
	Attempts int `yaml:"attempts" min:"0" max:"20"`
	// For all of them together.
	Time Duration `yaml:"time"`
	// No further attempt once so much is spent on the request, failed attempts included. 0: no bound.
	CostUSD float64 `yaml:"cost_usd" min:"0"`
	// Tell the same model once what was wrong with its answer (schema, tool arguments, format) where that is
	// worth more than asking a larger one, which fails alike: cheaper, but one more wait. On by default, but not on
	// real-time routes.
	Repair *bool `yaml:"repair"`
	// How models fare after rejections, as `ockham eval rates` counts in a ledger; it is read again when it
	// changes. Empty: what is published of other models.
	Rates string `yaml:"rates"`
	// Run plain requests as streams upstream too, so that a bad answer is given up at its first bad
	// token; `deadlines.first_token` then counts for them. Off by default, on by default on real-time routes.
	Early *bool `yaml:"early"`
	// Call the next model so long before the first one's answer or first token is due, so that what was
	// waited for is not waited for twice. The first good answer wins, the other call is stopped; both are
	// paid. Off by default, and with 0s on a route.
	Hedge *Duration `yaml:"hedge"`
	// What is tried when a model throttles, in this order: the same model in another region, the next model
	// of the pipe, the same model again after the AWS SDK's back-off.
	Throttled []string `yaml:"throttled" enum:"region|model|wait"`
}

// Deadlines bound the parts of a request; cascade.time bounds the whole.
type Deadlines struct {
	// A plain answer, per attempt.
	Answer Duration `yaml:"answer"`
	// The first token, per attempt.
	FirstToken Duration `yaml:"first_token"`
	// The longest silence within a streamed answer.
	Idle Duration `yaml:"idle"`
	// The slow checks (verifier, agreement, hook) of one answer together; without a verdict by then it passes.
	Checks Duration `yaml:"checks"`
}

// Check names a check, and sets its options.
type Check struct {
	// One of the names in docs/checks.md.
	Name string `yaml:"name" required:"true"`
	// What the check lets one set.
	Options map[string]any `yaml:"options"`
}

// Hold says how much of a streamed answer is judged before any of it is released.
type Hold struct {
	// All of it: certainty instead of a fast first byte.
	Full bool `yaml:"full"`
	// So many tokens,
	Tokens int `yaml:"tokens" min:"0"`
	// or so long after the first one, whichever comes first.
	Time Duration `yaml:"time"`
}

// Prompt is a template of the system text for some models and a kind of task.
type Prompt struct {
	// Models by name, id or family; `*` stands for any text.
	Models string `yaml:"models" required:"true"`
	// A task_type; empty for any.
	Task string `yaml:"task"`
	// The text, with `{client}` where the client's own goes (else it follows). `fold` alone says that
	// these models take no system prompt: it is put in front of the first user turn.
	System string `yaml:"system" required:"true"`
}
