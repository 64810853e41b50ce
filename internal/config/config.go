// Package config reads Ockham's configuration: one YAML file, strictly. Its structs (config.go, server.go,
// bedrock.go, decide.go, cascade.go) are the configuration; the comments on their fields are its reference,
// from which docs/reference is made.
package config

// Config is the whole configuration. Everything has a default, so that no file is needed at all. Lists
// replace the default list; maps (models, pipes, tasks, routes) are merged into the default by name.
type Config struct {
	// Where Ockham listens.
	Server Server `yaml:"server"`
	// Where Bedrock is, and how it is spoken to.
	Bedrock Bedrock `yaml:"bedrock"`
	// Models by the name under which pipes and rules know them. Only what differs from the built-in
	// catalogue needs to stand here; a pipe may also name a catalogue id directly.
	Models map[string]Model `yaml:"models"`
	// Pipes: ordered lists of models, cheapest first. `green` takes simple work, `purple` the rest.
	// `name: [a, b]` is short for `name: {models: [a, b]}`.
	Pipes map[string]Pipe `yaml:"pipes"`
	// Buckets: which task_type goes down which pipe. A list replaces the pipe's default bucket.
	Tasks map[string][]string `yaml:"tasks"`
	// Request headers and metadata keys that rules may read.
	Inputs Inputs `yaml:"inputs"`
	// Strategy A: rules in CEL, read from the top; the first one that holds decides. This list replaces
	// the default one, whose rules are the token limits.
	Rules []Rule `yaml:"rules"`
	// What happens where neither the request nor a rule decides.
	Otherwise Otherwise `yaml:"otherwise"`
	// The classifier that is embedded, or another one.
	Classifier Classifier `yaml:"classifier"`
	// Strategy B: a cheap model is asked whether a cheap model will do.
	Judge Judge `yaml:"judge"`
	// Strategy C: how far a request may move along the models of its pipe.
	Cascade Cascade `yaml:"cascade"`
	// How long each part of a request may take.
	Deadlines Deadlines `yaml:"deadlines"`
	// Checks that every answer must pass, where pipe, route and rule name no others. `name` alone, or
	// `name: {option: value}`.
	Checks []Check `yaml:"checks"`
	// How much of a streamed answer is judged before any of it is released.
	Hold Hold `yaml:"hold"`
	// System prompts by model and task; the first that matches is taken, then the built-in library.
	Prompts []Prompt `yaml:"prompts"`
	// What differs for requests on a route: by the name of Envoy's route, or by the `profile` in the
	// metadata that the route has under `ockham`.
	Routes map[string]Route `yaml:"routes"`
	// The share of the largest model's quality to keep: the one dial from cheapest (0) to best (1).
	Aim float64 `yaml:"aim" min:"0" max:"1"`
	// The share of requests that goes straight to the largest model, so that savings are measured
	// against it instead of only computed; 0.02 is a good value. Off by default.
	HoldOut float64 `yaml:"holdout" min:"0" max:"1"`
	// What clients may learn of the choice: nothing, the x-ockham-* response headers, or also `model`
	// and `route` in the body. Where it is none, here or on a route, explain is off for clients.
	Expose string `yaml:"expose" enum:"none|headers|full"`
	// What clients may do besides asking for an answer.
	Allow Allow `yaml:"allow"`
	// Bounds on sizes and numbers.
	Limits Limits `yaml:"limits"`
	// Limits on spend.
	Budgets []Budget `yaml:"budgets"`
	// What is written down about requests, and where it is sent.
	Telemetry Telemetry `yaml:"telemetry"`

	marks *marks // where in the file each value stands
}

// Route is what differs on a route. What it leaves out is as everywhere.
type Route struct {
	// Who is asked, as in otherwise.ask; [] for nobody.
	Ask []string `yaml:"ask" enum:"classifier|judge"`
	// The pipe where nobody could tell.
	Unsure string `yaml:"unsure"`
	// Somebody waits for the first word: the judge is never asked, and the first token is due in 500 ms
	// unless first_release says otherwise.
	RealTime bool `yaml:"real_time"`
	// When the first token must be on its way; implies real_time.
	FirstRelease Duration `yaml:"first_release"`
	// Checks in place of the policy's and the pipe's.
	Checks []Check `yaml:"checks"`
	// How much of a stream is held.
	Hold *Hold `yaml:"hold"`
	// Deadlines of an attempt.
	Deadlines *Deadlines `yaml:"deadlines"`
	// What the cascade may do; its rates are the policy's alone.
	Cascade *Cascade `yaml:"cascade"`
	// The share that goes straight to the largest model.
	HoldOut *float64 `yaml:"holdout" min:"0" max:"1"`
	// Sent with every call, in place of the pipe's and the model's.
	Guardrail *Guardrail `yaml:"guardrail"`
	// What clients may learn.
	Expose string `yaml:"expose" enum:"|none|headers|full"`
}

// Allow is what clients may do besides asking for an answer.
type Allow struct {
	// Name a concrete model, which is then honoured and never left. Otherwise the name is ignored and
	// the request routed; "auto" and the names of pipes are always understood.
	ConcreteModels bool `yaml:"concrete_models"`
	// Call InvokeModel, which is signed and passed on without routing or checks.
	InvokeModel bool `yaml:"invoke_model"`
}

// Limits bound sizes and numbers.
type Limits struct {
	// The largest request body; Envoy's buffer must hold it too.
	Body Size `yaml:"body"`
	// How much of an answer is held at most: of the body of a plain one; of text, reasoning and arguments of a
	// stream. Beyond that it is released unchecked, and says so.
	Held Size `yaml:"held"`
	// Requests in hand at once. The limit in force follows how long work waits for a processor, and this
	// is its upper end; what is beyond is answered 503 with retry-after. So many sockets may be open at once,
	// too. Read at the start.
	Requests int `yaml:"requests" min:"1"`
	// What prompts and held answers may take in memory, all requests together: a prompt four times its
	// length, an answer three times. What is beyond is answered 503 with retry-after. Read at the start.
	Memory Size `yaml:"memory"`
}

// Budget limits spend. Envoy's rate limit filter and service add up what all replicas have spent and
// enforce the hard limit; `ockham render` configures both. They also tell Ockham when the soft limit is
// passed; without such a service each replica counts for itself.
type Budget struct {
	// Shown in the reason, and the rate limit's descriptor.
	Name string `yaml:"name" required:"true"`
	// Whose spend is added up.
	By string `yaml:"by" enum:"tenant|route|all"`
	// One tenant or route only; empty: each on its own.
	Only string `yaml:"only"`
	// The window in which it is added up; the rate limit service knows 1s, 1m, 1h, 24h, 168h and 720h.
	Window Duration `yaml:"window"`
	// Hard limit: past it the answer is 429 budget_exceeded. 0: none.
	USD float64 `yaml:"usd" min:"0"`
	// Soft limit: past it requests go the cheaper way below. 0: none.
	SoftUSD float64 `yaml:"soft_usd" min:"0"`
	// The pipe taken past the soft limit.
	Pipe string `yaml:"pipe"`
	// Attempts past the soft limit; 0: as else.
	Attempts int `yaml:"attempts" min:"0" max:"20"`
}
