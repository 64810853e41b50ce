package dialect

import (
	"encoding/json"

	"ockham/bedrock"
)

// ContentType implements Dialect.
func (Generate) ContentType(stream bool) string { return jsonOrEvents(stream) }

// jsonOrEvents is the content type of all dialects but Converse.
func jsonOrEvents(stream bool) string {
	if stream {
		return "text/event-stream"
	}
	return "application/json"
}

// Answer implements Dialect.
func (Generate) Answer(dst []byte, _ *Call, r *Reply) []byte {
	return appendGenerated(dst, r, true)
}

// appendGenerated writes a reply; a stream's last event has all of it but the text.
func appendGenerated(dst []byte, r *Reply, text bool) []byte {
	dst = append(dst, '{')
	dst = appendField(dst, "id", r.ID)
	if text {
		dst = appendField(dst, "text", r.Answer.Text())
	}
	if r.Model != "" {
		dst = appendField(dst, "model", r.Model)
	}
	dst = appendField(dst, "stop_reason", r.Answer.Stop)
	dst = append(appendKey(dst, "usage"), '{')
	u := r.Answer.Usage
	dst = appendInt(dst, "input_tokens", int64(u.Input+u.CacheRead+u.CacheWrite))
	dst = appendInt(dst, "output_tokens", int64(u.Output))
	if r.Cost != nil {
		dst = append(appendKey(dst, "cost_usd"), r.Cost.String()...)
	}
	dst = append(dst, '}')
	if r.Route != nil {
		dst = appendJSON(appendKey(dst, "route"), r.Route)
	}
	return append(dst, '}')
}

// appendJSON marshals one of this package's own structs, which cannot fail.
func appendJSON(dst []byte, v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		return append(dst, "null"...)
	}
	return append(dst, b...)
}

// Error implements Dialect.
func (Generate) Error(dst []byte, e *Error, requestID string) []byte {
	dst = append(dst, `{"error":{`...)
	dst = appendField(dst, "code", string(e.Code))
	dst = appendField(dst, "message", e.Message)
	dst = appendField(dst, "request_id", requestID)
	if e.Reason != "" {
		dst = appendField(dst, "reason", e.Reason)
	}
	return append(dst, '}', '}')
}

// Stream implements Dialect.
func (d Generate) Stream(*Call, *Reply) Stream { return generateStream{d} }

type generateStream struct{ d Generate }

func (generateStream) Event(dst []byte, ev *bedrock.Event) []byte {
	if ev.Kind != bedrock.TextDelta || ev.Text == "" {
		return dst
	}
	return appendEvent(dst, "delta", func(dst []byte) []byte {
		return append(appendField(append(dst, '{'), "text", ev.Text), '}')
	})
}

func (generateStream) Done(dst []byte, r *Reply) []byte {
	return appendEvent(dst, "done", func(dst []byte) []byte { return appendGenerated(dst, r, false) })
}

func (s generateStream) Fail(dst []byte, e *Error, requestID string) []byte {
	return appendEvent(dst, "error", func(dst []byte) []byte { return s.d.Error(dst, e, requestID) })
}

func (generateStream) Restart(dst []byte, reason string) []byte {
	return appendEvent(dst, "restart", func(dst []byte) []byte {
		return append(appendField(append(dst, '{'), "reason", reason), '}')
	})
}
