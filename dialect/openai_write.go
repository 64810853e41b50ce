package dialect

import (
	"ockham/bedrock"
)

// ContentType implements Dialect.
func (OpenAI) ContentType(stream bool) string { return jsonOrEvents(stream) }

// Error implements Dialect.
func (OpenAI) Error(dst []byte, e *Error, _ string) []byte {
	dst = append(dst, `{"error":{`...)
	dst = appendField(dst, "message", e.Message)
	dst = appendField(dst, "type", openaiErrorType(e.Code))
	if e.Param == "" {
		dst = append(dst, `,"param":null`...)
	} else {
		dst = appendField(dst, "param", e.Param)
	}
	dst = appendField(dst, "code", string(e.Code))
	return append(dst, '}', '}')
}

func openaiErrorType(c Code) string {
	switch c {
	case Throttled:
		return "rate_limit_error"
	case BudgetExceeded:
		return "insufficient_quota"
	case Unauthorized:
		return "authentication_error"
	case Forbidden:
		return "permission_error"
	case UpstreamFailed, Unavailable, Timeout, Internal:
		return "server_error"
	}
	return "invalid_request_error"
}

// Answer implements Dialect.
func (OpenAI) Answer(dst []byte, c *Call, r *Reply) []byte {
	st := c.State.(*openaiState)
	dst = append(dst, '{')
	dst = appendField(dst, "id", "chatcmpl-"+r.ID)
	dst = appendField(dst, "object", "chat.completion")
	dst = appendInt(dst, "created", r.Created)
	dst = appendField(dst, "model", shownModel(c, r))
	dst = append(dst, `,"choices":[{"index":0,"message":{"role":"assistant"`...)
	dst = st.appendMessage(dst, r.Answer)
	dst = append(dst, `,"refusal":null},"logprobs":null`...)
	dst = appendField(dst, "finish_reason", finishReason(r.Answer.Stop))
	dst = append(dst, '}', ']')
	dst = appendOpenAIUsage(dst, r.Answer.Usage)
	return append(dst, '}')
}

func (st *openaiState) appendMessage(dst []byte, a *bedrock.Answer) []byte {
	said, calls := a.Text(), countBlocks(a, bedrock.ToolUse)
	dst = appendKey(dst, "content")
	if said == "" && calls > 0 {
		dst = append(dst, "null"...)
	} else {
		dst = appendString(dst, said)
	}
	dst = appendReasoning(dst, a)
	if calls == 0 {
		return dst
	}
	dst = append(appendKey(dst, "tool_calls"), '[')
	for i := range a.Content {
		if b := &a.Content[i]; b.Kind == bedrock.ToolUse {
			dst = append(separate(dst), '{')
			dst = st.appendCall(dst, b.ID, b.Name, string(b.Raw))
			dst = append(dst, '}')
		}
	}
	return append(dst, ']')
}

// appendReasoning writes what was thought twice: as a text to show, and as blocks to send back.
func appendReasoning(dst []byte, a *bedrock.Answer) []byte {
	if countBlocks(a, bedrock.Reasoning) == 0 {
		return dst
	}
	var thought []byte
	blocks := []byte{'['}
	for i := range a.Content {
		b := &a.Content[i]
		if b.Kind != bedrock.Reasoning {
			continue
		}
		thought = append(thought, b.Text...)
		if b.Signature != "" || b.Raw != nil {
			blocks = appendThinking(separate(blocks), b)
		}
	}
	dst = appendField(dst, "reasoning_content", string(thought))
	if len(blocks) > 1 {
		dst = append(append(appendKey(dst, "thinking_blocks"), blocks...), ']')
	}
	return dst
}

// appendCall writes the inside of a tool call.
func (st *openaiState) appendCall(dst []byte, id, name, arguments string) []byte {
	if own, ok := st.names[name]; ok {
		name = own
	}
	dst = appendField(dst, "id", id)
	dst = append(dst, `,"type":"function","function":{`...)
	dst = appendField(dst, "name", name)
	dst = appendField(dst, "arguments", arguments)
	return append(dst, '}')
}

func countBlocks(a *bedrock.Answer, k bedrock.Kind) (n int) {
	for i := range a.Content {
		if a.Content[i].Kind == k {
			n++
		}
	}
	return n
}

// finishReason maps Bedrock's stop reasons. A malformed answer that is served for want of a better one
// ends like any other.
func finishReason(stop string) string {
	switch stop {
	case bedrock.StopToolUse:
		return "tool_calls"
	case bedrock.StopMaxTokens, bedrock.StopContextWindow:
		return "length"
	case bedrock.StopGuardrail, bedrock.StopFiltered:
		return "content_filter"
	}
	return "stop"
}

func appendOpenAIUsage(dst []byte, u bedrock.Usage) []byte {
	prompt := u.Input + u.CacheRead + u.CacheWrite
	dst = append(appendKey(dst, "usage"), '{')
	dst = appendInt(dst, "prompt_tokens", int64(prompt))
	dst = appendInt(dst, "completion_tokens", int64(u.Output))
	dst = appendInt(dst, "total_tokens", int64(prompt+u.Output))
	dst = append(appendKey(dst, "prompt_tokens_details"), '{')
	dst = appendInt(dst, "cached_tokens", int64(u.CacheRead))
	return append(dst, '}', '}')
}
