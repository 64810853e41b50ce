package config

// Pipe is an ordered list of models; a list alone is short for `{models: [...]}`.
type Pipe struct {
	// Names of models, or catalogue ids, cheapest first.
	Models []string `yaml:"models" required:"true"`
	// Checks for this pipe in place of the policy's.
	Checks []Check `yaml:"checks"`
	// Sent with every call on this pipe, in place of the model's own.
	Guardrail *Guardrail `yaml:"guardrail"`
}

// Inputs names what rules may read of a client's own words.
type Inputs struct {
	// Request headers, in lower case.
	Headers []string `yaml:"headers"`
	// Keys of the request's metadata.
	Metadata []string `yaml:"metadata"`
	// The header in which Envoy's authentication says who pays: tenant in rules and budgets. Clients must
	// not be able to set it: what `ockham render` writes takes the default one from them. Empty: none.
	Tenant string `yaml:"tenant"`
}

// Rule is one line of strategy A. It picks a pipe, a model, whom to ask, or limits.
type Rule struct {
	// For people: shown as the reason.
	Name string `yaml:"name"`
	// The condition, in CEL. It may read task_type, tokens, user_tokens, system_tokens, old_tokens,
	// tool_tokens, source_tokens, cached_tokens, max_tokens, turns, language, code, math, steps, json,
	// format ("text", "json", "schema"), tools, images, stream, route, tenant, over_budget, and
	// headers["x"] and metadata["x"] as named in inputs.
	When string `yaml:"when" required:"true"`
	// Go down this pipe.
	Pipe string `yaml:"pipe"`
	// Call this model, and no other. A request that needs what it lacks goes on to otherwise.
	Model string `yaml:"model"`
	// Go on with these strategies instead: classifier, judge, both, or [] for neither.
	Ask []string `yaml:"ask" enum:"classifier|judge"`
	// What the cascade may do, in place of the policy's and the route's; its rates are the policy's alone.
	Cascade *Cascade `yaml:"cascade"`
	// Checks in place of those of route and pipe.
	Checks []Check `yaml:"checks"`
	// How much of a stream is held, in place of the route's.
	Hold *Hold `yaml:"hold"`
}

// Otherwise is what happens where neither the request nor a rule decides.
type Otherwise struct {
	// Who is asked, in this order: the classifier costs nothing, the judge is asked only when the
	// classifier is unsure and the expected saving exceeds what asking costs.
	Ask []string `yaml:"ask" enum:"classifier|judge"`
	// The pipe for what they find simple.
	Simple string `yaml:"simple"`
	// The pipe for what they find complex.
	Complex string `yaml:"complex"`
	// The pipe where nobody could tell.
	Unsure string `yaml:"unsure"`
}

// Classifier names the model file of the embedded classifier.
type Classifier struct {
	// A file written by `ockham train`; it is read again when it changes. Empty: the one built in.
	File string `yaml:"file"`
}

// Judge is strategy B.
type Judge struct {
	// The model that is asked.
	Model string `yaml:"model"`
	// The longest that a request waits for an opinion.
	Timeout Duration `yaml:"timeout"`
	// Opinions remembered, by keyed hash.
	Cache int `yaml:"cache" min:"1" max:"1000000"`
	// After so many failures in a row it is left alone,
	Failures int `yaml:"failures" min:"1"`
	// for so long.
	Rest Duration `yaml:"rest"`
	// Questions asked at once; beyond that the fallback is taken.
	Concurrent int `yaml:"concurrent" min:"1"`
}
