package extproc

import (
	"errors"
	"strings"

	"ockham/bedrock"
	"ockham/dialect"
	"ockham/routing"
)

// clientError says in our words what went wrong with the last attempt.
func (x *exchange) clientError(a *attempt) *dialect.Error {
	var own *envoyReply
	var bad *bedrock.Error
	switch {
	case errors.As(a.failure, &own):
		return envoyError(own)
	case errors.As(a.failure, &bad):
		x.log().Warn("bedrock refused", "model", a.Model.ID, "status", bad.Status, "type", bad.Type)
		return bedrockError(bad)
	case errors.Is(a.failure, errFull):
		x.s.Load.shedFull.Add(1)
		return Busy
	case errors.Is(a.failure, errLate), errors.Is(a.failure, errStalled):
		return &dialect.Error{Code: dialect.Timeout, Message: "no model answered in time"}
	case a.failure == nil:
		return &dialect.Error{Code: dialect.UpstreamFailed, Message: "the answer failed its " + string(a.reason()) + " check after a part of it was sent"}
	case errors.Is(a.failure, bedrock.ErrTruncated):
		return &dialect.Error{Code: dialect.UpstreamFailed, Message: "the model's answer ended early"}
	}
	x.log().Warn("bedrock could not be asked", "model", a.Model.ID, "reason", a.reason(), "err", a.failure)
	return &dialect.Error{Code: dialect.UpstreamFailed, Message: "the model could not be reached or its answer could not be read"}
}

func envoyError(e *envoyReply) *dialect.Error {
	switch {
	case e.reason == routing.ReasonTimeout, e.status == 504:
		return &dialect.Error{Code: dialect.Timeout, Message: "no model answered in time"}
	case e.status == 413:
		return &dialect.Error{Code: dialect.TooLarge, Message: "the request is larger than this gateway accepts"}
	case e.status == 429:
		return &dialect.Error{Code: dialect.Throttled, Message: "too many requests", RetryAfter: "1"}
	case e.status == 403:
		return &dialect.Error{Code: dialect.Forbidden, Message: "the gateway refused the request"}
	case e.status == 404:
		return &dialect.Error{Code: dialect.UpstreamFailed, Message: "the gateway has no route to the model"}
	}
	return &dialect.Error{Code: dialect.UpstreamFailed, Message: "the model could not be reached"}
}

func bedrockError(e *bedrock.Error) *dialect.Error {
	switch e.Status {
	case 400:
		return invalidForBedrock(e)
	case 408:
		return &dialect.Error{Code: dialect.Timeout, Message: "the model took too long"}
	case 429:
		return &dialect.Error{Code: dialect.Throttled, Message: "the models are at their limit of requests; try again later", RetryAfter: retryAfter(e)}
	case 503:
		return &dialect.Error{Code: dialect.Unavailable, Message: "the model is not available now; try again later", RetryAfter: retryAfter(e)}
	}
	return &dialect.Error{Code: dialect.UpstreamFailed, Message: "the model failed, or the gateway may not call it"}
}

// invalidForBedrock puts Bedrock's objection into our words: its own may quote the prompt.
func invalidForBedrock(e *bedrock.Error) *dialect.Error {
	m := strings.ToLower(e.Message)
	switch {
	case strings.Contains(m, "too long"), strings.Contains(m, "too many input tokens"), strings.Contains(m, "context length"), strings.Contains(m, "context limit"), strings.Contains(m, "context window"):
		return dialect.Invalid("messages", "the prompt is longer than the model's context")
	case strings.Contains(m, "image"), strings.Contains(m, "document"):
		return dialect.Invalid("messages", "the model refused an image or a document of the request")
	case strings.Contains(m, "tool"), strings.Contains(m, "schema"):
		return dialect.Invalid("tools", "the model refused the request's tools, tool results or schema")
	case strings.Contains(m, "model identifier"), strings.Contains(m, "inference profile"), strings.Contains(m, "on-demand"):
		return &dialect.Error{Code: dialect.UpstreamFailed, Message: "the gateway's model is not available in its region; its operator has been told"}
	}
	return dialect.Invalid("", "the model refused the request as invalid; check its messages and parameters")
}

// retryAfter is in whole seconds; anything else that Bedrock may have sent is not passed on.
func retryAfter(e *bedrock.Error) string {
	if n := atoi(e.RetryAfter); n > 0 {
		return e.RetryAfter
	}
	return "1"
}
