package dialect

import (
	"slices"
	"strconv"

	"ockham/bedrock"

	"github.com/tidwall/gjson"
)

// Stream implements Dialect.
func (OpenAI) Stream(c *Call, r *Reply) Stream {
	head := append([]byte(nil), "data: {"...)
	head = appendField(head, "id", "chatcmpl-"+r.ID)
	head = appendField(head, "object", "chat.completion.chunk")
	head = appendInt(head, "created", r.Created)
	head = appendField(head, "model", shownModel(c, r))
	return &openaiStream{st: c.State.(*openaiState), head: head}
}

// openaiStream writes chunks. The finish_reason is held back until the answer is known to be whole:
// clients stop reading at it.
type openaiStream struct {
	st      *openaiState
	head    []byte // what every chunk begins with
	started bool
	tools   []int // content block index of each tool call, in order: OpenAI counts calls only
	silent  bool  // the open tool call has said nothing of its input
	thought []byte
}

// Event implements Stream.
func (s *openaiStream) Event(dst []byte, ev *bedrock.Event) []byte {
	dst = s.start(dst)
	switch ev.Kind {
	case bedrock.TextDelta:
		if ev.Text != "" {
			dst = append(appendField(s.open(dst), "content", ev.Text), '}')
			dst = s.close(dst, "")
		}
	case bedrock.ReasoningDelta:
		dst = s.reasoning(dst, ev)
	case bedrock.BlockStart:
		dst = s.endTool(dst)
		s.tools, s.silent = append(s.tools, ev.Index), true
		dst = s.call(dst, len(s.tools)-1)
		dst = s.st.appendCall(dst, ev.ID, ev.Name, "")
		dst = s.close(append(dst, '}', ']', '}'), "")
	case bedrock.ToolDelta:
		if ev.Text != "" {
			s.silent = false
			dst = s.arguments(dst, slices.Index(s.tools, ev.Index), ev.Text)
		}
	case bedrock.BlockStop:
		dst = s.endTool(dst)
	}
	return dst
}

// start writes the chunk that names the role, once.
func (s *openaiStream) start(dst []byte) []byte {
	if s.started {
		return dst
	}
	s.started = true
	dst = append(s.open(dst), `"role":"assistant","content":"","refusal":null}`...)
	return s.close(dst, "")
}

// open begins a chunk, up to its delta's first member; close ends it after the delta.
func (s *openaiStream) open(dst []byte) []byte {
	return append(append(dst, s.head...), `,"choices":[{"index":0,"delta":{`...)
}

func (s *openaiStream) close(dst []byte, finish string) []byte {
	if finish == "" {
		dst = append(dst, `,"logprobs":null,"finish_reason":null}]`...)
	} else {
		dst = append(appendField(append(dst, `,"logprobs":null`...), "finish_reason", finish), '}', ']')
	}
	if s.st.usage {
		dst = append(dst, `,"usage":null`...)
	}
	return append(dst, '}', '\n', '\n')
}

// call begins a chunk that says something of the nth tool call.
func (s *openaiStream) call(dst []byte, n int) []byte {
	dst = append(s.open(dst), `"tool_calls":[{"index":`...)
	return strconv.AppendInt(dst, int64(n), 10)
}

func (s *openaiStream) arguments(dst []byte, n int, fragment string) []byte {
	dst = append(s.call(dst, max(n, 0)), `,"function":{`...)
	dst = appendField(dst, "arguments", fragment)
	return s.close(append(dst, '}', '}', ']', '}'), "")
}

// endTool gives a call without input an empty object: clients parse what they got.
func (s *openaiStream) endTool(dst []byte) []byte {
	if !s.silent {
		return dst
	}
	s.silent = false
	return s.arguments(dst, len(s.tools)-1, "{}")
}

// reasoning streams thoughts as text; their signature comes with the whole block, ready to be sent back.
func (s *openaiStream) reasoning(dst []byte, ev *bedrock.Event) []byte {
	if ev.Text != "" {
		s.thought = append(s.thought, ev.Text...)
		dst = append(appendField(s.open(dst), "reasoning_content", ev.Text), '}')
		dst = s.close(dst, "")
	}
	if ev.Signature == "" && ev.Raw == nil {
		return dst
	}
	b := bedrock.Block{Kind: bedrock.Reasoning, Text: string(s.thought), Signature: ev.Signature}
	if ev.Raw != nil {
		b.Raw = raw(gjson.GetBytes(ev.Raw, "delta.reasoningContent"))
	} else {
		s.thought = s.thought[:0]
	}
	dst = appendThinking(append(s.open(dst), `"thinking_blocks":[`...), &b)
	return s.close(append(dst, ']', '}'), "")
}

// Done implements Stream.
func (s *openaiStream) Done(dst []byte, r *Reply) []byte {
	dst = s.endTool(s.start(dst))
	dst = s.close(append(s.open(dst), '}'), finishReason(r.Answer.Stop))
	if s.st.usage {
		dst = append(append(dst, s.head...), `,"choices":[]`...)
		dst = appendOpenAIUsage(dst, r.Answer.Usage)
		dst = append(dst, '}', '\n', '\n')
	}
	return append(dst, "data: [DONE]\n\n"...)
}

// Fail implements Stream: an error, and neither a finish_reason nor [DONE].
func (s *openaiStream) Fail(dst []byte, e *Error, requestID string) []byte {
	return appendEvent(dst, "", func(dst []byte) []byte { return OpenAI{}.Error(dst, e, requestID) })
}

// Restart implements Stream; there is no such thing here.
func (s *openaiStream) Restart([]byte, string) []byte { return nil }
