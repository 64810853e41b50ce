package envoy

import (
	"fmt"
	"time"
)

// MinVersion is the oldest Envoy whose own replies (connection failures, timeouts) reach the filter.
const MinVersion = "1.37"

// Params says what differs from one Envoy to another. The zero value renders: clients on
// 127.0.0.1:8080, the service on 127.0.0.1:9002 and no HTTP port, Bedrock in us-east-1.
type Params struct {
	Listen    Address // clients; 127.0.0.1:8080
	Admin     Address // Envoy's admin interface; none by default, and never for the public
	Health    Address // shows /ready and /stats/prometheus of Admin, and nothing else of it; none by default
	Processor Address // Ockham's ext_proc service; 127.0.0.1:9002
	HTTP      Address // Ockham's HTTP port; unset leaves out models, explain, feedback and WebSocket
	Egress    Address // a listener for Ockham's own calls (bedrock.egress); none by default, and never for others

	Regions   []Region  // the first is the default; us-east-1
	Profiles  []Profile // routes with limits of their own in Ockham's configuration
	WebSocket bool      // sockets on /api/v1/generate

	TLS          *ServerTLS // clients' side
	ProcessorTLS *ClientTLS // to the service; over a network it should be set, with a certificate

	Auth *Auth // who the client is; nil where somebody else has found out before

	Tracing Address // OTLP collector of Envoy's spans, over gRPC; none by default

	RateLimit Address  // a rate limit service, for budgets
	Budgets   []Budget // limits on spend that it keeps

	// Replicas of the service besides Processor, where no name in DNS stands for all.
	Replicas []Address

	BodyLimit     int // largest request in bytes; 0: 32 MiB, negative: Envoy's own limit (1 MiB)
	ClusterBuffer int // of every cluster; 0 and negative: Envoy's own limit (1 MiB)
	MaxRequests   int // at once; 0: 100,000, negative: Envoy's own limit (1024)

	// Envoy136 sets the runtime flag without which Envoy 1.36's own replies pass the filter by.
	Envoy136 bool

	Timeouts  Timeouts
	AccessLog string // path, /dev/stdout for instance; none by default
	Names     Names
}

// Timeouts are Envoy's. Those of attempts, first tokens and judges are Ockham's own.
type Timeouts struct {
	Idle              time.Duration // stream and route; longer than the longest hold of an answer; 5 min
	Message           time.Duration // one message of the request phase; 10 s
	KeepaliveInterval time.Duration // to the service; 5 s
	Keepalive         time.Duration // 5 s: a busy machine is no frozen service
}

// Names are those of the clusters in Envoy's statistics.
type Names struct {
	Processor, HTTP, Bedrock string // ockham, ockham_http, bedrock (a region's is bedrock_REGION)
}

// Region is one of Bedrock's.
type Region struct {
	Name     string // us-east-1
	Endpoint string // URL of a VPC endpoint, proxy or emulator; AWS's own
	CA       string // file; the system's
	HTTP2    bool   // to a plain (http://) endpoint; with TLS, ALPN decides
}

// Profile is a route of clients that carry a header, say for a voice bot. Ockham reads limits and
// checks for it from its own configuration, under the same name.
type Profile struct {
	Name          string
	Header, Value string // :authority for a host name of its own
}

// ServerTLS is a listener's. With CA set, clients must show a certificate of it.
type ServerTLS struct{ Cert, Key, CA string }

// ClientTLS is a cluster's. Cert and Key are shown to the other side where set.
type ClientTLS struct{ CA, ServerName, Cert, Key string }

const systemCA = "/etc/ssl/certs/ca-certificates.crt"

// withDefaults fills what is unset.
func (p Params) withDefaults() Params {
	p.Listen = p.Listen.or("127.0.0.1:8080")
	p.Processor = p.Processor.or("127.0.0.1:9002")
	if len(p.Regions) == 0 {
		p.Regions = []Region{{Name: "us-east-1"}}
	}
	or(&p.BodyLimit, 32<<20)
	or(&p.ClusterBuffer, -1)
	or(&p.MaxRequests, 100_000)
	or(&p.Timeouts.Idle, 5*time.Minute)
	or(&p.Timeouts.Message, 10*time.Second)
	or(&p.Timeouts.KeepaliveInterval, 5*time.Second)
	or(&p.Timeouts.Keepalive, 5*time.Second)
	or(&p.Names.Processor, "ockham")
	or(&p.Names.HTTP, "ockham_http")
	or(&p.Names.Bedrock, "bedrock")
	return p
}

func or[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// seconds writes a duration as Envoy reads it.
func seconds(d time.Duration) string { return fmt.Sprintf("%gs", d.Seconds()) }
