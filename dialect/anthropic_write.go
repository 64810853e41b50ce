package dialect

import (
	"ockham/bedrock"

	"github.com/tidwall/gjson"
)

// ContentType implements Dialect.
func (Anthropic) ContentType(stream bool) string { return jsonOrEvents(stream) }

// Error implements Dialect.
func (Anthropic) Error(dst []byte, e *Error, requestID string) []byte {
	dst = append(dst, `{"type":"error","error":{`...)
	dst = appendField(dst, "type", anthropicErrorType(e.Code))
	dst = appendField(dst, "message", e.Message)
	dst = appendField(append(dst, '}'), "request_id", requestID)
	return append(dst, '}')
}

func anthropicErrorType(c Code) string {
	switch c {
	case Unauthorized:
		return "authentication_error"
	case Forbidden:
		return "permission_error"
	case NotFound:
		return "not_found_error"
	case TooLarge:
		return "request_too_large"
	case Throttled, BudgetExceeded:
		return "rate_limit_error"
	case Unavailable:
		return "overloaded_error"
	case Timeout:
		return "timeout_error"
	case UpstreamFailed, Internal:
		return "api_error"
	}
	return "invalid_request_error"
}

// Answer implements Dialect.
func (Anthropic) Answer(dst []byte, c *Call, r *Reply) []byte {
	if c.Count {
		dst = appendInt(append(dst, '{'), "input_tokens", int64(r.Answer.Usage.Input))
		return append(dst, '}')
	}
	st := c.State.(*anthropicState)
	dst = st.appendHead(dst, c, r)
	dst = append(appendKey(dst, "content"), '[')
	for i := range r.Answer.Content {
		dst = st.appendBlock(dst, &r.Answer.Content[i])
	}
	dst = st.appendStop(append(dst, ']'), r.Answer)
	dst = appendAnthropicUsage(dst, r.Answer.Usage)
	return append(dst, '}')
}

// appendHead begins a message.
func (*anthropicState) appendHead(dst []byte, c *Call, r *Reply) []byte {
	dst = append(dst, '{')
	dst = appendField(dst, "id", "msg_"+r.ID)
	dst = append(dst, `,"type":"message","role":"assistant"`...)
	return appendField(dst, "model", shownModel(c, r))
}

// appendBlock writes a block of a whole answer; kinds that Anthropic has no word for are left out.
func (st *anthropicState) appendBlock(dst []byte, b *bedrock.Block) []byte {
	switch b.Kind {
	case bedrock.Text:
		dst = append(separate(dst), `{"type":"text"`...)
		return append(appendField(dst, "text", b.Text), '}')
	case bedrock.ToolUse:
		dst = st.appendToolUse(separate(dst), b.ID, b.Name)
		dst = append(appendKey(dst, "input"), toolInput(string(b.Raw))...)
		return append(dst, '}')
	case bedrock.Reasoning:
		return appendThinking(separate(dst), b)
	case bedrock.Citations:
		return st.appendCited(separate(dst), b)
	}
	return dst
}

// appendToolUse begins a tool use, up to its input.
func (st *anthropicState) appendToolUse(dst []byte, id, name string) []byte {
	if own, ok := st.names[name]; ok {
		name = own
	}
	dst = append(dst, `{"type":"tool_use"`...)
	dst = appendField(dst, "id", id)
	return appendField(dst, "name", name)
}

func (st *anthropicState) appendStop(dst []byte, a *bedrock.Answer) []byte {
	dst = appendField(dst, "stop_reason", anthropicStop(a.Stop))
	dst = appendKey(dst, "stop_sequence")
	if s := st.stoppedAt(a); s != "" {
		return appendString(dst, s)
	}
	return append(dst, "null"...)
}

// stoppedAt is the stop sequence that ended an answer: the only one there was, or the one that the
// model named.
func (st *anthropicState) stoppedAt(a *bedrock.Answer) string {
	switch {
	case a.Stop != bedrock.StopSequence:
		return ""
	case len(st.stops) == 1:
		return st.stops[0]
	}
	return gjson.Get("{"+string(a.Rest)+"}", "additionalModelResponseFields.stop_sequence").Str
}

// anthropicStop maps Bedrock's stop reasons. A malformed answer that is served for want of a better
// one ends like any other.
func anthropicStop(stop string) string {
	switch stop {
	case bedrock.StopToolUse, bedrock.StopMaxTokens, bedrock.StopSequence, bedrock.StopContextWindow:
		return stop
	case bedrock.StopGuardrail, bedrock.StopFiltered:
		return "refusal"
	}
	return "end_turn"
}

func appendAnthropicUsage(dst []byte, u bedrock.Usage) []byte {
	dst = append(appendKey(dst, "usage"), '{')
	dst = appendInt(dst, "input_tokens", int64(u.Input))
	dst = appendInt(dst, "cache_creation_input_tokens", int64(u.CacheWrite))
	dst = appendInt(dst, "cache_read_input_tokens", int64(u.CacheRead))
	dst = appendInt(dst, "output_tokens", int64(u.Output))
	return append(dst, '}')
}
