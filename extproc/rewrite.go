package extproc

import (
	"ockham/bedrock"
	"ockham/routing"
)

func toolCalls(blocks []bedrock.Block) []routing.ToolCall {
	var calls []routing.ToolCall
	for i := range blocks {
		if b := &blocks[i]; b.Kind == bedrock.ToolUse {
			calls = append(calls, routing.ToolCall{Name: b.Name, Args: string(b.Raw)})
		}
	}
	return calls
}

// replaceText puts mended text in place of all text blocks.
func replaceText(answer *bedrock.Answer, text string) {
	kept := make([]bedrock.Block, 0, len(answer.Content))
	placed := false
	for _, b := range answer.Content {
		if b.Kind != bedrock.Text {
			kept = append(kept, b)
		} else if !placed {
			kept = append(kept, bedrock.Block{Kind: bedrock.Text, Text: text})
			placed = true
		}
	}
	answer.Content = kept
}

// Unwrap reads the input of the synthetic tool as the answer's text.
func Unwrap(answer *bedrock.Answer) {
	for i := range answer.Content {
		b := &answer.Content[i]
		if b.Kind == bedrock.ToolUse && b.Name == bedrock.FormatTool {
			*b = bedrock.Block{Kind: bedrock.Text, Text: string(b.Raw)}
			if answer.Stop == bedrock.StopToolUse {
				answer.Stop = bedrock.StopEndTurn
			}
		}
	}
}

// unwrapEvent does the same for a stream.
func unwrapEvent(ev *bedrock.Event) {
	switch {
	case ev.Kind == bedrock.BlockStart && ev.Name == bedrock.FormatTool:
		*ev = bedrock.Event{Kind: bedrock.TextDelta, Index: ev.Index}
	case ev.Kind == bedrock.ToolDelta:
		*ev = bedrock.Event{Kind: bedrock.TextDelta, Index: ev.Index, Text: ev.Text}
	case ev.Kind == bedrock.MessageStop && ev.Stop == bedrock.StopToolUse:
		ev.Stop, ev.Raw = bedrock.StopEndTurn, nil
	}
}
