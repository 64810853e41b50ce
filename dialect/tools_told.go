package dialect

import (
	"slices"
	"strings"

	"ockham/bedrock"
)

// tellTools puts all calls and results of a history into words. It is for requests that offer no
// tools: Bedrock refuses tool blocks then, and a tool made up to please it might be called.
func tellTools(turns []bedrock.Message) {
	if !slices.ContainsFunc(turns, hasTools) {
		return
	}
	names := map[string]string{}
	for i := range turns {
		turns[i].Content = told(turns[i].Content, names, bedrock.ToolUse, bedrock.ToolResult)
	}
}

// told replaces the tool blocks of some kinds by texts, and by the images and documents they held.
// names maps ids to the tools they called; calls are added to it.
func told(content []bedrock.Block, names map[string]string, kinds ...bedrock.Kind) []bedrock.Block {
	if !slices.ContainsFunc(content, func(b bedrock.Block) bool { return slices.Contains(kinds, b.Kind) }) {
		return content
	}
	out := make([]bedrock.Block, 0, len(content))
	for i := range content {
		b := &content[i]
		switch {
		case !slices.Contains(kinds, b.Kind):
			out = append(out, *b)
		case b.Kind == bedrock.ToolUse:
			names[b.ID] = b.Name
			out = append(out, textBlock("[Called the tool "+b.Name+" with "+string(b.Raw)+"]"))
		default:
			out = appendTold(out, b, names[b.ID])
		}
	}
	return out
}

func appendTold(out []bedrock.Block, b *bedrock.Block, name string) []bedrock.Block {
	var said []string
	var media []bedrock.Block
	for _, c := range b.Content {
		switch c.Kind {
		case bedrock.Text:
			said = append(said, c.Text)
		case bedrock.JSONBlock:
			said = append(said, string(c.Raw))
		default:
			media = append(media, c)
		}
	}
	if name != "" {
		name = " " + name
	}
	verb := " returned: "
	if b.Failed {
		verb = " failed: "
	}
	text := strings.TrimSpace(strings.Join(said, "\n"))
	if text == "" {
		text = "[no output]"
	}
	out = append(out, textBlock("[The tool"+name+verb+text+"]"))
	return append(out, slices.Clip(media)...)
}
