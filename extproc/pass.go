package extproc

import (
	"ockham/bedrock"
	"ockham/dialect"
)

// passThrough signs a request that is not routed (InvokeModel) and hands its answer on as it comes.
func (x *exchange) passThrough() error {
	if x.policy.Invoke == nil {
		return x.refuse(&dialect.Error{Code: dialect.Forbidden, Message: "InvokeModel is not passed through here; use Converse, or have allow.invoke_model set"})
	}
	t, added, err := x.policy.Invoke(x.call.Model, x.out.Route)
	if err != nil {
		return x.refuse(&dialect.Error{Code: dialect.Forbidden, Param: "modelId", Message: err.Error()})
	}
	set, err := x.sign(t, x.in.Path, x.in.Body)
	if err != nil {
		return x.refuse(x.noCredentials(err))
	}
	set = append(append(set, added...), bedrock.Header{Name: "x-envoy-max-retries", Value: "0"})
	if err := x.send(replaceRequest(x.in.Body, set, x.removals(keepInvokeHeader))); err != nil {
		return err
	}
	m, err := x.recv()
	if err != nil {
		return err
	}
	if m.headers.get(":status") == "403" { // for the next request's sake
		x.s.Signer.Learn(bedrock.ParseError(403, m.headers.get("x-amzn-errortype"), "", nil).Type, m.headers.get("date"))
	}
	return x.passOn(m)
}

// keepInvokeHeader also lets through the options that InvokeModel takes as headers.
func keepInvokeHeader(name string) bool {
	switch name {
	case "accept", "x-amzn-bedrock-accept", "x-amzn-bedrock-trace", "x-amzn-bedrock-guardrailidentifier",
		"x-amzn-bedrock-guardrailversion", "x-amzn-bedrock-performanceconfig-latency",
		"x-amzn-bedrock-service-tier", "x-amzn-bedrock-request-metadata":
		return true
	}
	return keepRequestHeader(name)
}

// passOn hands an answer to the client untouched, from its first message m to the last.
func (x *exchange) passOn(m *heard) error {
	for {
		if err := x.send(echo(m)); err != nil {
			return err
		}
		next, err := x.recv()
		if err != nil {
			return err
		}
		m = next
	}
}

// echo agrees to a message.
func echo(m *heard) *message {
	switch m.kind {
	case requestResponseBody:
		return bodyPiece(m.body, m.end, nil)
	case requestResponseTrailers:
		return endTrailers()
	}
	return releaseHeaders(nil, nil)
}
