package bedrock

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/smithy-go/auth/bearer"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// Client calls Bedrock itself: the attempts after the first, the judge and the verifier. The SDK
// resolves the endpoint, signs and sends; the bodies are ours in both directions, so that every attempt
// is written by one encoder and read by one decoder, whoever called.
type Client struct {
	api    *bedrockruntime.Client
	signer *Signer
}

// NewClient calls region, at endpoint if that is not empty (a VPC endpoint, or Envoy's own egress).
func NewClient(region, endpoint string, s *Signer, transport *http.Client) *Client {
	o := bedrockruntime.Options{
		Region:           region,
		HTTPClient:       plainBodies{transport},
		RetryMaxAttempts: 1, // attempts are counted and chosen by the cascade
		Retryer:          aws.NopRetryer{},
	}
	if endpoint != "" {
		o.BaseEndpoint = aws.String(endpoint)
	}
	switch s.Signing {
	case Bearer:
		o.AuthSchemePreference = []string{"httpBearerAuth"}
		o.BearerAuthTokenProvider = bearer.StaticTokenProvider{Token: bearer.Token{Value: s.Token}}
	default:
		o.AuthSchemePreference = []string{"sigv4"}
		o.Credentials = s.Credentials
		if s.sdk != nil {
			o.HTTPSignerV4 = clocked{s}
		}
	}
	return &Client{api: bedrockruntime.New(o), signer: s}
}

// maxErrorBody bounds what is read of an answer that is no 200.
const maxErrorBody = 64 << 10

// Call sends a fitted body to a model and returns Bedrock's answer as it comes: the body of a Converse
// reply, or an event stream. An answer other than 200 is an *Error. The caller closes the reader; ending
// ctx stops the call at Bedrock.
func (c *Client) Call(ctx context.Context, modelID string, f *Fitted) (io.ReadCloser, error) {
	raw := &exchange{send: f.Body}
	var err error
	if f.Stream {
		_, err = c.api.ConverseStream(ctx, &bedrockruntime.ConverseStreamInput{ModelId: &modelID}, raw.install)
	} else {
		_, err = c.api.Converse(ctx, &bedrockruntime.ConverseInput{ModelId: &modelID}, raw.install)
	}
	if err != nil {
		return nil, c.callError(err)
	}
	return raw.received, nil
}

// Converse calls a model plainly and reads its whole answer, of at most limit bytes. f must not be fitted
// for a stream.
func (c *Client) Converse(ctx context.Context, modelID string, f *Fitted, limit int64) (*Answer, error) {
	body, err := c.Call(ctx, modelID, f)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	data, err := io.ReadAll(io.LimitReader(body, limit))
	if err != nil {
		return nil, err
	}
	return ParseAnswer(data)
}

// callError keeps Bedrock's own errors and hides what the SDK wraps around them. The next call is to
// profit from a refused signature, whoever makes it.
func (c *Client) callError(err error) error {
	var e *Error
	if errors.As(err, &e) {
		if e.Status == http.StatusForbidden {
			c.signer.Learn(e.Type, e.Date)
		}
		return e
	}
	return fmt.Errorf("calling bedrock: %w", err)
}

// exchange replaces the SDK's bodies by ours.
type exchange struct {
	send     []byte
	received io.ReadCloser
}

func (x *exchange) install(o *bedrockruntime.Options) {
	o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
		// Only ConverseStream has one.
		_, _ = stack.Deserialize.Remove("OperationEventStreamDeserializer")
		if _, err := stack.Deserialize.Swap("OperationDeserializer", x); err != nil {
			return err
		}
		return stack.Serialize.Insert(x, "OperationSerializer", middleware.After)
	})
}

func (x *exchange) ID() string { return "OckhamBodies" }

// HandleSerialize puts our body where the SDK has written its own.
func (x *exchange) HandleSerialize(
	ctx context.Context, in middleware.SerializeInput, next middleware.SerializeHandler,
) (out middleware.SerializeOutput, md middleware.Metadata, err error) {
	req, ok := in.Request.(*smithyhttp.Request)
	if !ok {
		return out, md, fmt.Errorf("unexpected transport %T", in.Request)
	}
	req.Header.Set("Content-Type", "application/json")
	if in.Request, err = req.SetStream(bytes.NewReader(x.send)); err != nil {
		return out, md, err
	}
	return next.HandleSerialize(ctx, in)
}

// HandleDeserialize keeps the answer's body unread.
func (x *exchange) HandleDeserialize(
	ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler,
) (out middleware.DeserializeOutput, md middleware.Metadata, err error) {
	out, md, err = next.HandleDeserialize(ctx, in)
	if err != nil {
		return out, md, err
	}
	resp, ok := out.RawResponse.(*smithyhttp.Response)
	if !ok {
		return out, md, fmt.Errorf("unexpected transport %T", out.RawResponse)
	}
	if resp.StatusCode != http.StatusOK {
		defer resp.Body.Close()
		body, _ := io.ReadAll(io.LimitReader(resp.Body, maxErrorBody))
		refused := ParseError(resp.StatusCode, resp.Header.Get("X-Amzn-Errortype"), resp.Header.Get("Retry-After"), body)
		refused.Date = resp.Header.Get("Date")
		return out, md, refused
	}
	x.received = resp.Body
	if middleware.GetOperationName(ctx) == "ConverseStream" {
		out.Result = &bedrockruntime.ConverseStreamOutput{}
	} else {
		out.Result = &bedrockruntime.ConverseOutput{}
	}
	return out, md, nil
}
