package extproc

import (
	"github.com/tidwall/gjson"

	"ockham/bedrock"
	"ockham/dialect"
	"ockham/routing"
)

// charsPerToken turns the size of what is no prose into tokens, roughly; see routing.Estimate for text.
const charsPerToken = 4

// mediaTokens is charged for each image or document whose size in tokens cannot be seen.
const mediaTokens = 1500

// Prompt is what the router and the checks may see of a call.
func Prompt(c *dialect.Call) *routing.Prompt {
	r := &c.Request
	p := &routing.Prompt{
		Task: c.Task, Model: c.Model, Pipe: c.Pipe, Stream: c.Stream,
		Metadata: c.Metadata, MaxTokens: r.MaxTokens,
		Turns: make([]routing.Turn, len(r.Messages)),
	}
	p.System = joinText(r.System)
	for i := range r.Messages {
		p.Turns[i] = turn(p, &r.Messages[i])
	}
	p.CachedTokens = cachedChars(r) / charsPerToken
	format(p, &r.Format)
	tools(p, r)
	if c.Reasoning {
		p.Needs |= routing.NeedReasoning
	}
	return p
}

func turn(p *routing.Prompt, m *bedrock.Message) routing.Turn {
	t := routing.Turn{Role: m.Role, Text: joinText(m.Content)}
	for i := range m.Content {
		b := &m.Content[i]
		p.Needs |= need(b.Kind)
		switch b.Kind {
		case bedrock.ToolResult:
			t.Sources = append(t.Sources, resultText(b))
		case bedrock.Document:
			source(p, &t, b.Raw)
		case bedrock.Image, bedrock.Video, bedrock.Audio:
			p.MediaTokens += mediaTokens
		}
	}
	return t
}

func need(k bedrock.Kind) routing.Needs {
	switch k {
	case bedrock.Image:
		return routing.NeedImages
	case bedrock.Document:
		return routing.NeedDocuments
	case bedrock.Video:
		return routing.NeedVideo
	case bedrock.Audio:
		return routing.NeedAudio
	case bedrock.ToolUse, bedrock.ToolResult:
		return routing.NeedTools
	}
	return 0
}

// source reads the text of a document, where it is text; else its tokens are guessed by its size.
func source(p *routing.Prompt, t *routing.Turn, raw []byte) {
	src := gjson.GetBytes(raw, "source")
	if text := src.Get("text"); text.Exists() {
		t.Sources = append(t.Sources, text.String())
		return
	}
	for _, part := range src.Get("content").Array() {
		t.Sources = append(t.Sources, part.Get("text").String())
	}
	p.MediaTokens += max(mediaTokens, len(src.Get("bytes").Raw)*3/4/charsPerToken/4)
}

func resultText(b *bedrock.Block) string {
	text := joinText(b.Content)
	for i := range b.Content {
		if b.Content[i].Kind == bedrock.JSONBlock {
			text += string(b.Content[i].Raw)
		}
	}
	return text
}

func format(p *routing.Prompt, f *bedrock.Format) {
	switch {
	case len(f.Schema) > 0:
		p.Format, p.Schema = routing.FormatSchema, f.Schema
	case f.JSON:
		p.Format = routing.FormatJSON
	}
}

func tools(p *routing.Prompt, r *bedrock.Request) {
	if len(r.Tools) == 0 && len(r.ToolsRaw) == 0 {
		return
	}
	p.Needs |= routing.NeedTools
	p.ToolTokens = routing.Estimate(string(r.ToolsRaw))
	for i := range r.Tools {
		t := &r.Tools[i]
		p.ToolTokens += routing.Estimate(t.Name) + routing.Estimate(t.Description) + routing.Estimate(string(t.Schema))
		if !t.CachePoint {
			p.Tools = append(p.Tools, routing.Tool{Name: t.Name, Schema: t.Schema})
		}
	}
	switch r.Choice.Mode {
	case "any":
		p.Needs |= routing.NeedForcedTool
		p.MustCall = "*"
	case "tool":
		p.Needs |= routing.NeedForcedTool
		p.MustCall = r.Choice.Name
	}
}

func joinText(blocks []bedrock.Block) string {
	text, n := "", 0
	for i := range blocks {
		if blocks[i].Kind == bedrock.Text {
			n++
			text = blocks[i].Text
		}
	}
	if n <= 1 {
		return text
	}
	joined := make([]byte, 0, 1024)
	for i := range blocks {
		if blocks[i].Kind == bedrock.Text {
			joined = append(append(joined, blocks[i].Text...), '\n')
		}
	}
	return string(joined)
}

// cachedChars is how much text stands before the last cache point, 0 where there is none; tools come
// first, then the system prompt, then the messages.
func cachedChars(r *bedrock.Request) int {
	seen, cached := 0, 0
	for i := range r.Tools {
		seen += len(r.Tools[i].Description) + len(r.Tools[i].Schema)
		if r.Tools[i].CachePoint {
			cached = seen
		}
	}
	count := func(blocks []bedrock.Block) {
		for i := range blocks {
			seen += len(blocks[i].Text) + len(blocks[i].Raw)
			if blocks[i].Kind == bedrock.CachePoint {
				cached = seen
			}
		}
	}
	count(r.System)
	for i := range r.Messages {
		count(r.Messages[i].Content)
	}
	return cached
}
