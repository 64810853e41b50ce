package config

// Server says where Ockham listens.
type Server struct {
	// Address of the ext_proc service: `host:port`, or `unix:/path` for a socket (mode 0660).
	Listen string `yaml:"listen"`
	// Address of /healthz, /readyz, /metrics and the admin page. Keep it on loopback, or set a token.
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
	// Origins from which browsers may connect, as `https://app.example.com`; `*` is any label of the host, or any port.
	// Empty: the same origin only.
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
	// Whether the admin page has a playground, which spends money.
	Playground bool `yaml:"playground"`
	// Lines logged: debug, info, warn or error.
	Log string `yaml:"log" enum:"debug|info|warn|error"`
}
