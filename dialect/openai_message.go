package dialect

import (
	"ockham/bedrock"

	"github.com/tidwall/gjson"
)

// openaiMessage is one message before its role is known: members come in any order.
type openaiMessage struct {
	role, id, refusal        string
	content, calls, thinking gjson.Result
	cache                    *bedrock.Block
}

func (o *chat) readMessage(_ int, v gjson.Result) error {
	var m openaiMessage
	err := members(v, func(name string, v gjson.Result) (err error) {
		switch name {
		case "role":
			m.role, err = str(v)
		case "content":
			m.content = v
		case "tool_calls":
			m.calls = v
		case "tool_call_id":
			m.id, err = str(v)
		case "refusal":
			m.refusal, err = str(v)
		case "thinking_blocks":
			m.thinking = v
		case "function_call":
			if v.Type != gjson.Null {
				err = wrong("", "is not supported: use tool_calls")
			}
		case "cache_control":
			m.cache, err = readCache(v)
		default:
			err = errIgnored // name; reasoning_content and other things that were only to be shown
		}
		return err
	})
	if err != nil {
		return err
	}
	return o.addMessage(&m)
}

func (o *chat) addMessage(m *openaiMessage) (err error) {
	turn := bedrock.Message{Role: m.role}
	switch m.role {
	case "system", "developer":
		return o.hoist(m)
	case "user":
		turn.Content, err = o.parts(nil, m.content, true)
	case "assistant":
		turn.Content, err = o.assistant(m)
	case "tool":
		turn.Role = "user"
		result := bedrock.Block{Kind: bedrock.ToolResult, ID: m.id}
		result.Content, err = o.parts(nil, m.content, true)
		result.Content, m.cache = outsideResult(result.Content, m.cache)
		turn.Content = []bedrock.Block{result}
	case "function":
		return wrong("role", "must be tool: function is not supported any more")
	default:
		return wrong("role", "must be one of system, developer, user, assistant, tool")
	}
	turn.Content = withCache(turn.Content, m.cache)
	o.turns = append(o.turns, turn)
	return err
}

// hoist moves system text to where Converse wants it, wherever it stood.
func (o *chat) hoist(m *openaiMessage) error {
	blocks, err := o.parts(nil, m.content, false)
	o.addSystem(withCache(blocks, m.cache)...)
	return err
}

// assistant puts what was thought before what was said, and that before what was called.
func (o *chat) assistant(m *openaiMessage) ([]bedrock.Block, error) {
	var blocks []bedrock.Block
	err := elements(m.thinking, func(_ int, v gjson.Result) error {
		b, err := readThinking(v)
		if b.Kind != "" {
			blocks = append(blocks, b)
		}
		return err
	})
	if err != nil {
		return nil, under(err, "thinking_blocks")
	}
	if blocks, err = o.parts(blocks, m.content, false); err != nil {
		return nil, err
	}
	if m.refusal != "" {
		blocks = append(blocks, textBlock(m.refusal))
	}
	err = elements(m.calls, func(_ int, v gjson.Result) error {
		b, err := readToolCall(v)
		blocks = append(blocks, b)
		return err
	})
	return blocks, under(err, "tool_calls")
}

// parts reads a content: a string, or an array of parts. media allows images and files.
func (o *chat) parts(blocks []bedrock.Block, v gjson.Result, media bool) ([]bedrock.Block, error) {
	switch {
	case v.Type == gjson.String:
		return append(blocks, textBlock(v.Str)), nil
	case v.Type != gjson.Null && !v.IsArray():
		return nil, wrong("content", "must be a string or an array of parts, not "+kind(v))
	}
	err := elements(v, func(_ int, v gjson.Result) error {
		b, point, err := o.part(v, media)
		blocks = withCache(append(blocks, b), point)
		return err
	})
	return blocks, under(err, "content")
}

func (o *chat) part(v gjson.Result, media bool) (b bedrock.Block, point *bedrock.Block, err error) {
	var form string
	var value gjson.Result
	err = members(v, func(name string, v gjson.Result) (err error) {
		switch name {
		case "type":
			form, err = str(v)
		case "text", "refusal":
			b = bedrock.Block{Kind: bedrock.Text}
			b.Text, err = str(v)
		case "image_url", "file", "input_audio":
			value = v
		case "cache_control":
			point, err = readCache(v)
		default:
			err = errIgnored
		}
		return err
	})
	switch {
	case err != nil:
	case (form == "text" || form == "refusal") && b.Kind == bedrock.Text:
	case form == "text" || form == "refusal":
		err = wrong(form, "is missing")
	case form == "image_url" && media:
		b, err = o.imagePart(value)
		err = under(err, "image_url")
	case form == "file" && media:
		b, err = o.filePart(value)
		err = under(err, "file")
	case form == "input_audio":
		err = wrong("type", "must not be input_audio: audio is not supported")
	case media:
		err = wrong("type", "must be one of text, image_url, file")
	default:
		err = wrong("type", "must be text in this role")
	}
	return b, point, err
}

func (o *chat) imagePart(v gjson.Result) (b bedrock.Block, err error) {
	var url string
	if v.Type == gjson.String {
		url = v.Str
	} else if err := members(v, func(name string, v gjson.Result) (err error) {
		switch name {
		case "url":
			url, err = str(v)
		case "detail":
			var detail string
			if detail, err = str(v); detail != "" && detail != "auto" {
				o.drop("detail")
			}
		default:
			err = errIgnored
		}
		return err
	}); err != nil {
		return b, err
	}
	media, data, err := dataURL(url)
	if err == nil {
		b, err = image(media, data)
	}
	if v.Type != gjson.String {
		err = under(err, "url")
	}
	return b, err
}

func (o *chat) filePart(v gjson.Result) (b bedrock.Block, err error) {
	var file, url string
	err = members(v, func(name string, v gjson.Result) (err error) {
		switch name {
		case "filename":
			file, err = str(v)
		case "file_data":
			url, err = str(v)
		case "file_id":
			if v.Type != gjson.Null {
				err = wrong("", "is not supported: send the file as file_data")
			}
		default:
			err = errIgnored
		}
		return err
	})
	if err != nil {
		return b, err
	}
	media, data, err := dataURL(url)
	if err == nil {
		b, err = o.docs.base64Document(media, file, data)
	}
	return b, under(err, "file_data")
}

func readToolCall(v gjson.Result) (bedrock.Block, error) {
	b := bedrock.Block{Kind: bedrock.ToolUse}
	err := members(v, func(name string, v gjson.Result) (err error) {
		switch name {
		case "id":
			b.ID, err = str(v)
		case "type":
			_, err = oneOf(v, "function", "")
		case "function":
			err = members(v, func(name string, v gjson.Result) (err error) {
				var s string
				switch name {
				case "name":
					s, err = str(v)
					b.Name = safeToken(s, "")
				case "arguments":
					s, err = str(v)
					b.Raw = toolInput(s)
				default:
					err = errIgnored
				}
				return err
			})
		default:
			err = errIgnored
		}
		return err
	})
	if err == nil && b.Name == "" {
		err = wrong("function.name", "is missing")
	}
	if b.Raw == nil {
		b.Raw = []byte("{}")
	}
	return b, err
}
