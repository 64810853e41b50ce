package emulator

import "slices"

// readNova reads Nova's own schema, messages-v1: that of Converse but for some names.
func readNova(root *node) (*conversation, *apiError) {
	for key := range root.object() {
		if !slices.Contains([]string{"schemaVersion", "messages", "system", "inferenceConfig", "toolConfig", "additionalModelRequestFields"}, key) {
			return nil, malformed("Malformed input request: #: extraneous key [" + key + "] is not permitted, please reformat your input and try again.")
		}
	}
	if root.field("messages").missing() {
		return nil, malformed("Malformed input request: #: required key [messages] not found, please reformat your input and try again.")
	}
	c := &conversation{messages: readMessages(root.field("messages"))}
	for _, n := range root.field("system").list() {
		c.system = append(c.system, readSystem(n))
	}
	readNovaInference(c, root.field("inferenceConfig"))
	c.readTools(root.field("toolConfig"))
	return c, root.reader.err()
}

func readNovaInference(c *conversation, n *node) {
	for _, name := range []string{"maxTokens", "max_new_tokens"} {
		if limit := n.field(name).integer(); limit != nil {
			c.limit = limit
		}
	}
	c.temperature = n.field("temperature").number()
	for _, name := range []string{"topP", "top_p"} {
		if p := n.field(name).number(); p != nil {
			c.topP = p
		}
	}
	for _, name := range []string{"stopSequences", "stop_sequences"} {
		for _, s := range n.field(name).list() {
			c.stops = append(c.stops, s.text())
		}
	}
}

// novaWire is the form of Nova's own answers.
type novaWire struct{}

func (novaWire) plain(q *question, a answer, ms int64) []byte {
	content := []any{}
	for _, p := range a.parts {
		content = append(content, converseWire{}.block(p))
	}
	return encodeJSON(map[string]any{
		"output":     map[string]any{"message": map[string]any{"role": "assistant", "content": content}},
		"stopReason": a.stop,
		"usage":      novaUsage(a.usage),
	})
}

func novaUsage(u usage) map[string]any {
	return map[string]any{
		"inputTokens": u.input, "outputTokens": u.output, "totalTokens": u.input + u.output,
		"cacheReadInputTokenCount": u.cacheRead, "cacheWriteInputTokenCount": u.cacheWrite,
	}
}

// events are Converse's, each in a chunk and under its own name; the metrics come with the last.
func (novaWire) events(q *question, a answer, ms int64) []event {
	var list []event
	for _, e := range (converseWire{}).events(q, a, ms) {
		own := map[string]any{e.name: e.fields}
		if e.name == "metadata" {
			own[e.name] = map[string]any{"usage": novaUsage(a.usage), "metrics": map[string]any{}, "trace": map[string]any{}}
			own["amazon-bedrock-invocationMetrics"] = metrics(a.usage, ms)
		}
		wrapped := chunk(own)
		wrapped.token = e.token
		list = append(list, wrapped)
	}
	return list
}
