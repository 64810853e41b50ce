package bedrock

import (
	"strconv"
)

// appendRequest writes r as the body of Converse and ConverseStream (they are the same).
func appendRequest(dst []byte, r *Request) []byte {
	dst = append(dst, `{"messages":[`...)
	for i := range r.Messages {
		dst = comma(dst, i)
		dst = appendMessage(dst, &r.Messages[i])
	}
	dst = append(dst, ']')
	if len(r.System) > 0 {
		dst = append(dst, `,"system":`...)
		dst = appendBlocks(dst, r.System)
	}
	dst = appendInference(dst, r)
	dst = appendTools(dst, r)
	dst = appendOutput(dst, r)
	dst = appendRaw(dst, "guardrailConfig", r.Guardrail)
	dst = appendRaw(dst, "additionalModelRequestFields", r.Additional)
	dst = appendRaw(dst, "additionalModelResponseFieldPaths", r.AdditionalPaths)
	dst = appendRaw(dst, "promptVariables", r.Variables)
	dst = appendRaw(dst, "requestMetadata", r.Metadata)
	dst = appendRaw(dst, "performanceConfig", r.Performance)
	dst = appendRaw(dst, "serviceTier", r.ServiceTier)
	return append(dst, '}')
}

func appendMessage(dst []byte, m *Message) []byte {
	dst = append(dst, `{"role":"`...)
	dst = append(dst, m.Role...)
	dst = append(dst, `","content":`...)
	dst = appendBlocks(dst, m.Content)
	return append(dst, '}')
}

func appendBlocks(dst []byte, blocks []Block) []byte {
	dst = append(dst, '[')
	for i := range blocks {
		dst = comma(dst, i)
		dst = AppendBlock(dst, &blocks[i])
	}
	return append(dst, ']')
}

// AppendBlock writes b as a member of the ContentBlock union: one key, never a type.
func AppendBlock(dst []byte, b *Block) []byte {
	dst = append(dst, '{')
	switch {
	case b.Kind == Text:
		dst = key(dst, "text")
		dst = AppendString(dst, b.Text)
	case b.Kind == ToolUse:
		dst = key(dst, "toolUse")
		dst = appendToolUse(dst, b)
	case b.Kind == ToolResult:
		dst = key(dst, "toolResult")
		dst = appendToolResult(dst, b)
	case b.Kind == Reasoning && b.Raw == nil:
		dst = key(dst, "reasoningContent")
		dst = appendReasoning(dst, b)
	case b.Kind == CachePoint && b.Raw == nil:
		dst = append(dst, `"cachePoint":{"type":"default"}`...)
	default:
		dst = key(dst, string(b.Kind))
		dst = append(dst, b.Raw...)
	}
	return append(dst, '}')
}

func appendToolUse(dst []byte, b *Block) []byte {
	dst = append(dst, `{"toolUseId":`...)
	dst = AppendString(dst, b.ID)
	dst = append(dst, `,"name":`...)
	dst = AppendString(dst, b.Name)
	dst = append(dst, `,"input":`...)
	if len(b.Raw) == 0 {
		dst = append(dst, '{', '}')
	}
	dst = append(dst, b.Raw...)
	return append(dst, '}')
}

func appendToolResult(dst []byte, b *Block) []byte {
	dst = append(dst, `{"toolUseId":`...)
	dst = AppendString(dst, b.ID)
	dst = append(dst, `,"content":`...)
	dst = appendBlocks(dst, b.Content)
	if b.Failed {
		dst = append(dst, `,"status":"error"`...)
	}
	return append(dst, '}')
}

func appendReasoning(dst []byte, b *Block) []byte {
	dst = append(dst, `{"reasoningText":{"text":`...)
	dst = AppendString(dst, b.Text)
	if b.Signature != "" {
		dst = append(dst, `,"signature":`...)
		dst = AppendString(dst, b.Signature)
	}
	return append(dst, '}', '}')
}

func appendInference(dst []byte, r *Request) []byte {
	if r.MaxTokens == 0 && r.Temperature == nil && r.TopP == nil && len(r.Stop) == 0 {
		return dst
	}
	dst = append(dst, `,"inferenceConfig":{`...)
	start := len(dst)
	if r.MaxTokens > 0 {
		dst = key(dst, "maxTokens")
		dst = strconv.AppendInt(dst, int64(r.MaxTokens), 10)
	}
	dst = appendNumber(dst, start, "temperature", r.Temperature)
	dst = appendNumber(dst, start, "topP", r.TopP)
	if len(r.Stop) > 0 {
		dst = comma(dst, len(dst)-start)
		dst = append(dst, `"stopSequences":[`...)
		for i, s := range r.Stop {
			dst = comma(dst, i)
			dst = AppendString(dst, s)
		}
		dst = append(dst, ']')
	}
	return append(dst, '}')
}

func appendTools(dst []byte, r *Request) []byte {
	if len(r.Tools) == 0 && len(r.ToolsRaw) == 0 {
		return dst
	}
	dst = append(dst, `,"toolConfig":{"tools":[`...)
	for i := range r.Tools {
		dst = comma(dst, i)
		dst = appendTool(dst, &r.Tools[i])
	}
	if len(r.ToolsRaw) > 0 {
		dst = comma(dst, len(r.Tools))
		dst = append(dst, r.ToolsRaw...)
	}
	dst = append(dst, ']')
	switch r.Choice.Mode {
	case "auto", "any":
		dst = append(dst, `,"toolChoice":{"`...)
		dst = append(dst, r.Choice.Mode...)
		dst = append(dst, `":{}}`...)
	case "tool":
		dst = append(dst, `,"toolChoice":{"tool":{"name":`...)
		dst = AppendString(dst, r.Choice.Name)
		dst = append(dst, `}}`...)
	}
	return append(dst, '}')
}

func appendTool(dst []byte, t *Tool) []byte {
	if t.CachePoint {
		dst = append(dst, `{"cachePoint":{"type":"default"`...)
		if t.TTL != "" {
			dst = append(append(append(dst, `,"ttl":"`...), t.TTL...), '"')
		}
		return append(dst, '}', '}')
	}
	dst = append(dst, `{"toolSpec":{"name":`...)
	dst = AppendString(dst, t.Name)
	if t.Description != "" {
		dst = append(dst, `,"description":`...)
		dst = AppendString(dst, t.Description)
	}
	dst = append(dst, `,"inputSchema":{"json":`...)
	if len(t.Schema) == 0 {
		dst = append(dst, `{"type":"object","properties":{}}`...)
	}
	dst = append(dst, t.Schema...)
	dst = append(dst, '}')
	if t.Strict {
		dst = append(dst, `,"strict":true`...)
	}
	return append(dst, '}', '}')
}

// appendOutput writes outputConfig. By the time it runs, Fit has decided whether the schema goes here.
func appendOutput(dst []byte, r *Request) []byte {
	if len(r.Format.Schema) == 0 && r.Effort == "" {
		return appendRaw(dst, "outputConfig", r.Output)
	}
	dst = append(dst, `,"outputConfig":{`...)
	start := len(dst)
	if len(r.Format.Schema) > 0 {
		dst = append(dst, `"textFormat":{"type":"json_schema","structure":{"jsonSchema":{"schema":`...)
		dst = AppendString(dst, string(r.Format.Schema))
		if r.Format.Name != "" {
			dst = append(dst, `,"name":`...)
			dst = AppendString(dst, r.Format.Name)
		}
		dst = append(dst, `}}}`...)
	}
	if r.Effort != "" {
		dst = comma(dst, len(dst)-start)
		dst = append(dst, `"effort":`...)
		dst = AppendString(dst, r.Effort)
	}
	return append(dst, '}')
}

func appendRaw(dst []byte, name string, raw []byte) []byte {
	if len(raw) == 0 {
		return dst
	}
	dst = append(dst, ',')
	dst = key(dst, name)
	return append(dst, raw...)
}

func appendNumber(dst []byte, start int, name string, v *float64) []byte {
	if v == nil {
		return dst
	}
	dst = comma(dst, len(dst)-start)
	dst = key(dst, name)
	return strconv.AppendFloat(dst, *v, 'g', -1, 64)
}

func key(dst []byte, name string) []byte {
	dst = append(dst, '"')
	dst = append(dst, name...)
	return append(dst, '"', ':')
}

// comma separates members: none before the first.
func comma(dst []byte, before int) []byte {
	if before > 0 {
		return append(dst, ',')
	}
	return dst
}

// sizeHint guesses the length of r's JSON, so that one allocation is enough for most requests.
func sizeHint(r *Request) int {
	n := 512 + len(r.ToolsRaw) + len(r.Format.Schema)*2
	for i := range r.Tools {
		n += 128 + len(r.Tools[i].Description) + len(r.Tools[i].Schema)
	}
	n += blocksHint(r.System)
	for i := range r.Messages {
		n += 48 + blocksHint(r.Messages[i].Content)
	}
	return n
}

func blocksHint(blocks []Block) int {
	n := 0
	for i := range blocks {
		n += 48 + len(blocks[i].Text)*9/8 + len(blocks[i].Raw) + len(blocks[i].Signature) + blocksHint(blocks[i].Content)
	}
	return n
}
