package bedrock

// What stands between the parts of a turn that had to be divided: turns must alternate.
const (
	noted  = "Noted."
	resume = "Go on."
)

// turns divides turns that hold words beside tool calls or results, for models whose prompt templates
// cannot express both: "Conversation blocks and tool use blocks cannot be provided in the same turn."
func (f *fitting) turns() {
	if !f.m.PureTurns {
		return
	}
	messages := make([]Message, 0, len(f.Messages)+2)
	for _, m := range f.Messages {
		tools, words := parted(m.Content)
		switch {
		case len(tools) == 0 || len(words) == 0:
			messages = append(messages, m)
			continue
		case m.Role == "user": // results first: they belong to the calls before
			messages = append(messages, Message{m.Role, tools}, said("assistant", noted), Message{m.Role, words})
		default:
			messages = append(messages, Message{m.Role, words}, said("user", resume), Message{m.Role, tools})
		}
		f.bridgedOnce("turns")
	}
	f.Messages = messages
}

func said(role, text string) Message {
	return Message{Role: role, Content: []Block{{Kind: Text, Text: text}}}
}

// parted divides a turn's blocks into tool calls or results, and all others.
func parted(blocks []Block) (tools, words []Block) {
	for _, b := range blocks {
		if b.Kind == ToolUse || b.Kind == ToolResult {
			tools = append(tools, b)
			continue
		}
		words = append(words, b)
	}
	return tools, words
}

func (f *fitting) bridgedOnce(what string) {
	if n := len(f.Bridged); n == 0 || f.Bridged[n-1] != what {
		f.bridged(what)
	}
}
