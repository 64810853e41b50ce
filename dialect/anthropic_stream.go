package dialect

import (
	"strconv"

	"ockham/bedrock"

	"github.com/tidwall/gjson"
)

// Stream implements Dialect.
func (Anthropic) Stream(c *Call, r *Reply) Stream {
	st := c.State.(*anthropicState)
	start := append([]byte(nil), "event: message_start\ndata: {\"type\":\"message_start\",\"message\":"...)
	start = st.appendHead(start, c, r)
	start = append(start, `,"content":[],"stop_reason":null,"stop_sequence":null`...)
	start = appendAnthropicUsage(start, bedrock.Usage{}) // Bedrock tells at the end
	return &anthropicStream{st: st, start: append(start, "}}\n\n"...)}
}

// anthropicStream writes message_start, the blocks one after the other, message_delta, message_stop.
type anthropicStream struct {
	st    *anthropicState
	start []byte // nil once written
	kind  bedrock.Kind
	index int // Bedrock's index of the open block
	next  int // how many blocks were begun
}

// Event implements Stream.
func (s *anthropicStream) Event(dst []byte, ev *bedrock.Event) []byte {
	dst = s.begin(dst)
	switch ev.Kind {
	case bedrock.BlockStart:
		dst = s.open(dst, ev, bedrock.ToolUse)
	case bedrock.TextDelta:
		dst = s.delta(s.open(dst, ev, bedrock.Text), "text_delta", "text", ev.Text)
	case bedrock.ToolDelta:
		dst = s.delta(s.open(dst, ev, bedrock.ToolUse), "input_json_delta", "partial_json", ev.Text)
	case bedrock.ReasoningDelta:
		dst = s.reasoning(dst, ev)
	case bedrock.OtherDelta:
		dst = s.citation(dst, ev)
	case bedrock.BlockStop:
		dst = s.close(dst)
	}
	return dst
}

func (s *anthropicStream) begin(dst []byte) []byte {
	dst = append(dst, s.start...)
	s.start = nil
	return dst
}

// open begins the block of ev unless it is open already: Bedrock announces tool uses only.
func (s *anthropicStream) open(dst []byte, ev *bedrock.Event, kind bedrock.Kind) []byte {
	if s.kind == kind && s.index == ev.Index {
		return dst
	}
	dst = s.close(dst)
	s.kind, s.index = kind, ev.Index
	dst = append(dst, "event: content_block_start\ndata: {\"type\":\"content_block_start\""...)
	dst = appendInt(dst, "index", int64(s.next))
	dst = appendKey(dst, "content_block")
	switch {
	case kind == bedrock.ToolUse:
		dst = append(s.st.appendToolUse(dst, ev.ID, ev.Name), `,"input":{}}`...)
	case kind == bedrock.Text:
		dst = append(dst, `{"type":"text","text":""}`...)
	case ev.Raw != nil:
		b := bedrock.Block{Kind: bedrock.Reasoning, Raw: raw(gjson.GetBytes(ev.Raw, "delta.reasoningContent"))}
		dst = appendThinking(dst, &b)
	default:
		dst = append(dst, `{"type":"thinking","thinking":"","signature":""}`...)
	}
	s.next++
	return append(dst, "}\n\n"...)
}

// close ends the open block, if there is one.
func (s *anthropicStream) close(dst []byte) []byte {
	if s.kind == "" {
		return dst
	}
	s.kind = ""
	dst = append(dst, "event: content_block_stop\ndata: {\"type\":\"content_block_stop\""...)
	dst = appendInt(dst, "index", int64(s.next-1))
	return append(dst, "}\n\n"...)
}

// delta adds to the open block; an empty addition is not worth an event.
func (s *anthropicStream) delta(dst []byte, form, field, value string) []byte {
	if value == "" {
		return dst
	}
	dst = s.beginDelta(dst)
	dst = appendField(dst, "type", form)
	dst = appendField(dst, field, value)
	return append(dst, "}}\n\n"...)
}

func (s *anthropicStream) beginDelta(dst []byte) []byte {
	dst = append(dst, "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":"...)
	dst = strconv.AppendInt(dst, int64(s.next-1), 10)
	return append(dst, `,"delta":{`...)
}

func (s *anthropicStream) reasoning(dst []byte, ev *bedrock.Event) []byte {
	dst = s.open(dst, ev, bedrock.Reasoning)
	dst = s.delta(dst, "thinking_delta", "thinking", ev.Text)
	return s.delta(dst, "signature_delta", "signature", ev.Signature)
}

// citation passes on what a text was taken from; other new kinds of deltas have no name here.
func (s *anthropicStream) citation(dst []byte, ev *bedrock.Event) []byte {
	c := gjson.GetBytes(ev.Raw, "delta.citation")
	if !c.Exists() {
		return dst
	}
	dst = s.beginDelta(s.open(dst, ev, bedrock.Text))
	dst = append(dst, `"type":"citations_delta","citation":`...)
	return append(s.st.appendCitation(dst, c), "}}\n\n"...)
}

// Done implements Stream.
func (s *anthropicStream) Done(dst []byte, r *Reply) []byte {
	dst = s.close(s.begin(dst))
	dst = append(dst, "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{"...)
	dst = append(s.st.appendStop(dst, r.Answer), '}')
	dst = appendAnthropicUsage(dst, r.Answer.Usage)
	return append(dst, "}\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"...)
}

// Fail implements Stream: an error event, and no message_stop.
func (s *anthropicStream) Fail(dst []byte, e *Error, requestID string) []byte {
	return appendEvent(dst, "error", func(dst []byte) []byte { return Anthropic{}.Error(dst, e, requestID) })
}

// Restart implements Stream; there is no such thing here.
func (s *anthropicStream) Restart([]byte, string) []byte { return nil }
