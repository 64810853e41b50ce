package emulator

import (
	"encoding/json"
	"math"
	"slices"
)

// readConverse reads the body of Converse and ConverseStream and checks it against the API model.
func readConverse(body []byte) (*conversation, []string, *apiError) {
	root, err := parseBody(body)
	if err != nil {
		return nil, nil, err
	}
	c := readConversation(root)
	return c, root.reader.ignored, root.reader.err()
}

func parseBody(body []byte) (*node, *apiError) {
	var value any
	if len(body) > 0 {
		if err := json.Unmarshal(body, &value); err != nil {
			return nil, unreadable("Unable to parse the request body as JSON: %v", err)
		}
	}
	return &node{value: value, reader: &reader{}}, nil
}

func readConversation(root *node) *conversation {
	root.known("messages", "system", "inferenceConfig", "toolConfig", "guardrailConfig", "additionalModelRequestFields",
		"promptVariables", "additionalModelResponseFieldPaths", "requestMetadata", "performanceConfig", "serviceTier", "outputConfig")
	c := &conversation{}
	c.messages = readMessages(root.field("messages"))
	for _, n := range root.field("system").list() {
		c.system = append(c.system, readSystem(n))
	}
	c.readInference(root.field("inferenceConfig"))
	c.readTools(root.field("toolConfig"))
	c.readOptions(root)
	return c
}

func readMessages(list *node) []message {
	var messages []message
	for _, n := range list.list() {
		n.known("role", "content")
		m := message{role: readRole(n.field("role").require()), at: n}
		for _, b := range n.field("content").require().list() {
			m.blocks = append(m.blocks, readBlock(b))
		}
		messages = append(messages, m)
	}
	return messages
}

// readRole takes the system role too, which only newer models know; the message for other roles does not name it.
func readRole(n *node) string {
	if n.value == "system" {
		return "system"
	}
	return n.oneOf("user", "assistant")
}

// unionKey returns the one key that is set. Bedrock names the choices when there is none of them, or more than one.
func unionKey(n *node, name string, keys string, known ...string) string {
	found := ""
	count := 0
	for key, value := range n.object() {
		if value == nil {
			continue
		}
		count++
		if slices.Contains(known, key) {
			found = key
		}
	}
	if count == 1 && found != "" || n.reader.unreadable != nil {
		return found
	}
	n.reader.unreadable = invalid("%s object at %s must set one of the following keys: %s.", name, n.path(), keys)
	return ""
}

func readSystem(n *node) block {
	b := block{at: n}
	b.kind = unionKey(n, "SystemContentBlock", "text, guardContent, cachePoint", "text", "guardContent", "cachePoint")
	switch b.kind {
	case "text":
		b.text = n.field("text").text()
		if b.text == "" {
			n.field("text").length(0, 1, math.MaxInt)
		}
	case "guardContent":
		b.kind, b.text = "text", n.field("guardContent").field("text").field("text").text()
	}
	return b
}

func (c *conversation) readInference(n *node) {
	n.known("maxTokens", "temperature", "topP", "stopSequences")
	c.limit = n.field("maxTokens").integer()
	n.field("maxTokens").between(1, math.MaxInt32)
	c.temperature, c.topP = n.field("temperature").number(), n.field("topP").number()
	n.field("temperature").between(0, 1)
	n.field("topP").between(0, 1)
	sequences := n.field("stopSequences")
	for _, s := range sequences.list() {
		c.stops = append(c.stops, s.text())
		s.length(len(s.text()), 1, math.MaxInt)
	}
	sequences.length(len(c.stops), 0, 2500)
}

func (c *conversation) readOptions(root *node) {
	c.extra = root.field("additionalModelRequestFields").object()
	paths := root.field("additionalModelResponseFieldPaths")
	for _, p := range paths.list() {
		c.extraPaths = append(c.extraPaths, p.text())
		p.length(len(p.text()), 1, 256)
	}
	paths.length(len(c.extraPaths), 0, 10)
	checkGuardrail(root.field("guardrailConfig"))
	c.latency = root.field("performanceConfig").field("latency").oneOf("standard", "optimized")
	if tier := root.field("serviceTier"); !tier.missing() {
		c.tier = tier.field("type").require().oneOf("priority", "default", "flex", "reserved")
	}
	readMetadata(root.field("requestMetadata"))
	c.readOutput(root.field("outputConfig"))
}

func checkGuardrail(n *node) {
	n.known("guardrailIdentifier", "guardrailVersion", "trace", "streamProcessingMode")
	n.field("trace").oneOf("enabled", "disabled", "enabled_full")
	n.field("streamProcessingMode").oneOf("sync", "async")
}

const metadataCharacters = " \t\n\r:_@$#=/+,-."

func readMetadata(n *node) {
	if n.missing() {
		return
	}
	entries := n.object()
	n.length(len(entries), 1, 16)
	for key := range entries {
		value := n.field(key)
		text := value.text()
		value.length(len(text), 0, 256)
		for _, r := range key + text {
			if !nameRune(r, metadataCharacters) {
				value.violate(`Member must satisfy regular expression pattern: [a-zA-Z0-9\s:_@$#=/+,-.]*`)
				break
			}
		}
	}
}

// readOutput reads outputConfig: the schema is JSON inside a string.
func (c *conversation) readOutput(n *node) {
	n.known("textFormat", "effort")
	n.field("effort").oneOf("low", "medium", "high", "xhigh", "max")
	format := n.field("textFormat")
	if format.missing() {
		return
	}
	format.field("type").require().oneOf("json_schema")
	source := format.field("structure").require().field("jsonSchema").require().field("schema").require()
	schema, ok := parseObject(source.text())
	if !ok && source.value != nil && n.reader.unreadable == nil {
		n.reader.unreadable = invalid("The value at %s is not a valid JSON schema. Provide a JSON object as a string and try again.", source.path())
	}
	c.schema = schema
}
