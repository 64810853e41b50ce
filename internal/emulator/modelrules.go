package emulator

import "strings"

// checkModel holds a conversation against what the model can do.
func checkModel(m *Model, c *conversation, op operation) *apiError {
	for _, rule := range []func(*Model, *conversation, operation) *apiError{
		checkSystem, checkRoles, checkTools, checkMixedTurns, checkToolChoice, checkThinking, checkSampling, checkMedia, checkOutput, checkLast, checkLength,
	} {
		if err := rule(m, c, op); err != nil {
			return err
		}
	}
	return nil
}

func checkSystem(m *Model, c *conversation, _ operation) *apiError {
	if len(c.system) > 0 && !m.has(system) {
		return invalid("This model doesn't support system messages. Try again without a system message or use a model that supports system messages.")
	}
	return nil
}

// checkRoles refuses the system role in messages where only newer models know it.
func checkRoles(m *Model, c *conversation, _ operation) *apiError {
	for _, turn := range c.messages {
		if turn.role == "system" && !m.has(midSystem) {
			role := turn.at.child("role", turn.role)
			return violation("Value 'system' at '" + role.member() + "' failed to satisfy constraint: Member must satisfy enum value set: [user, assistant]")
		}
	}
	return nil
}

func checkTools(m *Model, c *conversation, op operation) *apiError {
	if !c.toolConfig {
		return nil
	}
	if !m.has(tools) {
		return invalid("This model doesn't support tool use.")
	}
	if (op == converseStream || op == invokeStream) && !m.has(streamTools) {
		return invalid("This model doesn't support tool use in streaming mode.")
	}
	if m.anthropic() {
		return checkClaudeTools(m, c)
	}
	return nil
}

// checkClaudeTools has what Anthropic's own interface says behind Bedrock's.
func checkClaudeTools(m *Model, c *conversation) *apiError {
	seen := map[string]bool{}
	for i, t := range c.tools {
		if seen[t.name] {
			return modelSaid("tools: Tool names must be unique.")
		}
		seen[t.name] = true
		if t.strict && !m.has(strictTools) {
			return modelSaid("tools.%d.custom.strict: Extra inputs are not permitted", i)
		}
	}
	clear(seen)
	for _, turn := range c.messages {
		for _, b := range turn.blocks {
			if b.kind == "toolUse" && seen[b.id] {
				return modelSaid("%s: `tool_use` ids must be unique", b.at.path())
			}
			seen[b.id] = seen[b.id] || b.kind == "toolUse"
		}
	}
	return nil
}

// checkMixedTurns refuses what Meta's and Mistral's prompt templates cannot express: words beside a tool call or beside a
// tool's result.
func checkMixedTurns(m *Model, c *conversation, _ operation) *apiError {
	if !m.has(pureTurns) {
		return nil
	}
	for _, turn := range c.messages {
		if !turn.has("text") {
			continue
		}
		if turn.has("toolUse") {
			return mixedTurn(turn, "use")
		}
		if turn.has("toolResult") {
			return mixedTurn(turn, "result")
		}
	}
	return nil
}

func mixedTurn(turn message, kind string) *apiError {
	return invalid("%s.content: Conversation blocks and tool %s blocks cannot be provided in the same turn.", turn.at.path(), kind)
}

func checkToolChoice(m *Model, c *conversation, _ operation) *apiError {
	switch kind := c.choice.kind; {
	case kind == "":
		return nil
	case !m.has(choice):
		return invalid("This model doesn't support the toolConfig.toolChoice.%s field. Remove toolConfig.toolChoice.%s and try again.", kind, kind)
	case kind != "auto" && !m.has(forced):
		return modelSaid(`tool_choice: type "tool" and "any" are not supported for this model.`)
	case kind != "auto" && thinking(c):
		return modelSaid("Thinking may not be enabled when tool_choice forces tool use.")
	}
	return nil
}

// thinking tells whether the request turns extended thinking on.
func thinking(c *conversation) bool {
	kind, _ := asObject(c.extra["thinking"])["type"].(string)
	return kind == "enabled"
}

// checkThinking knows the two ways in which Claudes are asked to think: a budget up to 4.6, from 4.6 on as they see fit.
func checkThinking(m *Model, c *conversation, _ operation) *apiError {
	if !m.anthropic() {
		return nil
	}
	switch kind, _ := asObject(c.extra["thinking"])["type"].(string); {
	case kind == "enabled" && !m.has(sampling):
		return modelSaid(`"thinking.type.enabled" is not supported for this model. Use "thinking.type.adaptive" and "output_config.effort" to control thinking behavior.`)
	case kind == "adaptive" && m.has(sampling) && !strings.Contains(m.ID, "-4-6"):
		return modelSaid("adaptive thinking is not supported on this model")
	}
	return nil
}

func checkSampling(m *Model, c *conversation, _ operation) *apiError {
	if len(c.stops) > 0 && !m.has(stops) {
		return invalid("This model doesn't support the stopSequences field. Remove stopSequences and try again.")
	}
	if m.has(sampling) {
		return nil
	}
	switch {
	case c.temperature != nil:
		return modelSaid("`temperature` is deprecated for this model.")
	case c.topP != nil:
		return modelSaid("`top_p` is deprecated for this model.")
	case c.extra["top_k"] != nil:
		return modelSaid("`top_k` is deprecated for this model.")
	}
	return nil
}

func checkMedia(m *Model, c *conversation, _ operation) *apiError {
	for _, turn := range c.messages {
		if turn.has("image") && !m.has(images) {
			return invalid("This model doesn't support the image content block that you provided. Try again with a supported content block or use a different model.")
		}
		if turn.has("document") && !m.has(documents) {
			return invalid("This model doesn't support the document content block that you provided. Try again with a supported content block or use a different model.")
		}
		if turn.has("cachePoint") && !m.has(caching) {
			return noCaching()
		}
	}
	for _, b := range c.system {
		if b.kind == "cachePoint" && !m.has(caching) {
			return noCaching()
		}
	}
	return nil
}

func noCaching() *apiError {
	return refused("AccessDeniedException", "You invoked an unsupported model or your request did not allow prompt caching. See the documentation for more information.")
}

func checkOutput(m *Model, c *conversation, _ operation) *apiError {
	if c.schema == nil {
		return nil
	}
	if !m.has(schemas) {
		return modelSaid("output_config.format: Extra inputs are not permitted")
	}
	if fault := schemaFault(c.schema); fault != "" {
		return modelSaid("output_config.format.schema: %s", fault)
	}
	return nil
}

func checkLast(m *Model, c *conversation, _ operation) *apiError {
	turns := withoutSystem(c.messages)
	last := turns[len(turns)-1]
	if last.role == "user" {
		return nil
	}
	if m.has(prefill) {
		return checkPrefill(last)
	}
	if m.anthropic() {
		return modelSaid("This model does not support assistant message prefill. The conversation must end with a user message.")
	}
	return invalid("The model that you are using requires the last turn in the conversation to be a user message. Add a user message to the conversation and try again.")
}

func checkPrefill(last message) *apiError {
	if end := last.blocks[len(last.blocks)-1]; end.kind == "text" && strings.TrimRight(end.text, " \t\r\n") != end.text {
		return modelSaid("messages: final assistant content cannot end with trailing whitespace")
	}
	return nil
}

func checkLength(m *Model, c *conversation, _ operation) *apiError {
	if c.limit != nil && *c.limit > m.MaxOutput {
		return invalid("The maximum tokens you requested exceeds the model limit of %d. Try again with a maximum tokens value that is lower than %d.", m.MaxOutput, m.MaxOutput)
	}
	if input := countInput(m, c); input > m.Context {
		if m.anthropic() {
			return modelSaid("prompt is too long: %d tokens > %d maximum", input, m.Context)
		}
		return invalid("Input is too long for requested model.")
	}
	return nil
}

// schemaFault names what structured output does not take: objects must forbid further properties.
func schemaFault(schema any) string {
	object := asObject(schema)
	if properties := asObject(object["properties"]); properties != nil || object["type"] == "object" {
		if object["additionalProperties"] != false {
			return "For 'object' type, 'additionalProperties' must be explicitly set to false"
		}
	}
	for _, value := range object {
		if fault := schemaFaultIn(value); fault != "" {
			return fault
		}
	}
	return ""
}

func schemaFaultIn(value any) string {
	switch value := value.(type) {
	case map[string]any:
		return schemaFault(value)
	case []any:
		for _, entry := range value {
			if fault := schemaFaultIn(entry); fault != "" {
				return fault
			}
		}
	}
	return ""
}
