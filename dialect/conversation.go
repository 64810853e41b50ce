package dialect

import "ockham/bedrock"

// repair turns a client's history into one that Bedrock accepts and that says the same. Clients keep
// histories that no model ever saw: cut, merged, written by hand, or made with another vendor's rules.
//
//   - Blank texts go, and then turns without content; neighbours of one role become one turn.
//   - The first turn is the user's, the last one too.
//   - Every tool call is answered in the turn after it, once, before anything else is said there.
//   - Ids of tool calls are unique and of Bedrock's alphabet.
//   - Without tools to call, calls and results are told in words: Bedrock takes no tool blocks then.
//   - A document stands beside a text; cache points follow something.
//
// The turns are changed in place.
func repair(c *Call, turns []bedrock.Message) error {
	r := &c.Request
	if len(r.Tools) == 0 && len(r.ToolsRaw) == 0 {
		tellTools(turns)
	}
	turns = merge(withoutBlanks(turns))
	if len(turns) == 0 && len(r.System) == 0 {
		return wrong("messages", "holds no text")
	}
	turns = pairTools(turns)
	if n := len(turns); n > 0 && turns[n-1].Role == "assistant" {
		c.drop("prefill")
	}
	turns = bothEnds(turns)
	for i := range turns {
		turns[i].Content = besideDocuments(turns[i].Content)
	}
	r.Messages = turns
	return nil
}

func textBlock(text string) bedrock.Block { return bedrock.Block{Kind: bedrock.Text, Text: text} }

func userTurn(blocks ...bedrock.Block) bedrock.Message {
	return bedrock.Message{Role: "user", Content: blocks}
}

// withoutBlanks drops blank texts, which Bedrock refuses, what only the other role may say, cache
// points with nothing before them, and then the turns that hold nothing.
func withoutBlanks(turns []bedrock.Message) []bedrock.Message {
	kept := turns[:0]
	for _, t := range turns {
		content := t.Content[:0]
		for _, b := range t.Content {
			switch {
			case b.Kind == bedrock.Text && blank(b.Text):
			case b.Kind == bedrock.Reasoning && t.Role == "user":
			case b.Kind == bedrock.CachePoint && (len(content) == 0 || content[len(content)-1].Kind == bedrock.CachePoint):
			default:
				content = append(content, b)
			}
		}
		if t.Content = content; len(content) > 0 {
			kept = append(kept, t)
		}
	}
	return kept
}

// merge joins neighbours of one role.
func merge(turns []bedrock.Message) []bedrock.Message {
	kept := turns[:0]
	for _, t := range turns {
		if n := len(kept); n > 0 && kept[n-1].Role == t.Role {
			kept[n-1].Content = append(kept[n-1].Content, t.Content...)
			continue
		}
		kept = append(kept, t)
	}
	return kept
}

// bothEnds gives a conversation that a system prompt or the assistant opens a first word of the user,
// and one that the assistant has closed a last one. The models of today refuse to go on in the middle
// of their own turn (prefill), so they are asked to in words.
func bothEnds(turns []bedrock.Message) []bedrock.Message {
	if len(turns) == 0 || turns[0].Role == "assistant" {
		turns = append([]bedrock.Message{userTurn(textBlock("Begin."))}, turns...)
	}
	if turns[len(turns)-1].Role == "assistant" {
		turns = append(turns, userTurn(textBlock("Go on from exactly where your last message ends. Repeat none of it.")))
	}
	return turns
}

// besideDocuments adds a text to a turn that holds documents and none.
func besideDocuments(content []bedrock.Block) []bedrock.Block {
	var document, text bool
	for i := range content {
		document = document || content[i].Kind == bedrock.Document
		text = text || content[i].Kind == bedrock.Text
	}
	if document && !text {
		return append(content, textBlock("."))
	}
	return content
}

// addSystem hoists what stands as system text somewhere in a history. Blank text is left out, and so
// are cache points with no text before them.
func (c *Call) addSystem(blocks ...bedrock.Block) {
	r := &c.Request
	for _, b := range blocks {
		n := len(r.System)
		switch {
		case b.Kind == bedrock.Text && blank(b.Text):
		case b.Kind == bedrock.CachePoint && (n == 0 || r.System[n-1].Kind == bedrock.CachePoint):
		default:
			r.System = append(r.System, b)
		}
	}
}
