package emulator

// conversation is a Converse request as read, before any model has looked at it. InvokeModel's bodies are brought into
// the same form.
type conversation struct {
	system      []block
	messages    []message
	limit       *int // inferenceConfig.maxTokens
	temperature *float64
	topP        *float64
	stops       []string
	tools       []tool
	toolConfig  bool // the field was there
	choice      toolChoice
	extra       map[string]any // additionalModelRequestFields
	extraPaths  []string       // additionalModelResponseFieldPaths
	schema      map[string]any // outputConfig.textFormat
	latency     string
	tier        string
}

type message struct {
	role   string
	blocks []block
	at     *node
}

// block is one member of a content union; kind is its key.
type block struct {
	kind    string
	text    string // text, reasoningText
	id      string // toolUse, toolResult
	name    string // toolUse, document
	input   any    // toolUse
	status  string // toolResult
	content []block
	value   any // toolResult's json
	bytes   int // image, document: size of the decoded source
	at      *node
}

type tool struct {
	name, description string
	schema            map[string]any
	strict            bool
}

// toolChoice is auto, any or tool; empty when not given.
type toolChoice struct {
	kind, name string
}

// lastUser gives the texts of the last user turn that has any; a turn of tool results has none.
func (c *conversation) lastUser() []string {
	for i := len(c.messages) - 1; i >= 0; i-- {
		if c.messages[i].role != "user" {
			continue
		}
		if texts := textsOf(c.messages[i].blocks); len(texts) > 0 {
			return texts
		}
	}
	return nil
}

func textsOf(blocks []block) []string {
	var texts []string
	for _, b := range blocks {
		if b.kind == "text" {
			texts = append(texts, b.text)
		}
	}
	return texts
}

// systemTexts are the system prompts, wherever they stand.
func (c *conversation) systemTexts() []string {
	texts := textsOf(c.system)
	for _, m := range c.messages {
		if m.role == "system" {
			texts = append(texts, textsOf(m.blocks)...)
		}
	}
	return texts
}

// answersTools tells whether the last turn brings results of tool calls.
func (c *conversation) answersTools() bool {
	if len(c.messages) == 0 {
		return false
	}
	for _, b := range c.messages[len(c.messages)-1].blocks {
		if b.kind == "toolResult" {
			return true
		}
	}
	return false
}

func (m message) has(kind string) bool {
	for _, b := range m.blocks {
		if b.kind == kind {
			return true
		}
	}
	return false
}
