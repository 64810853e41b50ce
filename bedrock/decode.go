package bedrock

import (
	"errors"
	"strings"

	"github.com/tidwall/gjson"
)

// ErrMalformed says that Bedrock answered 200 with something that is no answer: not JSON, or JSON
// without an output, as for operations it does not know.
var ErrMalformed = errors.New("bedrock: a 200 that holds no answer")

// ParseAnswer reads the body of a Converse reply. Its strings may share memory with body.
func ParseAnswer(body []byte) (*Answer, error) {
	if !gjson.ValidBytes(body) {
		return nil, ErrMalformed
	}
	a := &Answer{}
	seen := false
	gjson.ParseBytes(body).ForEach(func(k, v gjson.Result) bool {
		switch k.Str {
		case "output":
			seen = a.parseOutput(v)
		case "stopReason":
			a.Stop = v.Str
		case "usage":
			a.Usage = parseUsage(v)
		case "metrics":
			a.LatencyMS = int(v.Get("latencyMs").Int())
		default:
			a.Rest = comma(a.Rest, len(a.Rest))
			a.Rest = append(append(append(a.Rest, k.Raw...), ':'), v.Raw...)
		}
		return true
	})
	if !seen || a.Stop == "" {
		return nil, ErrMalformed
	}
	return a, nil
}

func (a *Answer) parseOutput(v gjson.Result) bool {
	content := v.Get("message.content")
	if !content.IsArray() {
		return false
	}
	a.Content = ParseBlocks(content)
	return true
}

// ParseBlocks reads an array of content blocks; what has no key that is known keeps its own. What is no
// member of a union at all is left out: it could not be written again.
func ParseBlocks(array gjson.Result) []Block {
	blocks := make([]Block, 0, 2)
	array.ForEach(func(_, v gjson.Result) bool {
		if b := parseBlock(v); isName(string(b.Kind)) {
			blocks = append(blocks, b)
		}
		return true
	})
	return blocks
}

// isName tells names of union members: letters, as all of Converse's are.
func isName(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

func parseBlock(v gjson.Result) (b Block) {
	v.ForEach(func(k, u gjson.Result) bool {
		b.Kind = Kind(k.Str)
		switch b.Kind {
		case Text:
			b.Text = u.String()
		case ToolUse:
			b.ID, b.Name = u.Get("toolUseId").String(), u.Get("name").String()
			b.Raw = []byte(u.Get("input").Raw)
		case ToolResult:
			b.ID, b.Failed = u.Get("toolUseId").String(), u.Get("status").Str == "error"
			b.Content = ParseBlocks(u.Get("content"))
		case Reasoning:
			if text := u.Get("reasoningText"); text.Exists() {
				b.Text, b.Signature = text.Get("text").String(), text.Get("signature").String()
			} else {
				b.Raw = []byte(u.Raw)
			}
		case Citations:
			b.Raw = []byte(u.Raw)
			u.Get("content").ForEach(func(_, part gjson.Result) bool {
				b.Text += part.Get("text").String()
				return true
			})
		default:
			b.Raw = []byte(u.Raw)
		}
		return false
	})
	return b
}

func parseUsage(v gjson.Result) Usage {
	return Usage{
		Input:      int(v.Get("inputTokens").Int()),
		Output:     int(v.Get("outputTokens").Int()),
		CacheRead:  int(v.Get("cacheReadInputTokens").Int()),
		CacheWrite: int(v.Get("cacheWriteInputTokens").Int()),
	}
}
