package extproc

import (
	"context"
	"io"
	"time"

	"ockham/bedrock"
	"ockham/routing"
)

// Expose is what clients may learn of the choice.
type Expose int

const (
	ExposeNone    Expose = iota
	ExposeHeaders        // response headers x-ockham-*
	ExposeFull           // and the model and route in bodies of the generate API
)

// Policy is the configuration in force for one request. It is immutable; a reload makes a new one.
type Policy struct {
	// Plan decides. Its only error is *routing.Unservable.
	Plan func(ctx context.Context, p *routing.Prompt) (*routing.Plan, error)
	// Target tells how a model of a plan is called, for a request on a pipe and a route.
	Target func(m *routing.Model, pipe, route string) *Target
	// Invoke tells where InvokeModel of a model goes, which is signed and not routed, and what is added to
	// its headers. Its error refuses this model, in words for the client; nil refuses all.
	Invoke func(model, route string) (*Target, []bedrock.Header, error)
	// Known tells what a client's name for a model stands for.
	Known func(name string) Name
	// System is the system text for a model, from the library of prompts; fold says that the model
	// takes none and it belongs in front of the first user turn.
	System func(m *routing.Model, task, client string) (text string, fold bool)
	// Expose is what clients of a route may learn of the choice.
	Expose func(route string) Expose

	MaxHeld  int           // bytes of an answer beyond which it is released unchecked
	IdleStop time.Duration // a stream that says nothing for so long is broken
	// Inputs are the request headers that rules may read.
	Inputs []string
	// TenantHeader is the header in which Envoy's authentication names who pays; "" for none.
	TenantHeader string
}

// Name is what a model name of a client stands for.
type Name int

const (
	NameUnknown Name = iota
	NameAuto         // routed
	NameIgnored      // routed too, for clients that always name a model
	NamePipe
	NameModel
)

// Target is how a model is called.
type Target struct {
	Model     *bedrock.Model
	ID        string // as Bedrock is called: model id, profile or ARN
	Region    string
	Host      string                   // the authority that leaves Envoy, for which is signed
	Guardrail func(stream bool) []byte // guardrailConfig; nil for none
	Caller    Caller                   // calls it without Envoy
	// Elsewhere are the same model's other regions, in the order in which they are tried when this one
	// throttles or cannot be reached.
	Elsewhere []Target
}

// Caller calls Bedrock; *bedrock.Client is one.
type Caller interface {
	Call(ctx context.Context, modelID string, f *bedrock.Fitted) (io.ReadCloser, error)
}

// Signer authenticates what Envoy sends; *bedrock.Signer is one.
type Signer interface {
	Sign(ctx context.Context, region, host, path string, body []byte) ([]bedrock.Header, error)
	// Learn is told of an answer that refused the sender. It tells whether signing again can help.
	Learn(errorType, date string) bool
}
