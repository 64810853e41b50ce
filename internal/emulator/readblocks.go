package emulator

import (
	"encoding/base64"
	"math"
	"strings"
)

const blockKeys = "text, image, toolUse, toolResult, document, video, cachePoint, reasoningContent, citationsContent, searchResult"

func readBlock(n *node) block {
	b := block{at: n}
	b.kind = unionKey(n, "ContentBlock", blockKeys, "text", "image", "toolUse", "toolResult", "document", "video", "audio",
		"cachePoint", "reasoningContent", "citationsContent", "searchResult", "guardContent", "toolAddition", "toolRemoval")
	if b.kind == "" {
		return b
	}
	b.read(n.field(b.kind))
	return b
}

func (b *block) read(n *node) {
	switch b.kind {
	case "text":
		b.text = n.text()
	case "image":
		n.field("format").require().oneOf("png", "jpeg", "gif", "webp")
		b.bytes = readSource(n.field("source").require(), "ImageSource", "bytes, s3Location", "bytes", "s3Location")
	case "document":
		b.readDocument(n)
	case "toolUse":
		b.readToolUse(n)
	case "toolResult":
		b.readToolResult(n)
	case "cachePoint":
		n.field("type").require().oneOf("default")
		n.field("ttl").oneOf("5m", "1h")
	case "reasoningContent":
		b.readReasoning(n)
	case "guardContent":
		b.kind, b.text = "text", n.field("text").field("text").text()
	}
}

// readSource returns the decoded size of inline bytes. The bytes themselves have no meaning to the emulator.
func readSource(n *node, name, keys string, known ...string) int {
	if n.missing() || unionKey(n, name, keys, known...) != "bytes" {
		return 0
	}
	encoded := n.field("bytes").text()
	size, ok := decodedSize(encoded)
	if !ok && n.reader.unreadable == nil {
		n.reader.unreadable = unreadable("Expected base64-encoded bytes at '%s'", n.field("bytes").path())
	}
	return size
}

func decodedSize(encoded string) (int, bool) {
	if len(encoded)%4 != 0 || strings.ContainsAny(encoded, "\r\n") {
		return 0, false
	}
	buffer := make([]byte, 3*1024)
	size := 0
	for len(encoded) > 0 {
		chunk := encoded[:min(len(encoded), 4*1024)]
		n, err := base64.StdEncoding.Decode(buffer, []byte(chunk))
		if err != nil {
			return 0, false
		}
		size += n
		encoded = encoded[len(chunk):]
	}
	return size, true
}

func (b *block) readDocument(n *node) {
	n.field("format").oneOf("pdf", "csv", "doc", "docx", "xls", "xlsx", "html", "txt", "md")
	name := n.field("name").require()
	b.name = name.text()
	name.length(len(b.name), 1, 200)
	b.bytes = readSource(n.field("source").require(), "DocumentSource", "bytes, s3Location", "bytes", "s3Location", "text", "content")
}

func (b *block) readToolUse(n *node) {
	n.known("toolUseId", "name", "input", "type")
	b.id = n.field("toolUseId").require().named("_.:-", 64)
	b.name = n.field("name").require().named("_-", 64)
	b.input = n.field("input").require().value
	n.field("type").oneOf("server_tool_use")
}

func (b *block) readToolResult(n *node) {
	n.known("toolUseId", "content", "status", "type")
	b.id = n.field("toolUseId").require().named("_.:-", 64)
	b.status = n.field("status").oneOf("success", "error")
	for _, c := range n.field("content").require().list() {
		b.content = append(b.content, readResult(c))
	}
}

func readResult(n *node) block {
	b := block{at: n}
	b.kind = unionKey(n, "ToolResultContentBlock", "json, text, image, document, video, searchResult",
		"json", "text", "image", "document", "video", "searchResult")
	switch b.kind {
	case "json":
		b.value = n.field("json").value
	case "text", "image", "document":
		b.read(n.field(b.kind))
	}
	return b
}

func (b *block) readReasoning(n *node) {
	if unionKey(n, "ReasoningContentBlock", "reasoningText, redactedContent", "reasoningText", "redactedContent") == "reasoningText" {
		b.text = n.field("reasoningText").field("text").require().text()
	}
}

func (c *conversation) readTools(n *node) {
	n.known("tools", "toolChoice")
	c.toolConfig = !n.missing()
	if !c.toolConfig {
		return
	}
	list := n.field("tools").require()
	for _, t := range list.list() {
		c.readTool(t)
	}
	if !list.missing() {
		list.length(len(list.list()), 1, math.MaxInt)
	}
	c.readChoice(n.field("toolChoice"))
}

func (c *conversation) readTool(n *node) {
	if unionKey(n, "Tool", "toolSpec, systemTool, cachePoint", "toolSpec", "systemTool", "cachePoint") != "toolSpec" {
		return
	}
	spec := n.field("toolSpec")
	spec.known("name", "description", "inputSchema", "strict")
	description := spec.field("description")
	if text, given := description.value.(string); given {
		description.length(len(text), 1, math.MaxInt)
	}
	schema := spec.field("inputSchema").require().field("json").require()
	c.tools = append(c.tools, tool{
		name: spec.field("name").require().named("_-", 64), description: description.text(),
		schema: readToolSchema(schema), strict: spec.field("strict").boolean(),
	})
}

func readToolSchema(n *node) map[string]any {
	schema, ok := n.value.(map[string]any)
	if n.reader.unreadable != nil || n.value == nil {
		return schema
	}
	if !ok {
		n.reader.unreadable = notObject(n)
	} else if kind, given := schema["type"]; !given || kind != "object" {
		n.reader.unreadable = invalid("The value at %s.type must be one of the following: object.", n.path())
	}
	return schema
}

func notObject(n *node) *apiError {
	return invalid("The format of the value at %s is invalid. Provide a json object for the field and try again.", n.path())
}

func (c *conversation) readChoice(n *node) {
	if n.missing() {
		return
	}
	c.choice.kind = unionKey(n, "ToolChoice", "auto, any, tool", "auto", "any", "tool")
	if c.choice.kind == "tool" {
		c.choice.name = n.field("tool").field("name").require().named("_-", 64)
	}
}
