package emulator

import (
	"math"
	"slices"
)

// readAnthropic reads the body of Anthropic's Messages API as Bedrock takes it: with anthropic_version, without model and
// stream.
func readAnthropic(root *node) (*conversation, *apiError) {
	if err := checkAnthropic(root); err != nil {
		return nil, err
	}
	c := &conversation{extra: map[string]any{}}
	c.limit = root.field("max_tokens").integer()
	c.temperature, c.topP = root.field("temperature").number(), root.field("top_p").number()
	for _, name := range []string{"top_k", "thinking"} {
		if value := root.field(name).value; value != nil {
			c.extra[name] = value
		}
	}
	for _, s := range root.field("stop_sequences").list() {
		c.stops = append(c.stops, s.text())
	}
	c.system = anthropicBlocks(root.field("system"))
	for _, n := range root.field("messages").list() {
		c.messages = append(c.messages, message{role: n.field("role").oneOf("user", "assistant"), blocks: anthropicBlocks(n.field("content")), at: n})
	}
	anthropicTools(c, root)
	anthropicOutput(c, root)
	c.messages = joinTurns(c.messages)
	return c, root.reader.err()
}

var anthropicFields = []string{
	"anthropic_version", "anthropic_beta", "messages", "system", "max_tokens", "temperature", "top_p", "top_k",
	"stop_sequences", "tools", "tool_choice", "thinking", "metadata", "output_config", "context_management", "service_tier",
}

func checkAnthropic(root *node) *apiError {
	for key := range root.object() {
		if !slices.Contains(anthropicFields, key) {
			return malformed(key + ": Extra inputs are not permitted")
		}
	}
	if version := root.field("anthropic_version").text(); version != "bedrock-2023-05-31" {
		return malformed("anthropic_version: Field required")
	}
	if root.field("max_tokens").missing() {
		return malformed("max_tokens: Field required")
	}
	if root.field("messages").missing() {
		return malformed("messages: Field required")
	}
	return nil
}

// joinTurns merges turns of the same role, which the Messages API allows.
func joinTurns(messages []message) []message {
	var joined []message
	for _, m := range messages {
		if last := len(joined) - 1; last >= 0 && joined[last].role == m.role {
			joined[last].blocks = append(joined[last].blocks, m.blocks...)
			continue
		}
		joined = append(joined, m)
	}
	return joined
}

// anthropicBlocks reads a string or a list of blocks that name their type.
func anthropicBlocks(n *node) []block {
	if text, ok := n.value.(string); ok {
		return []block{{kind: "text", text: text, at: n}}
	}
	var blocks []block
	for _, b := range n.list() {
		blocks = append(blocks, anthropicBlock(b)...)
	}
	return blocks
}

func anthropicBlock(n *node) []block {
	b := block{at: n}
	switch n.field("type").require().oneOf("text", "image", "document", "tool_use", "tool_result", "thinking", "redacted_thinking") {
	case "text":
		b.kind, b.text = "text", n.field("text").require().text()
	case "image", "document":
		b.kind, b.name = n.field("type").text(), "document"
		b.bytes, _ = decodedSize(n.field("source").field("data").text())
	case "tool_use":
		b.kind, b.id = "toolUse", n.field("id").require().named("_.:-", 64)
		b.name, b.input = n.field("name").require().text(), n.field("input").require().value
	case "tool_result":
		b.kind, b.id = "toolResult", n.field("tool_use_id").require().named("_.:-", 64)
		b.content = anthropicBlocks(n.field("content"))
	default:
		b.kind, b.text = "reasoningContent", n.field("thinking").text()
	}
	blocks := []block{b}
	if !n.field("cache_control").missing() {
		blocks = append(blocks, block{kind: "cachePoint", at: n})
	}
	return blocks
}

func anthropicTools(c *conversation, root *node) {
	list := root.field("tools")
	c.toolConfig = !list.missing()
	for _, t := range list.list() {
		c.tools = append(c.tools, tool{
			name: t.field("name").require().named("_-", 128), description: t.field("description").text(),
			schema: t.field("input_schema").object(),
		})
	}
	choice := root.field("tool_choice")
	c.choice.kind = choice.field("type").oneOf("auto", "any", "tool", "none")
	c.choice.name = choice.field("name").text()
	if c.choice.kind == "none" {
		c.tools, c.choice = nil, toolChoice{}
	}
}

func anthropicOutput(c *conversation, root *node) {
	c.schema = root.field("output_config").field("format").field("schema").object()
	root.field("max_tokens").between(1, math.MaxInt32)
	root.field("temperature").between(0, 1)
	root.field("top_p").between(0, 1)
}

// anthropicWire is the form of the Messages API's answers.
type anthropicWire struct{}

func (w anthropicWire) plain(q *question, a answer, _ int64) []byte {
	content := []any{}
	for _, p := range a.parts {
		content = append(content, w.block(p))
	}
	body := w.message(q, a)
	body["content"], body["stop_reason"], body["usage"] = content, w.stop(a), w.usage(a)
	return encodeJSON(body)
}

// message is the envelope, without content.
func (w anthropicWire) message(q *question, a answer) map[string]any {
	var sequence any
	if a.sequence != "" {
		sequence = a.sequence
	}
	return map[string]any{
		"id": "msg_bdrk_" + q.toolID()[8:], "type": "message", "role": "assistant", "model": q.model().ID,
		"content": []any{}, "stop_reason": nil, "stop_sequence": sequence, "usage": w.usage(a),
	}
}

func (anthropicWire) usage(a answer) map[string]any {
	return map[string]any{
		"input_tokens": a.usage.input, "output_tokens": a.usage.output,
		"cache_read_input_tokens": a.usage.cacheRead, "cache_creation_input_tokens": a.usage.cacheWrite,
	}
}

// stop gives Anthropic's name of a reason; Bedrock's own interventions have none there.
func (anthropicWire) stop(a answer) string {
	switch a.stop {
	case "guardrail_intervened", "content_filtered":
		return "refusal"
	case "malformed_model_output", "malformed_tool_use":
		return "end_turn"
	}
	return a.stop
}

func (anthropicWire) block(p part) map[string]any {
	switch p.kind {
	case "toolUse":
		return map[string]any{"type": "tool_use", "id": p.id, "name": p.name, "input": p.input}
	case "reasoning":
		return map[string]any{"type": "thinking", "thinking": p.text, "signature": reasoningSignature}
	}
	return map[string]any{"type": "text", "text": p.text}
}

func (w anthropicWire) events(q *question, a answer, ms int64) []event {
	opening := w.message(q, a)
	sequence := opening["stop_sequence"]
	opening["stop_sequence"] = nil
	list := []event{chunk(map[string]any{"type": "message_start", "message": opening})}
	for i, p := range a.parts {
		list = append(list, w.blockEvents(q, i, p)...)
	}
	list = append(list, chunk(map[string]any{
		"type": "message_delta", "usage": map[string]any{"output_tokens": a.usage.output},
		"delta": map[string]any{"stop_reason": w.stop(a), "stop_sequence": sequence},
	}))
	return append(list, chunk(map[string]any{"type": "message_stop", "amazon-bedrock-invocationMetrics": metrics(a.usage, ms)}))
}

func (w anthropicWire) blockEvents(q *question, i int, p part) []event {
	list := []event{chunk(map[string]any{"type": "content_block_start", "index": i, "content_block": w.empty(p)})}
	delta := func(d map[string]any) {
		list = append(list, token(chunk(map[string]any{"type": "content_block_delta", "index": i, "delta": d})))
	}
	switch p.kind {
	case "text":
		for piece := range q.pieces(p.text) {
			delta(map[string]any{"type": "text_delta", "text": piece})
		}
	case "reasoning":
		for piece := range q.pieces(p.text) {
			delta(map[string]any{"type": "thinking_delta", "thinking": piece})
		}
		delta(map[string]any{"type": "signature_delta", "signature": reasoningSignature})
	case "toolUse":
		delta(map[string]any{"type": "input_json_delta", "partial_json": ""})
		for piece := range fragments(p.input) {
			delta(map[string]any{"type": "input_json_delta", "partial_json": piece})
		}
	}
	return append(list, chunk(map[string]any{"type": "content_block_stop", "index": i}))
}

// empty is the block before its deltas.
func (w anthropicWire) empty(p part) map[string]any {
	block := w.block(p)
	switch p.kind {
	case "text":
		block["text"] = ""
	case "reasoning":
		block["thinking"], block["signature"] = "", ""
	case "toolUse":
		block["input"] = map[string]any{}
	}
	return block
}
