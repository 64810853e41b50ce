package config

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
