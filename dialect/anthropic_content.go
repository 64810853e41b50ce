package dialect

import (
	"slices"

	"ockham/bedrock"

	"github.com/tidwall/gjson"
)

// readSystem reads the system prompt: a string, or an array of text blocks.
func (m *messages) readSystem(v gjson.Result) error {
	blocks, err := m.content(v, "system")
	m.addSystem(blocks...)
	return err
}

func (m *messages) readMessage(_ int, v gjson.Result) error {
	var role string
	var content gjson.Result
	err := members(v, func(name string, v gjson.Result) (err error) {
		switch name {
		case "role":
			role, err = oneOf(v, "user", "assistant", "system")
		case "content":
			content = v
		default:
			err = errIgnored
		}
		return err
	})
	if err != nil {
		return err
	}
	if role == "" {
		return wrong("role", "is missing")
	}
	blocks, err := m.content(content, role)
	if role == "system" {
		m.addSystem(blocks...)
	} else {
		m.turns = append(m.turns, bedrock.Message{Role: role, Content: blocks})
	}
	return under(err, "content")
}

// content reads a string or an array of blocks. place is the role, "system", "result" inside a tool's
// result or "document" inside a document: it decides which blocks may stand there.
func (m *messages) content(v gjson.Result, place string) ([]bedrock.Block, error) {
	switch {
	case v.Type == gjson.String:
		return []bedrock.Block{textBlock(v.Str)}, nil
	case v.Type != gjson.Null && !v.IsArray():
		return nil, wrong("", "must be a string or an array of blocks, not "+kind(v))
	}
	var blocks []bedrock.Block
	err := elements(v, func(_ int, v gjson.Result) error {
		var p part
		if err := members(v, p.member); err != nil {
			return err
		}
		b, err := m.block(&p, place)
		if b.Kind != "" {
			blocks = append(blocks, b)
		}
		blocks = withCache(blocks, p.cache)
		return err
	})
	return blocks, err
}

// part is a content block as it is read; which of its members count depends on its type.
type part struct {
	form                                   string
	text, id, name, result, title, context string
	thinking, signature, data              string
	failed, cited                          bool
	input, source, content                 gjson.Result
	cache                                  *bedrock.Block
}

func (p *part) member(name string, v gjson.Result) (err error) {
	switch name {
	case "type":
		p.form, err = str(v)
	case "text":
		p.text, err = str(v)
	case "id":
		p.id, err = str(v)
	case "name":
		p.name, err = str(v)
	case "tool_use_id":
		p.result, err = str(v)
	case "is_error":
		p.failed, err = boolean(v)
	case "title":
		p.title, err = str(v)
	case "context":
		p.context, err = str(v)
	case "thinking":
		p.thinking, err = str(v)
	case "signature":
		p.signature, err = str(v)
	case "data":
		p.data, err = str(v)
	case "input":
		p.input = v
	case "source":
		p.source = v
	case "content":
		p.content = v
	case "citations":
		p.cited = v.Get("enabled").Type == gjson.True // on a text of a history it lists what was cited
	case "cache_control":
		p.cache, err = readCache(v)
	default:
		err = errIgnored
	}
	return err
}

// places says where each type of block may stand.
var places = map[string][]string{
	"text":              {"system", "user", "assistant", "result", "document"},
	"image":             {"user", "result"},
	"document":          {"user", "result"},
	"search_result":     {"user", "result"},
	"tool_result":       {"user"},
	"tool_use":          {"assistant"},
	"thinking":          {"assistant"},
	"redacted_thinking": {"assistant"},
}

func (m *messages) block(p *part, place string) (bedrock.Block, error) {
	where, known := places[p.form]
	switch {
	case p.form == "":
		return bedrock.Block{}, wrong("type", "is missing")
	case !known:
		return bedrock.Block{}, wrong("type", "is not supported")
	case !slices.Contains(where, place):
		return bedrock.Block{}, wrong("type", "must not be "+p.form+" here")
	}
	switch p.form {
	case "text":
		return textBlock(p.text), nil
	case "image":
		return m.image(p)
	case "document":
		return m.document(p)
	case "search_result":
		return m.searchResult(p)
	case "tool_use":
		return toolUse(p)
	case "tool_result":
		return m.toolResult(p)
	}
	return thinkingBlock(p.form, p.thinking, p.signature, p.data), nil
}

func toolUse(p *part) (bedrock.Block, error) {
	b := bedrock.Block{Kind: bedrock.ToolUse, ID: p.id, Name: safeToken(p.name, ""), Raw: []byte("{}")}
	if p.name == "" {
		return b, wrong("name", "is missing")
	}
	input, err := object(p.input)
	if input != nil {
		b.Raw = input
	}
	return b, under(err, "input")
}

func (m *messages) toolResult(p *part) (bedrock.Block, error) {
	b := bedrock.Block{Kind: bedrock.ToolResult, ID: p.result, Failed: p.failed}
	blocks, err := m.content(p.content, "result")
	b.Content, p.cache = outsideResult(blocks, p.cache)
	return b, under(err, "content")
}
