package bedrock

import (
	"strings"

	"github.com/tidwall/gjson"
)

// FormatTool is the name of the synthetic tool by whose input a model without native schemas answers.
const FormatTool = "json_answer"

// Fitted is a request as one model can take it.
type Fitted struct {
	Body    []byte
	Stream  bool     // ConverseStream; else Converse, even where the client streams
	Dropped []string // preferences that this model has no room for
	Bridged []string // needs met in another way: "system", "json_schema", "json", "stream", "tool_choice", "turns"
	// Unwrap: the answer comes as FormatTool's input and is to be read as text.
	Unwrap bool
}

// FitOptions is what an attempt adds to the client's request.
type FitOptions struct {
	Stream    bool
	System    *string // replaces the client's system text (a prompt template), where set
	Fold      bool    // the model takes no system text, whatever the catalogue says
	Guardrail []byte  // guardrailConfig, in place of the client's
	// Fresh: the history was made with another model, whose reasoning must not be shown to this one.
	Fresh bool
	// Words: m refused the schema in its native form, so it is asked for in another way.
	Words bool
	Note  string // said after the last user text: what was wrong with the answer before
}

// Fit writes r for m: what m cannot take is folded in elsewhere or dropped, and said. It changes
// nothing that r points to. What r needs and m lacks altogether is for routing to have avoided.
func Fit(r *Request, m *Model, o FitOptions) Fitted {
	f := fitting{Request: *r, m: m, Fitted: Fitted{Stream: o.Stream}}
	if o.System != nil {
		f.replaceSystem(*o.System)
	}
	if len(o.Guardrail) > 0 {
		f.Guardrail = o.Guardrail
	}
	f.format(o.Words)
	f.tools()
	f.inference()
	f.extras()
	f.system(o.Fold)
	f.history(o)
	f.turns()
	f.stream()
	f.Fitted.Body = appendRequest(make([]byte, 0, sizeHint(&f.Request)), &f.Request)
	return f.Fitted
}

// fitting is a request on its way to one model.
type fitting struct {
	Request
	Fitted
	m *Model
}

func (f *fitting) dropped(what string) { f.Dropped = append(f.Dropped, what) }
func (f *fitting) bridged(what string) { f.Bridged = append(f.Bridged, what) }

func (f *fitting) replaceSystem(text string) {
	kept := make([]Block, 0, len(f.System)+1)
	if text != "" {
		kept = append(kept, Block{Kind: Text, Text: text})
	}
	for _, b := range f.System {
		if b.Kind != Text {
			kept = append(kept, b)
		}
	}
	f.System = kept
}

// instruct adds a sentence to the system prompt.
func (f *fitting) instruct(text string) {
	system := make([]Block, 0, len(f.System)+1)
	f.System = append(append(system, f.System...), Block{Kind: Text, Text: text})
}

// format asks for JSON in the strongest way m has: its native schema, a forced tool, or words.
func (f *fitting) format(words bool) {
	schema := f.Format.Schema
	switch {
	case !f.Format.JSON && len(schema) == 0:
		return
	case len(schema) == 0:
		f.bridged("json")
		f.instruct("Answer with one JSON value and nothing else: no prose, no code fence.")
	case f.m.JSONSchema && !words && f.native():
		return
	case f.m.ForcedTool && !gjson.GetBytes(f.Additional, "thinking").Exists() && len(f.Tools) == 0 && len(f.ToolsRaw) == 0 && gjson.GetBytes(schema, "type").Str == "object":
		f.bridged("json_schema")
		f.Unwrap = true
		f.Tools = []Tool{{Name: FormatTool, Description: "Give the answer.", Schema: schema}}
		f.Choice = ToolChoice{Mode: "tool", Name: FormatTool}
	default:
		f.bridged("json_schema")
		f.instruct("Answer with one JSON value and nothing else: no prose, no code fence. It must satisfy this JSON Schema:\n" + string(schema))
	}
	f.Format = Format{}
}

// native asks for the schema by outputConfig, if it can be put so that Bedrock takes it.
func (f *fitting) native() bool {
	schema, ok := closed(f.Format.Schema)
	if ok {
		f.Format.Schema = schema
	}
	return ok
}

func (f *fitting) tools() {
	if len(f.Tools) == 0 && len(f.ToolsRaw) == 0 {
		f.Choice = ToolChoice{}
		return
	}
	if !f.m.ForcedTool {
		f.persuade()
	}
	if !f.m.ToolChoice {
		f.Choice = ToolChoice{}
	}
	kept := make([]Tool, 0, len(f.Tools))
	for _, t := range f.Tools {
		if t.CachePoint && !f.m.CachePoints {
			continue
		}
		if t.Strict && !f.m.StrictTools {
			t.Strict = false
			f.dropped("strict")
		}
		kept = append(kept, t)
	}
	f.Tools = kept
}

// persuade asks in words for the call that m cannot be forced to make.
func (f *fitting) persuade() {
	switch f.Choice.Mode {
	case "any":
		f.instruct("Call one of the tools. Do not answer in words.")
	case "tool":
		f.instruct("Call the tool " + f.Choice.Name + ". Do not answer in words.")
	default:
		return
	}
	f.bridged("tool_choice")
	f.Choice = ToolChoice{Mode: "auto"}
}

func (f *fitting) inference() {
	if f.m.MaxOutput > 0 && f.MaxTokens > f.m.MaxOutput {
		f.MaxTokens = f.m.MaxOutput
	}
	if !f.m.Sampling {
		if f.Temperature != nil {
			f.dropped("temperature")
		}
		if f.TopP != nil {
			f.dropped("top_p")
		}
		f.Temperature, f.TopP = nil, nil
	}
	if !f.m.Stops && len(f.Stop) > 0 {
		f.dropped("stop")
		f.Stop = nil
	}
}

// extras drops what only other families understand.
func (f *fitting) extras() {
	if f.Effort != "" && !f.m.Reasoning {
		f.dropped("reasoning_effort")
		f.Effort = ""
	}
	if len(f.Additional) == 0 {
		return
	}
	fields := gjson.ParseBytes(f.Additional)
	kept := []byte{'{'}
	fields.ForEach(func(k, v gjson.Result) bool {
		if !f.understands(k.Str) {
			f.dropped(k.Str)
			return true
		}
		raw := v.Raw
		if k.Str == "thinking" && f.m.Family == "claude" {
			if raw = f.thinking(v); raw == "" {
				return true
			}
		}
		kept = comma(kept, len(kept)-1)
		kept = append(append(append(kept, k.Raw...), ':'), raw...)
		return true
	})
	f.Additional = nil
	if len(kept) > 1 {
		f.Additional = append(kept, '}')
	}
}

// understands tells whether m takes an additional request field. Those of Claude are known; other
// families get what the client sent.
func (f *fitting) understands(field string) bool {
	switch field {
	case "top_k":
		return f.m.Sampling
	case "thinking", "anthropic_beta", "tool_choice", "output_config":
		return f.m.Family == "claude" && (field != "thinking" || f.m.Reasoning)
	}
	return true
}

// system folds the system text into the first user turn where m takes none.
func (f *fitting) system(fold bool) {
	if f.m.System && !fold || len(f.System) == 0 {
		f.System = f.withoutCachePoints(f.System)
		return
	}
	var text []string
	for _, b := range f.System {
		if b.Kind == Text {
			text = append(text, b.Text)
		}
	}
	f.System = nil
	if len(text) == 0 || len(f.Messages) == 0 {
		return
	}
	f.bridged("system")
	first := f.Messages[0]
	content := make([]Block, 0, len(first.Content)+1)
	first.Content = append(append(content, Block{Kind: Text, Text: strings.Join(text, "\n\n")}), first.Content...)
	f.Messages = append([]Message{first}, f.Messages[1:]...)
}

// history removes from old turns what m must not be shown, and adds the note.
func (f *fitting) history(o FitOptions) {
	if !o.Fresh && o.Note == "" && f.m.CachePoints && f.m.Family == "claude" {
		return
	}
	stripReasoning := o.Fresh || f.m.Family != "claude"
	messages := make([]Message, 0, len(f.Messages))
	for _, msg := range f.Messages {
		if stripReasoning || !f.m.CachePoints {
			msg.Content = f.without(msg.Content, func(b *Block) bool {
				return stripReasoning && b.Kind == Reasoning || !f.m.CachePoints && b.Kind == CachePoint
			})
		}
		if len(msg.Content) == 0 { // it held nothing but reasoning; a turn must not be empty
			msg.Content = []Block{{Kind: Text, Text: "."}}
		}
		messages = append(messages, msg)
	}
	if last := len(messages) - 1; o.Note != "" && last >= 0 {
		content := append([]Block(nil), messages[last].Content...)
		messages[last].Content = append(content, Block{Kind: Text, Text: o.Note})
	}
	f.Messages = messages
}

func (f *fitting) withoutCachePoints(blocks []Block) []Block {
	if f.m.CachePoints {
		return blocks
	}
	return f.without(blocks, func(b *Block) bool { return b.Kind == CachePoint })
}

// without returns blocks less those that drop picks; blocks itself where there are none.
func (f *fitting) without(blocks []Block, drop func(*Block) bool) []Block {
	for i := range blocks {
		if !drop(&blocks[i]) {
			continue
		}
		kept := append([]Block(nil), blocks[:i]...)
		for j := i + 1; j < len(blocks); j++ {
			if !drop(&blocks[j]) {
				kept = append(kept, blocks[j])
			}
		}
		return kept
	}
	return blocks
}

// stream falls back to a plain call where m has no streamed tools.
func (f *fitting) stream() {
	if f.Fitted.Stream && !f.m.StreamTools && (len(f.Tools) > 0 || len(f.ToolsRaw) > 0) {
		f.Fitted.Stream = false
		f.bridged("stream")
	}
}
