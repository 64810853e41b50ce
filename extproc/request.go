package extproc

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	extprocv3 "github.com/envoyproxy/go-control-plane/envoy/service/ext_proc/v3"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"ockham/bedrock"
	"ockham/dialect"
	"ockham/routing"
)

// exchange is one request on its way: the stream it came on and all that is known of it.
type exchange struct {
	s      *Service
	policy *Policy
	stream extprocv3.ExternalProcessor_ProcessServer
	ctx    context.Context
	out    Outcome
	room   share

	headers headerList // the client's
	setting Setting
	overrun []string // budgets whose soft limit is passed
	in      dialect.Input
	dialect dialect.Dialect
	call    *dialect.Call
	prompt  *routing.Prompt
	plan    *routing.Plan

	tries []*attempt
	cur   *attempt // the one whose answer is waited for
	response
}

// run hears a request from its first message to the end of its answer.
func (x *exchange) run() error {
	x.out.Start, x.out.Served = time.Now(), -1
	first, err := x.recv()
	if err != nil {
		return err
	}
	switch first.kind {
	case requestRequestHeaders:
	case requestResponseHeaders:
		// Envoy answered before it asked us: authentication, say. That is none of our business.
		return x.passOn(first)
	default:
		return status.Errorf(codes.FailedPrecondition, "ockham: the first message is %v; see the required processing mode", first)
	}
	if refused := x.heardRequest(first); refused != nil {
		return x.refuse(refused)
	}
	if !x.admitted() {
		return x.refuse(Busy)
	}
	if err := x.send(continueHeaders()); err != nil {
		return err
	}
	second, err := x.recv()
	if err != nil {
		return err
	}
	switch {
	case second.kind == requestResponseHeaders: // a 413 while the body was read
		return x.passOn(second)
	case second.kind != requestRequestBody || !second.end:
		return status.Error(codes.FailedPrecondition, "ockham: the request body must be sent BUFFERED")
	}
	x.in.Body = second.body
	x.out.BytesIn = len(second.body)
	if !x.room.received(len(second.body)) {
		x.s.Load.shedFull.Add(1)
		return x.refuse(Busy)
	}
	return x.forward()
}

// admitted tells whether the service can take the request on, by what its headers say of its size.
func (x *exchange) admitted() (ok bool) {
	length, err := strconv.ParseInt(x.headers.get("content-length"), 10, 64)
	if err != nil {
		length = -1
	}
	x.room, ok = x.s.Load.admit(length)
	return ok
}

// heardRequest reads the request's headers. What will never have a body is refused here: Envoy would
// not ask again before sending it on.
func (x *exchange) heardRequest(m *heard) *dialect.Error {
	x.headers = m.headers
	x.setting = settingOf(m)
	x.tellSetting()
	path, query, _ := strings.Cut(x.headers.get(":path"), "?")
	x.in = dialect.Input{
		Method: x.headers.get(":method"), Path: path, Query: query,
		RequestID: x.headers.get("x-request-id"),
		Header:    x.headers.get,
	}
	x.out.ID = x.in.RequestID
	x.out.Trace = x.trace()
	x.out.Route = m.attributes.text(attrProfile)
	if x.out.Route == "" {
		x.out.Route = m.attributes.text(attrRoute)
	}
	x.overrun = overrun(m.metadata)
	x.out.Tenant = x.policy.tenant(x.in.Header)
	d, refused := dialect.For(x.in.Method, path)
	x.dialect = d
	x.out.Dialect = d.Name()
	switch {
	case refused != nil:
		return refused
	case x.headers.get("upgrade") != "" && x.headers.get(":protocol")+x.headers.get("connection") != "":
		return dialect.Invalid("", "this path takes no upgrade; WebSocket is off here")
	case m.end:
		return dialect.Invalid("", "the body is empty; send a JSON object")
	}
	if enc := x.headers.get("content-encoding"); enc != "" && enc != "identity" {
		return &dialect.Error{Code: dialect.UnsupportedMedia, Message: "content-encoding " + enc + " is not supported; send the body uncompressed"}
	}
	return nil
}

// trace is Envoy's own span where Envoy traces: that comes with the stream. The header is still the client's.
func (x *exchange) trace() string {
	if own := metadata.ValueFromIncomingContext(x.stream.Context(), "traceparent"); len(own) > 0 {
		return own[0]
	}
	return x.headers.get("traceparent")
}

// forward plans the request and sends it on to the first model.
func (x *exchange) forward() error {
	if refused := x.understand(); refused != nil {
		return x.refuse(refused)
	}
	if x.call.Passthrough {
		return x.passThrough()
	}
	if x.call.Count {
		return x.countTokens()
	}
	if refused := x.decide(); refused != nil {
		return x.refuse(refused)
	}
	a := x.newAttempt(x.first())
	x.cur, a.ThroughEnvoy = a, true
	path := bedrock.Path(a.target.ID, a.fit.Stream)
	set, err := x.sign(a.target, path, a.fit.Body)
	if err != nil {
		return x.refuse(x.noCredentials(err))
	}
	set = append(set, x.deadlines(a)...)
	a.Start = time.Now()
	m := replaceRequest(a.fit.Body, set, x.removals(keepRequestHeader))
	x.in.Body = nil // the parsed request holds what it needs
	if err := x.send(withMetadata(m, x.expected())); err != nil {
		return err
	}
	x.startChecks(a)
	return x.respond()
}

// understand parses the body.
func (x *exchange) understand() *dialect.Error {
	call, err := x.dialect.Parse(&x.in)
	if err != nil {
		var e *dialect.Error
		if errors.As(err, &e) {
			return e
		}
		x.log().Error("parsing failed", "err", err)
		return &dialect.Error{Code: dialect.Internal, Message: "the request could not be read"}
	}
	x.call, x.out.Stream = call, call.Stream
	return nil
}

// origin is where the request comes from.
func (x *exchange) origin() Origin {
	return Origin{ID: x.out.ID, Route: x.out.Route, Header: x.in.Header, Overrun: x.overrun}
}

// decide makes the plan.
func (x *exchange) decide() *dialect.Error {
	prompt, refused := x.policy.Prompt(x.call, x.origin())
	if refused != nil {
		return refused
	}
	x.prompt = prompt
	started := time.Now()
	plan, err := x.policy.Plan(x.ctx, x.prompt)
	x.out.Decided = time.Since(started)
	if err != nil {
		return dialect.Invalid("", err.Error())
	}
	x.plan, x.out.Plan, x.out.Prompt = plan, plan, x.prompt
	return nil
}

// sign returns the headers of a signed request.
func (x *exchange) sign(t *Target, path string, body []byte) ([]bedrock.Header, error) {
	signed, err := x.s.Signer.Sign(x.ctx, t.Region, t.Host, path, body)
	if err != nil {
		return nil, err
	}
	set := make([]bedrock.Header, 0, 12)
	set = append(set,
		bedrock.Header{Name: ":path", Value: path},
		bedrock.Header{Name: ":authority", Value: t.Host},
		bedrock.Header{Name: ":method", Value: "POST"},
		bedrock.Header{Name: "content-type", Value: "application/json"})
	return append(set, signed...), nil
}

// headerPerTry is where Envoy's router reads how long an attempt may take.
const headerPerTry = "x-envoy-upstream-rq-per-try-timeout-ms"

// deadlines tells Envoy's router how long the first attempt may take, and that attempts are ours. The
// per-try timeout ends with the answer's headers; from there on our own watchdog counts.
func (x *exchange) deadlines(a *attempt) []bedrock.Header {
	limit := x.plan.Deadlines.Answer
	if a.fit.Stream {
		limit = x.plan.Deadlines.FirstToken
	}
	if total := x.plan.Deadlines.Total; total > 0 {
		limit = min(limit, max(total-time.Since(x.out.Start), time.Millisecond))
	}
	return []bedrock.Header{
		{Name: "x-envoy-upstream-rq-timeout-ms", Value: "0"},
		{Name: headerPerTry, Value: strconv.FormatInt(limit.Milliseconds(), 10)},
		{Name: "x-envoy-max-retries", Value: "0"},
	}
}

// keepRequestHeader lists what of the client's request may reach Bedrock. Everything else, its own
// credentials first of all, ends here. x-request-id stays for Envoy's access log; without
// x-forwarded-proto Envoy finds no route, so the route removes it.
func keepRequestHeader(name string) bool {
	switch name {
	case "content-type", "content-length", "host", "x-request-id", "x-forwarded-proto":
		return true
	}
	return false
}

// secrets are headers that Envoy's forward_rules may keep from us: not seeing them is no sign that the
// client sent none. Envoy removes before it sets, so a signature of ours stays.
var secrets = []string{"authorization", "proxy-authorization", "cookie", "x-api-key", "x-amz-security-token"}

// removals lists the client's headers that must not reach Bedrock.
func (x *exchange) removals(keep func(string) bool) []string {
	return append(x.headers.names(keep), secrets...)
}

func (x *exchange) noCredentials(err error) *dialect.Error {
	x.log().Error("cannot sign", "err", err)
	return &dialect.Error{Code: dialect.UpstreamFailed, Message: "the gateway has no valid AWS credentials; its operator has been told why in the log"}
}

// countTokens answers how long a prompt is, with the same estimate by which it would be routed.
func (x *exchange) countTokens() error {
	p, refused := x.policy.Prompt(x.call, x.origin())
	if refused != nil {
		return x.refuse(refused)
	}
	n := routing.Estimate(p.System) + p.ToolTokens + p.MediaTokens
	for _, t := range p.Turns {
		n += routing.Estimate(t.Text)
		for _, source := range t.Sources {
			n += routing.Estimate(source)
		}
	}
	body := x.dialect.Answer(nil, x.call, &dialect.Reply{ID: x.out.ID, Answer: &bedrock.Answer{Usage: bedrock.Usage{Input: n}}})
	x.finish(200, body)
	headers := []bedrock.Header{{Name: "content-type", Value: x.dialect.ContentType(false)}}
	if err := x.send(immediate(200, headers, body, "counted")); err != nil {
		return err
	}
	return x.drain()
}

// next is a call to be made: a model of the plan, and how it differs from the first.
type next struct {
	model  *routing.Model
	target *Target
	note   string        // what was wrong with the same model's answer before
	words  bool          // the schema not in its native form, which the model has refused
	pause  time.Duration // before it
	why    string
}

// first is the call that goes through Envoy.
func (x *exchange) first() next { return x.to(x.plan.Models[0]) }

func (x *exchange) to(m *routing.Model) next {
	return next{model: m, target: x.policy.Target(m, x.plan.Pipe, x.out.Route)}
}

// newAttempt prepares a call.
func (x *exchange) newAttempt(n next) *attempt {
	a := &attempt{target: n.target}
	a.Model, a.Region, a.Start, a.Repair = n.model, n.target.Region, time.Now(), n.note != ""
	a.words = n.words
	o := bedrock.FitOptions{
		Stream: x.call.Stream || x.plan.Early, Note: n.note, Words: n.words,
		Fresh: len(x.tries) > 0 && n.model != x.tries[0].Model,
	}
	if n.target.Guardrail != nil {
		o.Guardrail = n.target.Guardrail(o.Stream)
	}
	if x.policy.System != nil {
		text, fold := x.policy.System(n.model, x.prompt.Task, x.prompt.System)
		o.Fold = fold
		if text != x.prompt.System {
			o.System = &text
		}
	}
	a.fit = bedrock.Fit(&x.call.Request, n.target.Model, o)
	x.tries = append(x.tries, a)
	return a
}
