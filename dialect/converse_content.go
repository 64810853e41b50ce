package dialect

import (
	"ockham/bedrock"

	"github.com/tidwall/gjson"
)

func (c *converse) readSystem(_ int, v gjson.Result) error {
	b, err := c.block(v, "system")
	c.addSystem(b)
	return err
}

func (c *converse) readMessage(_ int, v gjson.Result) error {
	var role string
	var blocks []bedrock.Block
	err := members(v, func(name string, v gjson.Result) (err error) {
		switch name {
		case "role":
			role, err = oneOf(v, "user", "assistant", "system")
		case "content":
			blocks, err = c.content(v, "message")
		default:
			err = errIgnored
		}
		return err
	})
	switch {
	case err != nil:
		return err
	case role == "":
		return wrong("role", "is missing")
	case role == "system":
		c.addSystem(blocks...)
		return nil
	}
	c.turns = append(c.turns, bedrock.Message{Role: role, Content: blocks})
	return nil
}

func (c *converse) content(v gjson.Result, place string) ([]bedrock.Block, error) {
	var blocks []bedrock.Block
	err := elements(v, func(_ int, v gjson.Result) error {
		b, err := c.block(v, place)
		if b.Kind != "" {
			blocks = append(blocks, b)
		}
		return err
	})
	return blocks, err
}

// block reads a member of the ContentBlock union, which has exactly one key. place is "system",
// "message" or "result".
func (c *converse) block(v gjson.Result, place string) (b bedrock.Block, err error) {
	n := 0
	err = members(v, func(name string, v gjson.Result) (err error) {
		if v.Type == gjson.Null {
			return errIgnored // some SDKs write out the members of a union that are not set
		}
		n++
		b, err = c.unionMember(bedrock.Kind(name), v, place)
		return err
	})
	if err == nil && n != 1 {
		err = wrong("", "must have exactly one key, the kind of content")
	}
	return b, err
}

func (c *converse) unionMember(kind bedrock.Kind, v gjson.Result, place string) (b bedrock.Block, err error) {
	b.Kind = kind
	switch kind {
	case bedrock.Text:
		b.Text, err = str(v)
		return b, err
	case bedrock.CachePoint, bedrock.Guard:
		b.Raw, err = object(v)
		return b, err
	}
	if place == "system" {
		return b, wrong("", "is not allowed in a system prompt")
	}
	switch kind {
	case bedrock.Image, bedrock.Video, bedrock.Audio, bedrock.Document:
		return c.media(kind, v)
	case "searchResult", bedrock.Citations:
		b.Raw, err = object(v)
		return b, err
	case bedrock.JSONBlock:
		if place == "result" {
			b.Raw = raw(v)
			return b, nil
		}
	case bedrock.ToolUse:
		if place == "message" {
			return c.toolUse(v)
		}
	case bedrock.ToolResult:
		if place == "message" {
			return c.toolResult(v)
		}
	case bedrock.Reasoning:
		if place == "message" {
			return readReasoning(v)
		}
	}
	return b, wrong("", "is no kind of content that can stand here")
}

// media keeps images and the like as they are. Bedrock would read from S3 with Ockham's own rights,
// whatever the client may do itself, so that is refused.
func (c *converse) media(kind bedrock.Kind, v gjson.Result) (b bedrock.Block, err error) {
	b.Kind = kind
	if b.Raw, err = object(v); err != nil {
		return b, err
	}
	var name string
	err = members(v, func(field string, v gjson.Result) (err error) {
		switch field {
		case "name":
			name, err = str(v)
		case "source":
			err = members(v, notFromS3)
		default:
			err = errIgnored
		}
		return err
	})
	switch {
	case err != nil || kind != bedrock.Document:
		return b, err
	case documentName(name) != name:
		return b, wrong("name", "must have 1 to 200 letters, digits, single spaces, hyphens and brackets")
	case c.docs[name]:
		return b, wrong("name", "is given to two documents")
	}
	if c.docs == nil {
		c.docs = map[string]bool{}
	}
	c.docs[name] = true
	return b, nil
}

func notFromS3(name string, v gjson.Result) error {
	if name == "s3Location" && v.Type != gjson.Null {
		return wrong("", "is not supported: it would be read with other rights than yours; send the bytes")
	}
	return errIgnored
}

// toolUse reads a call. Those of tools that Bedrock ran itself (they have a type) are left out.
func (c *converse) toolUse(v gjson.Result) (bedrock.Block, error) {
	b := bedrock.Block{Kind: bedrock.ToolUse, Raw: []byte("{}")}
	server := false
	err := members(v, func(name string, v gjson.Result) (err error) {
		switch name {
		case "toolUseId":
			b.ID, err = str(v)
		case "name":
			b.Name, err = str(v)
			b.Name = safeToken(b.Name, "")
		case "input":
			if v.Type != gjson.Null {
				b.Raw = toolInput(v.Raw)
			}
		case "type":
			server = v.Type != gjson.Null
		default:
			err = errIgnored
		}
		return err
	})
	return c.unlessServer(b, server), err
}

func (c *converse) toolResult(v gjson.Result) (bedrock.Block, error) {
	b := bedrock.Block{Kind: bedrock.ToolResult}
	server := false
	err := members(v, func(name string, v gjson.Result) (err error) {
		switch name {
		case "toolUseId":
			b.ID, err = str(v)
		case "content":
			b.Content, err = c.content(v, "result")
		case "status":
			var status string
			status, err = oneOf(v, "success", "error")
			b.Failed = status == "error"
		case "type":
			server = v.Type != gjson.Null
		default:
			err = errIgnored
		}
		return err
	})
	return c.unlessServer(b, server), err
}

func (c *converse) unlessServer(b bedrock.Block, server bool) bedrock.Block {
	if !server {
		return b
	}
	c.drop("server_tool_use")
	return bedrock.Block{}
}

func readReasoning(v gjson.Result) (b bedrock.Block, err error) {
	b.Kind = bedrock.Reasoning
	err = members(v, func(name string, v gjson.Result) (err error) {
		switch name {
		case "reasoningText":
			err = members(v, func(name string, v gjson.Result) (err error) {
				switch name {
				case "text":
					b.Text, err = str(v)
				case "signature":
					b.Signature, err = str(v)
				default:
					err = errUnknown
				}
				return err
			})
		case "redactedContent":
			_, err = str(v)
		default:
			err = errUnknown
		}
		return err
	})
	if v.Get("redactedContent").Type == gjson.String {
		b.Raw = raw(v)
	}
	return b, err
}
