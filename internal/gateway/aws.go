package gateway

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/endpointcreds"

	"ockham/bedrock"
	"ockham/extproc"
	"ockham/internal/config"
	"ockham/routing"
)

// tokenEnv is where AWS's own tools look for a Bedrock API key.
const tokenEnv = "AWS_BEARER_TOKEN_BEDROCK"

// sourceTimeout bounds one question to a source of credentials (IMDS, STS, a container's endpoint).
const sourceTimeout = 3 * time.Second

// newSigner prepares the way requests prove who sends them. Credentials are looked up when first needed
// and refreshed before they expire; that none can be had is no reason not to start.
func newSigner(ctx context.Context, c *config.Bedrock, given aws.CredentialsProvider, log *slog.Logger) (*bedrock.Signer, error) {
	switch c.Signing {
	case "bearer":
		token := os.Getenv(tokenEnv)
		if token == "" {
			return nil, fmt.Errorf("bedrock.signing is bearer, but %s is not set", tokenEnv)
		}
		return bedrock.NewBearer(token), nil
	}
	if given != nil {
		return bedrock.NewSigner(given), nil
	}
	// The SDK lets nobody cancel a fetch of credentials, so a source that hangs would hang for ever.
	impatient := awshttp.NewBuildableClient().WithTimeout(sourceTimeout)
	options := []func(*awsconfig.LoadOptions) error{
		awsconfig.WithRegion(c.Region), awsconfig.WithHTTPClient(impatient),
		awsconfig.WithEndpointCredentialOptions(func(o *endpointcreds.Options) { o.HTTPClient = impatient }),
		// When they really expire; patient renews them before.
		awsconfig.WithCredentialsCacheOptions(func(o *aws.CredentialsCacheOptions) { o.ExpiryWindow = 0 }),
	}
	if c.Profile != "" {
		options = append(options, awsconfig.WithSharedConfigProfile(c.Profile))
	}
	loaded, err := awsconfig.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return nil, fmt.Errorf("AWS configuration: %w", err)
	}
	if loaded.Credentials == nil {
		return nil, errors.New("AWS configuration holds no credentials")
	}
	signer := bedrock.NewSigner(newPatient(loaded.Credentials, log))
	if c.Signing == "none" {
		signer.Signing = bedrock.Unsigned
	}
	return signer, nil
}

// endpoint is the base URL of a region; "" stands for the public one.
func endpoint(c *config.Bedrock, region string) string {
	if own, ok := c.Endpoints[region]; ok {
		return own
	}
	return strings.ReplaceAll(c.Endpoint, "{region}", region)
}

// host is the authority of a region's endpoint.
func host(c *config.Bedrock, region string) (string, error) {
	base := endpoint(c, region)
	if base == "" {
		return bedrock.Host(region), nil
	}
	u, err := url.Parse(base)
	if err != nil || u.Host == "" {
		return "", fmt.Errorf("the endpoint of %s, %q, is no URL", region, base)
	}
	return bedrock.Authority(u), nil
}

// newTransport is how the service itself reaches Bedrock. ca, if set, names a file of certificates to
// trust besides the system's; egress, if set, is the address of Envoy's listener for these calls.
func newTransport(ca, egress string) (*http.Client, error) {
	proxy := http.ProxyFromEnvironment
	if egress != "" {
		proxy = http.ProxyURL(&url.URL{Scheme: "http", Host: egress})
	}
	t := &http.Transport{
		Proxy:                 proxy,
		DialContext:           (&net.Dialer{Timeout: 3 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		ForceAttemptHTTP2:     true,
		MaxIdleConnsPerHost:   256,
		IdleConnTimeout:       90 * time.Second,
		TLSHandshakeTimeout:   5 * time.Second,
		ExpectContinueTimeout: time.Second,
		DisableCompression:    true,
	}
	// A signed request goes where it was signed for, and nowhere else.
	client := &http.Client{Transport: t, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	if ca == "" {
		return client, nil
	}
	pem, err := os.ReadFile(ca)
	if err != nil {
		return nil, err
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s holds no certificate", ca)
	}
	t.TLSClientConfig = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	return client, nil
}

// asker asks models the short questions of judge and verifier.
type asker struct {
	target func(*routing.Model) (*bedrock.Client, *bedrock.Model)
}

// maxOpinion bounds the answer to a question that wants one digit.
const maxOpinion = 1 << 20

// Ask implements routing.Asker.
func (a *asker) Ask(ctx context.Context, m *routing.Model, q routing.Question) (routing.Reply, error) {
	client, model := a.target(m)
	request := bedrock.Request{
		Messages:  []bedrock.Message{{Role: "user", Content: []bedrock.Block{{Kind: bedrock.Text, Text: q.User}}}},
		MaxTokens: q.MaxTokens,
	}
	if q.System != "" {
		request.System = []bedrock.Block{{Kind: bedrock.Text, Text: q.System}}
	}
	request.Format = bedrock.Format{JSON: q.Format == routing.FormatJSON, Schema: q.Schema}
	fit := bedrock.Fit(&request, model, bedrock.FitOptions{})
	answer, err := client.Converse(ctx, m.ID, &fit, maxOpinion)
	if err != nil {
		return routing.Reply{}, err
	}
	if fit.Unwrap {
		extproc.Unwrap(answer)
	}
	return routing.Reply{Text: answer.Text(), Tokens: extproc.Tokens(answer.Usage)}, nil
}
