package bedrock

import (
	"errors"

	"github.com/tidwall/gjson"
)

// ErrTruncated says that a stream ended before its last event, or inside a message.
var ErrTruncated = errors.New("bedrock: the stream ended early")

// ErrCorrupt says that a stream's bytes are no event stream, or damaged on the way.
var ErrCorrupt = errors.New("bedrock: the stream is damaged")

// maxMessage bounds one message. Bedrock's events are a few hundred bytes; AWS allows 24 MiB.
const maxMessage = 24 << 20

// Decoder takes an event stream in pieces of any size and gives its events. Whole tells at the end
// whether the stream said all it had to: AWS's own SDKs take a cut stream for a complete one.
type Decoder struct {
	buf     []byte
	begun   bool // a frame was seen
	stopped bool // messageStop was seen
	Whole   bool // and metadata after it
}

// Feed appends a piece.
func (d *Decoder) Feed(piece []byte) { d.buf = append(d.buf, piece...) }

// Next returns the next event. ok is false when more bytes are needed. An exception inside the stream
// is an *Error; damage is ErrCorrupt. After an error the decoder is of no further use.
func (d *Decoder) Next() (ev Event, ok bool, err error) {
	for {
		frame, err := d.frame()
		if err != nil || frame == nil {
			return Event{}, false, err
		}
		ev, known, err := d.decode(frame)
		if err != nil || known {
			return ev, err == nil, err
		}
	}
}

// End tells, once no more bytes will come, whether the stream was whole.
func (d *Decoder) End() error {
	if d.Whole && len(d.buf) == 0 {
		return nil
	}
	return ErrTruncated
}

// frame cuts the next whole message off the buffer, or returns nil.
func (d *Decoder) frame() ([]byte, error) {
	if len(d.buf) < preludeSize {
		return nil, nil
	}
	total, sound := length(d.buf)
	if total < smallest || total > maxMessage {
		if !d.begun { // no event stream at all: JSON, say, for an operation that Bedrock does not know
			return nil, ErrMalformed
		}
		return nil, ErrCorrupt
	}
	if !sound { // what it says would be waited for
		return nil, ErrCorrupt
	}
	if len(d.buf) < int(total) {
		return nil, nil
	}
	d.begun = true
	frame := d.buf[:total]
	d.buf = d.buf[total:]
	return frame, nil
}

func (d *Decoder) decode(b []byte) (ev Event, known bool, err error) {
	f, ok := readFrame(b)
	if !ok {
		return Event{}, false, ErrCorrupt
	}
	switch string(f.messageType) {
	case "event":
		return d.event(string(f.eventType), f.payload)
	case "exception":
		return Event{}, false, exception(string(f.exceptionType), f.payload)
	case "error":
		return Event{}, false, &Error{Status: 500, Type: string(f.errorCode), InStream: true}
	}
	return Event{}, false, ErrCorrupt
}

// event reads the payload of one event; unknown kinds are passed over.
func (d *Decoder) event(kind string, payload []byte) (ev Event, known bool, err error) {
	if !gjson.ValidBytes(payload) {
		return ev, false, ErrCorrupt
	}
	doc := gjson.ParseBytes(payload) // copies, so that the buffer can be used again
	ev.Index = int(doc.Get("contentBlockIndex").Int())
	switch kind {
	case "messageStart":
		ev.Kind = MessageStart
	case "contentBlockStart":
		ev.Kind = BlockStart
		ev.ID, ev.Name = doc.Get("start.toolUse.toolUseId").String(), doc.Get("start.toolUse.name").String()
		ev.Raw = raw(doc)
	case "contentBlockDelta":
		delta(&ev, doc)
	case "contentBlockStop":
		ev.Kind = BlockStop
	case "messageStop":
		ev.Kind, ev.Stop, ev.Raw = MessageStop, doc.Get("stopReason").String(), raw(doc)
		d.stopped = true
	case "metadata":
		ev.Kind, ev.Usage, ev.Raw = Metadata, parseUsage(doc.Get("usage")), raw(doc)
		ev.LatencyMS = int(doc.Get("metrics.latencyMs").Int())
		d.Whole = d.stopped
	default:
		return ev, false, nil
	}
	return ev, true, nil
}

func delta(ev *Event, doc gjson.Result) {
	doc.Get("delta").ForEach(func(k, v gjson.Result) bool {
		switch k.Str {
		case "text":
			ev.Kind, ev.Text = TextDelta, v.String()
		case "toolUse":
			ev.Kind, ev.Text = ToolDelta, v.Get("input").String()
		case "reasoningContent":
			ev.Kind = ReasoningDelta
			ev.Text, ev.Signature = v.Get("text").String(), v.Get("signature").String()
			if v.Get("redactedContent").Exists() {
				ev.Raw = raw(doc)
			}
		default:
			return true
		}
		return false
	})
	if ev.Kind == 0 {
		ev.Kind, ev.Raw = OtherDelta, raw(doc)
	}
}

// raw is an event's payload without the random padding that hides its length on the wire.
func raw(doc gjson.Result) []byte {
	out := []byte{'{'}
	doc.ForEach(func(k, v gjson.Result) bool {
		if k.Str == "p" {
			return true
		}
		out = comma(out, len(out)-1)
		out = append(append(append(out, k.Raw...), ':'), v.Raw...)
		return true
	})
	return append(out, '}')
}
