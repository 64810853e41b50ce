package bedrock

import (
	"strconv"
	"strings"

	"github.com/tidwall/gjson"
)

// Collector puts an answer together from its events.
type Collector struct {
	Answer Answer
	open   bool            // the last block of Answer is being written
	index  int             // its contentBlockIndex
	start  int             // where it begins in its builder
	text   strings.Builder // all text blocks, joined; strings.Builder lets it be read without a copy
	other  strings.Builder // the open tool use's input, or reasoning
}

// Add takes the next event.
func (c *Collector) Add(ev *Event) {
	switch ev.Kind {
	case BlockStart:
		c.turn(ev.Index, ToolUse)
		b := c.last()
		b.ID, b.Name = ev.ID, ev.Name
	case TextDelta:
		c.turn(ev.Index, Text)
		c.text.WriteString(ev.Text)
	case ToolDelta:
		c.turn(ev.Index, ToolUse)
		c.other.WriteString(ev.Text)
	case ReasoningDelta:
		c.turn(ev.Index, Reasoning)
		c.other.WriteString(ev.Text)
		c.reasoning(ev)
	case BlockStop:
		c.Close()
	case MessageStop:
		c.Close()
		c.Answer.Stop = ev.Stop
		if f := gjson.GetBytes(ev.Raw, "additionalModelResponseFields"); f.Exists() {
			c.rest("additionalModelResponseFields", f.Raw)
		}
	case Metadata:
		c.metadata(ev)
	}
}

// Text returns all text so far, tool inputs and reasoning left out. It costs nothing.
func (c *Collector) Text() string { return c.text.String() }

// ToolInput returns the input so far of the tool use that is being written.
func (c *Collector) ToolInput() (input string, open bool) {
	if !c.open || c.last().Kind != ToolUse {
		return "", false
	}
	return c.other.String(), true
}

// Close ends the open block; a broken stream may have left one.
func (c *Collector) Close() {
	if !c.open {
		return
	}
	switch b := c.last(); b.Kind {
	case Text:
		b.Text = c.text.String()[c.start:]
	case Reasoning:
		b.Text = c.other.String()
	case ToolUse:
		b.Raw = []byte(c.other.String())
	}
	c.other.Reset()
	c.open = false
}

// turn makes index the open block.
func (c *Collector) turn(index int, kind Kind) {
	if c.open && c.index == index {
		return
	}
	c.Close()
	c.Answer.Content = append(c.Answer.Content, Block{Kind: kind})
	c.open, c.index, c.start = true, index, c.text.Len()
}

func (c *Collector) last() *Block { return &c.Answer.Content[len(c.Answer.Content)-1] }

func (c *Collector) reasoning(ev *Event) {
	b := c.last()
	b.Signature += ev.Signature
	if v := gjson.GetBytes(ev.Raw, "delta.reasoningContent"); v.Exists() {
		b.Raw = []byte(v.Raw)
	}
}

func (c *Collector) metadata(ev *Event) {
	c.Answer.Usage, c.Answer.LatencyMS = ev.Usage, ev.LatencyMS
	gjson.ParseBytes(ev.Raw).ForEach(func(k, v gjson.Result) bool {
		if k.Str != "usage" && k.Str != "metrics" {
			c.rest(k.Str, v.Raw)
		}
		return true
	})
}

func (c *Collector) rest(name, value string) {
	a := &c.Answer
	a.Rest = comma(a.Rest, len(a.Rest))
	a.Rest = append(key(a.Rest, name), value...)
}

// Events takes a whole answer apart again, for clients that asked for a stream of it.
func (a *Answer) Events() []Event {
	events := make([]Event, 0, 2*len(a.Content)+3)
	events = append(events, Event{Kind: MessageStart})
	for i := range a.Content {
		events = appendBlockEvents(events, i, &a.Content[i])
	}
	return append(events,
		Event{Kind: MessageStop, Stop: a.Stop},
		Event{Kind: Metadata, Usage: a.Usage, LatencyMS: a.LatencyMS})
}

func appendBlockEvents(events []Event, i int, b *Block) []Event {
	switch b.Kind {
	case Text:
		events = append(events, Event{Kind: TextDelta, Index: i, Text: b.Text})
	case Citations:
		events = append(events, Event{Kind: TextDelta, Index: i, Text: b.Text})
		gjson.GetBytes(b.Raw, "citations").ForEach(func(_, c gjson.Result) bool {
			events = append(events, Event{Kind: OtherDelta, Index: i, Raw: deltaOf(i, `{"citation":`+c.Raw+`}`)})
			return true
		})
	case ToolUse:
		events = append(events,
			Event{Kind: BlockStart, Index: i, ID: b.ID, Name: b.Name},
			Event{Kind: ToolDelta, Index: i, Text: string(b.Raw)})
	case Reasoning:
		if b.Raw != nil {
			return append(events, Event{Kind: ReasoningDelta, Index: i, Raw: deltaOf(i, `{"reasoningContent":`+string(b.Raw)+`}`)}, Event{Kind: BlockStop, Index: i})
		}
		events = append(events, Event{Kind: ReasoningDelta, Index: i, Text: b.Text})
		if b.Signature != "" {
			events = append(events, Event{Kind: ReasoningDelta, Index: i, Signature: b.Signature})
		}
	default:
		return events // a stream has no other blocks
	}
	return append(events, Event{Kind: BlockStop, Index: i})
}

// deltaOf is the payload of a delta that is passed on as it is.
func deltaOf(i int, delta string) []byte {
	raw := append([]byte(`{"contentBlockIndex":`), strconv.Itoa(i)...)
	return append(append(append(raw, `,"delta":`...), delta...), '}')
}
