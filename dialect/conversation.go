package dialect

import "ockham/bedrock"

// repairs says how far repair may go.
type repairs struct {
}

// repair makes a conversation one that Bedrock accepts and that says the same: turns alternate, begin
// and end with the user, and hold no blank text.
func repair(turns []bedrock.Message, _ repairs) ([]bedrock.Message, error) {
	turns = merge(withoutBlanks(turns))
	if len(turns) == 0 {
		return nil, wrong("messages", "holds no text")
	}
	if turns[0].Role == "assistant" {
		turns = append([]bedrock.Message{userTurn("Begin.")}, turns...)
	}
	if turns[len(turns)-1].Role == "assistant" {
		turns = append(turns, userTurn("Continue."))
	}
	return turns, nil
}

func userTurn(text string) bedrock.Message {
	return bedrock.Message{Role: "user", Content: []bedrock.Block{{Kind: bedrock.Text, Text: text}}}
}

// withoutBlanks drops blank texts, which Bedrock refuses, and then the turns that hold nothing.
func withoutBlanks(turns []bedrock.Message) []bedrock.Message {
	kept := turns[:0]
	for _, t := range turns {
		content := t.Content[:0]
		for _, b := range t.Content {
			if b.Kind != bedrock.Text || !blank(b.Text) {
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
