package config

import "time"

// Default returns what holds where the file says nothing.
func Default() *Config {
	return &Config{
		Server: Server{
			Listen: "127.0.0.1:9002", Admin: "127.0.0.1:8082", HTTP: "127.0.0.1:8083", Pause: Duration(5 * time.Second), Drain: Duration(30 * time.Second),
			WebSocket: WebSocket{Envoy: "127.0.0.1:8080", Idle: Duration(5 * time.Minute), Requests: 16, Rate: 20, Frame: 4 << 20},
		},
		Bedrock: Bedrock{Region: "us-east-1", Geography: "us", Signing: "sigv4"},
		Models: map[string]Model{
			"haiku":  {ID: "anthropic.claude-haiku-5-5"},
			"sonnet": {ID: "anthropic.claude-sonnet-5-5"},
			"opus":   {ID: "anthropic.claude-opus-5-5"},
		},
		Pipes: map[string]Pipe{
			"green":  {Models: []string{"haiku", "sonnet", "opus"}},
			"purple": {Models: []string{"sonnet", "opus"}},
		},
		Tasks: map[string][]string{
			"green":  {"summarize", "format", "extract", "classify", "translate", "rewrite"},
			"purple": {"code", "analyze", "reason", "plan", "math"},
		},
		Inputs: Inputs{Tenant: "x-ockham-tenant"},
		Rules: []Rule{
			{Name: "long document", When: "tokens > 50000", Pipe: "purple"},
			{Name: "short and plain", When: "tokens < 500 && !code && !math && !steps", Pipe: "green"},
		},
		Otherwise: Otherwise{Ask: []string{"classifier", "judge"}, Simple: "green", Complex: "purple", Unsure: "purple"},
		Judge: Judge{
			Model: "haiku", Timeout: Duration(400 * time.Millisecond), Cache: 10_000,
			Failures: 5, Rest: Duration(30 * time.Second), Concurrent: 64,
		},
		Cascade:   Cascade{Attempts: 4, Time: Duration(2 * time.Minute), CostUSD: 0.50, Repair: new(true), Throttled: []string{"region", "model", "wait"}},
		Deadlines: Deadlines{Answer: Duration(time.Minute), FirstToken: Duration(5 * time.Second), Idle: Duration(30 * time.Second), Checks: Duration(2 * time.Second)},
		Checks: []Check{
			{Name: "malformed"},
			{Name: "empty"},
			{Name: "cut"},
			{Name: "json"},
			{Name: "schema"},
			{Name: "tools"},
			{Name: "refusal"},
			{Name: "language"},
			{Name: "loop"},
			{Name: "numbers"},
			{Name: "format"},
		},
		Hold:      Hold{Tokens: 40, Time: Duration(800 * time.Millisecond)},
		Aim:       0.98,
		Expose:    "headers",
		Limits:    Limits{Body: 32 << 20, Held: 8 << 20, Requests: 10_000, Memory: 512 << 20},
		Telemetry: Telemetry{RotateMB: 100, Keep: 5, Traces: 1, Log: "info", AdminTokenEnv: "OCKHAM_ADMIN_TOKEN", FeedbackTokenEnv: "OCKHAM_FEEDBACK_TOKEN"},
	}
}
