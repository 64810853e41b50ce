package dialect

import (
	"ockham/bedrock"

	"github.com/tidwall/gjson"
)

// readThinking reads a thinking block of a history: {"type":"thinking","thinking","signature"} or
// {"type":"redacted_thinking","data"}, Anthropic's form, which OpenAI clients borrow. One without a
// signature is passed over (no Kind): Bedrock cannot check it and refuses it.
func readThinking(v gjson.Result) (b bedrock.Block, err error) {
	var form, said, signature, data string
	err = members(v, func(name string, v gjson.Result) (err error) {
		switch name {
		case "type":
			form, err = oneOf(v, "thinking", "redacted_thinking")
		case "thinking":
			said, err = str(v)
		case "signature":
			signature, err = str(v)
		case "data":
			data, err = str(v)
		default:
			err = errIgnored
		}
		return err
	})
	return thinkingBlock(form, said, signature, data), err
}

func thinkingBlock(form, said, signature, data string) (b bedrock.Block) {
	switch {
	case form == "redacted_thinking":
		b.Kind, b.Raw = bedrock.Reasoning, append(appendField([]byte{'{'}, "redactedContent", data), '}')
	case signature != "":
		b = bedrock.Block{Kind: bedrock.Reasoning, Text: said, Signature: signature}
	}
	return b
}

// appendThinking writes a block of reasoning in that form.
func appendThinking(dst []byte, b *bedrock.Block) []byte {
	dst = append(dst, '{')
	if b.Raw != nil {
		dst = appendField(dst, "type", "redacted_thinking")
		dst = appendField(dst, "data", gjson.GetBytes(b.Raw, "redactedContent").Str)
		return append(dst, '}')
	}
	dst = appendField(dst, "type", "thinking")
	dst = appendField(dst, "thinking", b.Text)
	dst = appendField(dst, "signature", b.Signature)
	return append(dst, '}')
}
