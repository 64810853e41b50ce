// Package config reads Ockham's configuration: one YAML file, strictly. The structs below are the
// configuration; the comments on their fields are its reference, from which docs/reference is made.
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

// Server says where Ockham listens.
type Server struct {
	// Address of the ext_proc service: `host:port`, or `unix:/path` for a socket (mode 0660).
	Listen string `yaml:"listen"`
	// Address of /healthz, /readyz, /metrics and the dashboard. Keep it on loopback, or set a token.
	Admin string `yaml:"admin"`
	// Address of the HTTP port behind Envoy: models, explain, feedback and WebSocket.
	HTTP string `yaml:"http"`
	// Certificate, key and client CA for mTLS between Envoy and Ockham; none on loopback and sockets.
	TLS *TLS `yaml:"tls"`
	// How long after SIGTERM new requests are still taken, while /readyz and the gRPC health check say no:
	// whoever spreads the load must have looked by then.
	Pause Duration `yaml:"pause"`
	// How long running requests may take to end after that. 0: nobody is waited for, nor is there a pause.
	Drain Duration `yaml:"drain"`
	// WebSocket on /api/v1/generate.
	WebSocket WebSocket `yaml:"websocket"`
}

// TLS names PEM files; they are read again when they change.
type TLS struct {
	// The server's certificate chain.
	Cert string `yaml:"cert" required:"true"`
	// Its private key.
	Key string `yaml:"key" required:"true"`
	// The CA that signs clients' certificates; without it clients are not asked for one.
	ClientCA string `yaml:"client_ca"`
	// The subject alternative name that a client must show, as `spiffe://...` or a DNS name.
	ClientName string `yaml:"client_name"`
}

// WebSocket configures sockets; each request in one goes back through Envoy.
type WebSocket struct {
	// Whether sockets are accepted at all.
	Enabled bool `yaml:"enabled"`
	// Address of the Envoy listener through which requests from sockets go.
	Envoy string `yaml:"envoy"`
	// Origins from which browsers may connect, as `https://app.example.com`; `*` within a host is any
	// label. Empty: the same origin only.
	Origins []string `yaml:"origins"`
	// A socket without a frame for so long is closed.
	Idle Duration `yaml:"idle"`
	// Requests at once on one socket.
	Requests int `yaml:"requests" min:"1"`
	// Frames a second on one socket, on average.
	Rate float64 `yaml:"rate" min:"0"`
	// The largest frame; a larger one closes the socket with 1009.
	Frame Size `yaml:"frame"`
}

// Bedrock says where Bedrock is, and how it is spoken to.
type Bedrock struct {
	// AWS region of the first attempt.
	Region string `yaml:"region"`
	// Regions to turn to, in order, when one is lost or throttles.
	Failover []string `yaml:"failover"`
	// The jurisdiction that no attempt and no judge call leaves; it also picks the inference profile of
	// models given without one. `global` sets no bounds.
	Geography string `yaml:"geography" enum:"us|eu|apac|au|jp|us-gov|global"`
	// Base URL in place of https://bedrock-runtime.REGION.amazonaws.com: a VPC endpoint, a proxy, or the
	// emulator. `{region}` in it is replaced. In a mesh whose sidecar starts TLS,
	// http://bedrock-runtime.{region}.amazonaws.com.
	Endpoint string `yaml:"endpoint"`
	// Base URLs of single regions, by region: VPC endpoints, say, which have a name of their own in each.
	Endpoints map[string]string `yaml:"endpoints"`
	// Address, host:port, of Envoy's listener for the service's own calls, where nothing else may leave:
	// they go there in plain text, for the same hosts, and Envoy starts TLS.
	Egress string `yaml:"egress"`
	// The host that Envoy's route writes, where mutation rules do not let Ockham set it: Ockham signs
	// for this host and changes no authority.
	RouteHost string `yaml:"route_host"`
	// How requests are signed: SigV4 with the AWS default credential chain, a Bedrock API key from
	// AWS_BEARER_TOKEN_BEDROCK, or not at all because Envoy signs behind us.
	Signing string `yaml:"signing" enum:"sigv4|bearer|none"`
	// Named profile of the AWS configuration files.
	Profile string `yaml:"profile"`
}

// Model is one model under the operator's name; a string is short for `{id: ...}`.
type Model struct {
	// Bedrock's model id, inference profile id or ARN. A model that can only be called
	// through a profile may stand without the prefix: the profile of the configured geography is taken.
	ID string `yaml:"id"`
	// The catalogue id that an ARN stands for, where the ARN does not say it (application profiles,
	// provisioned throughput).
	Is string `yaml:"is"`
	// The geography that an application profile keeps to; you answer for it.
	Geography string `yaml:"geography" enum:"|us|eu|apac|au|jp|us-gov|global"`
	// Sent with every call of this model.
	Guardrail *Guardrail `yaml:"guardrail"`
	// US dollars per million tokens, where they differ from the catalogue's.
	Price *Price `yaml:"price"`
	// Tokens in and out together, where it differs.
	Context int `yaml:"context" min:"0"`
	// Tokens out at most, where it differs.
	MaxOutput int `yaml:"max_output" min:"0"`
	// For models that the catalogue does not know: what they take.
	Can []string `yaml:"can" enum:"tools|forced_tool|images|documents|video|audio|reasoning|tool_schemas|system"`
	// For models that the catalogue does not know: which prompt templates suit.
	Family string `yaml:"family"`
}

// Price is in US dollars per million tokens.
type Price struct {
	// Input.
	In float64 `yaml:"in" min:"0"`
	// Output.
	Out float64 `yaml:"out" min:"0"`
	// Input read from the prompt cache.
	CacheRead float64 `yaml:"cache_read" min:"0"`
	// Input written to it.
	CacheWrite float64 `yaml:"cache_write" min:"0"`
}

// Guardrail names an Amazon Bedrock guardrail.
type Guardrail struct {
	// Its id or ARN.
	ID string `yaml:"id" required:"true"`
	// Its version, a number in quotes, or DRAFT.
	Version string `yaml:"version" required:"true"`
	// Whether Bedrock reports what it did.
	Trace string `yaml:"trace" enum:"|enabled|disabled|enabled_full"`
	// For streams: whether pieces wait for the guardrail.
	Stream string `yaml:"stream" enum:"|sync|async"`
}

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
	// Bounds of the cascade, in place of the policy's.
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
	// Bounds of the cascade.
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
	// How much of an answer is held at most; beyond that it is released unchecked, and says so.
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

// Telemetry is what is written down about requests, and where it is sent.
type Telemetry struct {
	// File of the ledger, JSON lines; empty: none. It is rotated.
	Ledger string `yaml:"ledger"`
	// Size at which the file is rotated, in megabytes.
	RotateMB int `yaml:"rotate_mb" min:"1"`
	// Rotated files kept.
	Keep int `yaml:"keep" min:"0"`
	// Whether the text of prompts is written too. Otherwise only its length and a keyed hash. Answers never are.
	Prompts bool `yaml:"prompts"`
	// OTLP collector for logs, metrics and traces, as `http://host:4318` or `grpc://host:4317`. Empty:
	// none.
	OTLP string `yaml:"otlp"`
	// Share of requests that are traced, where Envoy or the client has not decided; 0: no traces at all.
	Traces float64 `yaml:"traces" min:"0" max:"1"`
	// Environment variable that holds the token for the admin port, of 16 characters or more. Without a token
	// only loopback is listened on.
	AdminTokenEnv string `yaml:"admin_token_env"`
	// Host names, beside loopback's, by which browsers may call the admin port without a token: that of a proxy
	// on this machine which knows who may pass.
	AdminHosts []string `yaml:"admin_hosts"`
	// Whether /metrics is served without the token, for scrapers in a trusted network.
	OpenMetrics bool `yaml:"open_metrics"`
	// Environment variable that holds the token for feedback.
	FeedbackTokenEnv string `yaml:"feedback_token_env"`
	// Whether the dashboard has a playground, which spends money.
	Playground bool `yaml:"playground"`
	// Lines logged: debug, info, warn or error.
	Log string `yaml:"log" enum:"debug|info|warn|error"`
}
