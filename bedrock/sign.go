package bedrock

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// service is the name under which Bedrock's runtime checks signatures.
const service = "bedrock"

// Signing says how requests prove who sends them.
type Signing string

const (
	SigV4    Signing = "sigv4"
	Bearer   Signing = "bearer" // an Amazon Bedrock API key
	Unsigned Signing = "none"   // a filter after Ockham signs
)

// Header is one HTTP header, its name in lower case.
type Header struct{ Name, Value string }

// Signer signs what Envoy will send. It is safe for concurrent use.
type Signer struct {
	Signing     Signing
	Credentials aws.CredentialsProvider // with SigV4
	Token       string                  // with Bearer

	own       sigV4        // for what Envoy sends
	sdk       *v4.Signer   // for what AWS's SDK sends, with headers of its own
	skew      atomic.Int64 // nanoseconds that AWS's clock is ahead of ours
	corrected atomic.Int64 // when that was found, in nanoseconds since 1970
}

// NewSigner signs with SigV4 and the credentials of p, which should be cached (aws.CredentialsCache).
func NewSigner(p aws.CredentialsProvider) *Signer {
	return &Signer{Signing: SigV4, Credentials: p, sdk: v4.NewSigner()}
}

// NewBearer presents an API key instead of a signature.
func NewBearer(token string) *Signer { return &Signer{Signing: Bearer, Token: token} }

// Sign returns the headers that authenticate a POST of body to path at host. Path and host must be
// exactly what leaves for Bedrock: whatever changes them afterwards breaks the signature.
func (s *Signer) Sign(ctx context.Context, region, host, path string, body []byte) ([]Header, error) {
	switch s.Signing {
	case Unsigned:
		return nil, nil
	case Bearer:
		return []Header{{"authorization", "Bearer " + s.Token}}, nil
	}
	credentials, err := s.Credentials.Retrieve(ctx)
	if err != nil {
		return nil, fmt.Errorf("no AWS credentials: %w", err)
	}
	return s.own.sign(&credentials, region, host, path, body, s.now()), nil
}

func (s *Signer) now() time.Time { return time.Now().Add(time.Duration(s.skew.Load())) }

// maxSkew is how far clocks may differ before AWS refuses a signature.
const maxSkew = 4 * time.Minute

// settling is how long after a correction refusals of what was signed before it still arrive.
const settling = time.Minute

// Learn is told of an answer that refused the sender (403), by its type and its Date header. It corrects
// the clock, as the SDKs do, or has expired credentials fetched anew, and tells whether signing again can
// help.
func (s *Signer) Learn(errorType, date string) bool {
	if s.Signing != SigV4 {
		return false
	}
	switch errorType {
	case "ExpiredTokenException", "ExpiredToken", "UnrecognizedClientException":
		return s.forget()
	}
	return s.setClock(date)
}

// forget drops cached credentials that AWS no longer takes, before the time they were given.
func (s *Signer) forget() bool {
	cache, ok := s.Credentials.(interface{ Invalidate() })
	if ok {
		cache.Invalidate()
	}
	return ok
}

func (s *Signer) setClock(date string) bool {
	t, err := http.ParseTime(date)
	if err != nil {
		return false
	}
	now := time.Now()
	ahead := t.Sub(now)
	if (ahead - time.Duration(s.skew.Load())).Abs() >= maxSkew {
		s.skew.Store(int64(ahead))
		s.corrected.Store(now.UnixNano())
		return true
	}
	return now.Sub(time.Unix(0, s.corrected.Load())) < settling
}

// clocked signs for the SDK, by the corrected clock.
type clocked struct{ *Signer }

// SignHTTP implements bedrockruntime.HTTPSignerV4.
func (c clocked) SignHTTP(
	ctx context.Context, credentials aws.Credentials, r *http.Request, hash, service, region string, _ time.Time, o ...func(*v4.SignerOptions),
) error {
	return c.sdk.SignHTTP(ctx, credentials, r, hash, service, region, c.now(), o...)
}

// Path is where a model is called. Ids are escaped as the SDKs do: one segment, ':' and '/' included.
func Path(modelID string, stream bool) string {
	operation := "/converse"
	if stream {
		operation = "/converse-stream"
	}
	return "/model/" + escape(modelID) + operation
}

var escaper = strings.NewReplacer(":", "%3A", "/", "%2F")

func escape(id string) string { return escaper.Replace(url.PathEscape(id)) }

// Host is the public endpoint of Bedrock's runtime in a region.
func Host(region string) string {
	if strings.HasPrefix(region, "cn-") {
		return "bedrock-runtime." + region + ".amazonaws.com.cn"
	}
	return "bedrock-runtime." + region + ".amazonaws.com"
}

// Authority is how a base URL's host is named in requests, and so in signatures: without the port that https has
// anyway.
func Authority(base *url.URL) string {
	if base.Scheme == "https" {
		return strings.TrimSuffix(base.Host, ":443")
	}
	return base.Host
}
