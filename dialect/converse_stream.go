package dialect

import (
	"bytes"
	"math/rand/v2"
	"unicode/utf8"

	"ockham/bedrock"

	"github.com/aws/aws-sdk-go-v2/aws/protocol/eventstream"
	"github.com/tidwall/gjson"
)

// Stream implements Dialect.
func (Converse) Stream(*Call, *Reply) Stream {
	return &converseStream{encoder: eventstream.NewEncoder()}
}

// converseStream writes event-stream messages. The last two, messageStop and metadata, wait until the
// answer is known to be whole: SDKs do not notice when they are missing, but programs that look do.
type converseStream struct {
	encoder *eventstream.Encoder
	payload []byte
	started bool
}

// Event implements Stream.
func (s *converseStream) Event(dst []byte, ev *bedrock.Event) []byte {
	dst = s.start(dst)
	switch ev.Kind {
	case bedrock.BlockStart:
		return s.message(dst, "contentBlockStart", s.toolStart(ev))
	case bedrock.BlockStop:
		return s.message(dst, "contentBlockStop", s.block(ev))
	case bedrock.OtherDelta:
		return s.asItCame(dst, ev)
	case bedrock.TextDelta:
		return s.delta(dst, ev, `,"delta":{"text":`, ev.Text, "}")
	case bedrock.ToolDelta:
		return s.delta(dst, ev, `,"delta":{"toolUse":{"input":`, ev.Text, "}}")
	case bedrock.ReasoningDelta:
		return s.reasoning(dst, ev)
	}
	return dst
}

// delta writes text in messages that keep well below the format's limit, should a whole answer come at
// once.
func (s *converseStream) delta(dst []byte, ev *bedrock.Event, before, value, after string) []byte {
	const most = 1 << 20
	for {
		n := len(value)
		if n > most {
			for n = most; n > most-utf8.UTFMax && !utf8.RuneStart(value[n]); n-- {
			}
		}
		p := append(s.block(ev), before...)
		dst = s.message(dst, "contentBlockDelta", append(appendString(p, value[:n]), after...))
		if value = value[n:]; value == "" {
			return dst
		}
	}
}

func (s *converseStream) start(dst []byte) []byte {
	if s.started {
		return dst
	}
	s.started = true
	return s.message(dst, "messageStart", append(s.payload[:0], `{"role":"assistant"`...))
}

// block begins a payload. Payloads are left open: message closes them.
func (s *converseStream) block(ev *bedrock.Event) []byte {
	return appendInt(append(s.payload[:0], '{'), "contentBlockIndex", int64(ev.Index))
}

func (s *converseStream) toolStart(ev *bedrock.Event) []byte {
	p := append(s.block(ev), `,"start":{"toolUse":{`...)
	p = appendField(p, "name", ev.Name)
	p = appendField(p, "toolUseId", ev.ID)
	return append(p, '}', '}')
}

func (s *converseStream) asItCame(dst []byte, ev *bedrock.Event) []byte {
	open, ok := bytes.CutSuffix(ev.Raw, []byte{'}'})
	if !ok {
		return dst
	}
	return s.message(dst, "contentBlockDelta", append(s.payload[:0], open...))
}

func (s *converseStream) reasoning(dst []byte, ev *bedrock.Event) []byte {
	const before, after = `,"delta":{"reasoningContent":{`, "}}"
	switch {
	case ev.Raw != nil:
		return s.asItCame(dst, ev)
	case ev.Signature != "":
		return s.delta(dst, ev, before+`"signature":`, ev.Signature, after)
	}
	return s.delta(dst, ev, before+`"text":`, ev.Text, after)
}

// Done implements Stream.
func (s *converseStream) Done(dst []byte, r *Reply) []byte {
	dst = s.start(dst)
	rest := gjson.Parse("{" + text(r.Answer.Rest) + "}")
	p := appendField(append(s.payload[:0], '{'), "stopReason", r.Answer.Stop)
	if fields := rest.Get("additionalModelResponseFields"); fields.Exists() {
		p = append(appendKey(p, "additionalModelResponseFields"), fields.Raw...)
	}
	dst = s.message(dst, "messageStop", p)
	p = appendConverseUsage(appendMetrics(append(s.payload[:0], '{'), r.Answer), r.Answer.Usage)
	rest.ForEach(func(k, v gjson.Result) bool {
		if k.Str != "additionalModelResponseFields" {
			p = append(append(append(append(p, ','), k.Raw...), ':'), v.Raw...)
		}
		return true
	})
	return s.message(dst, "metadata", p)
}

// Fail implements Stream: an exception, which every SDK raises.
func (s *converseStream) Fail(dst []byte, e *Error, _ string) []byte {
	p := appendField(append(s.payload[:0], '{'), "message", e.Message)
	return s.encode(dst, append(p, '}'), "exception", ":exception-type", streamException(e.Code))
}

// Restart implements Stream; there is no such thing here.
func (s *converseStream) Restart([]byte, string) []byte { return nil }

// streamException names the members that ConverseStream's output has for failures.
func streamException(c Code) string {
	switch c {
	case Throttled, BudgetExceeded:
		return "throttlingException"
	case Unavailable:
		return "serviceUnavailableException"
	case UpstreamFailed, Timeout:
		return "modelStreamErrorException"
	case Internal:
		return "internalServerException"
	}
	return "validationException"
}

// padding is what Bedrock fills events up with, so that their length does not tell what they say.
const padding = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

// message closes and frames the payload of an event.
func (s *converseStream) message(dst []byte, kind string, payload []byte) []byte {
	payload = append(appendField(payload, "p", padding[:rand.IntN(len(padding)+1)]), '}')
	return s.encode(dst, payload, "event", ":event-type", kind)
}

func (s *converseStream) encode(dst, payload []byte, message, header, kind string) []byte {
	s.payload = payload[:0] // its memory is used again for the next event
	out := bytes.NewBuffer(dst)
	err := s.encoder.Encode(out, eventstream.Message{
		Headers: eventstream.Headers{
			{Name: header, Value: eventstream.StringValue(kind)},
			{Name: ":content-type", Value: eventstream.StringValue("application/json")},
			{Name: ":message-type", Value: eventstream.StringValue(message)},
		},
		Payload: payload,
	})
	if err != nil { // only for headers and payloads beyond the format's limits
		return dst
	}
	return out.Bytes()
}
