package dialect

import (
	"strings"

	"ockham/bedrock"

	"github.com/tidwall/gjson"
)

// Generate is Ockham's own API: POST /api/v1/generate. It is strict: what it does not know it refuses.
type Generate struct{}

var _ Dialect = Generate{}

// Name implements Dialect.
func (Generate) Name() string { return "generate" }

// Serves implements Dialect.
func (Generate) Serves(path string) (mine, like bool) {
	return path == "/api/v1/generate", false
}

// Parse implements Dialect.
func (d Generate) Parse(in *Input) (*Call, error) {
	body, err := readBody(in)
	if err != nil {
		return nil, err
	}
	g := generation{Call: &Call{Dialect: d}}
	if err := members(body, g.member); err != nil {
		return nil, refused(err)
	}
	if err := g.finish(); err != nil {
		return nil, refused(err)
	}
	return g.Call, nil
}

// generation is a request as it is being read.
type generation struct {
	*Call
	prompt, messages bool
	turns            []bedrock.Message
}

func (g *generation) member(name string, v gjson.Result) (err error) {
	r := &g.Request
	switch name {
	case "prompt":
		g.prompt = v.Type != gjson.Null
		err = g.readPrompt(v)
	case "messages":
		g.messages = v.Type != gjson.Null
		err = elements(v, g.readMessage)
	case "system":
		err = g.readSystem(v)
	case "task_type":
		g.Task, err = str(v)
	case "response_format":
		r.Format, err = readFormat(v)
	case "max_tokens":
		r.MaxTokens, err = integer(v, 1)
	case "temperature":
		r.Temperature, err = number(v, 0, 1)
	case "stop":
		r.Stop, err = readStop(v)
	case "stream":
		g.Stream, err = boolean(v)
	case "restart":
		g.Restart, err = boolean(v)
	case "pipe":
		g.Pipe, err = str(v)
	case "metadata":
		g.Metadata, err = readMetadata(v)
	case "model":
		err = wrong("", "is not a field of this API: this API picks the model")
	default:
		err = errUnknown
	}
	return err
}

func (g *generation) readPrompt(v gjson.Result) error {
	s, err := str(v)
	if err != nil || v.Type == gjson.Null {
		return err
	}
	if blank(s) {
		return wrong("", "must not be empty")
	}
	g.turns = []bedrock.Message{userTurn(textBlock(s))}
	return nil
}

func (g *generation) readMessage(_ int, v gjson.Result) error {
	var role, content string
	err := members(v, func(name string, v gjson.Result) (err error) {
		switch name {
		case "role":
			role, err = str(v)
		case "content":
			content, err = str(v)
		default:
			err = errUnknown
		}
		return err
	})
	switch {
	case err != nil:
		return err
	case role == "system":
		return wrong("role", `must be user or assistant: the system prompt has a field of its own, "system"`)
	case role != "user" && role != "assistant":
		return wrong("role", "must be user or assistant")
	}
	g.turns = append(g.turns, bedrock.Message{Role: role, Content: []bedrock.Block{textBlock(content)}})
	return nil
}

func (g *generation) readSystem(v gjson.Result) error {
	s, err := str(v)
	g.addSystem(textBlock(s))
	return err
}

// finish checks what only the whole request can tell.
func (g *generation) finish() error {
	switch {
	case g.prompt && g.messages:
		return wrong("messages", `cannot be given together with "prompt": send one of them`)
	case !g.prompt && !g.messages:
		return wrong("prompt", `is missing: send "prompt" or "messages"`)
	}
	g.Restart = g.Restart && g.Stream
	g.Request.Metadata = requestMetadata(g.Call)
	return repair(g.Call, g.turns)
}

// readFormat reads generate's response_format.
func readFormat(v gjson.Result) (f bedrock.Format, err error) {
	var form string
	err = members(v, func(name string, v gjson.Result) (err error) {
		switch name {
		case "type":
			form, err = oneOf(v, "json_object", "json_schema")
		case "schema":
			f.Schema, err = object(v)
		default:
			err = errUnknown
		}
		return err
	})
	switch {
	case err != nil || v.Type == gjson.Null:
		return f, err
	case form == "":
		return f, wrong("type", "is missing: it must be json_object or json_schema")
	case form == "json_schema" && f.Schema == nil:
		return f, wrong("schema", "is missing: json_schema needs one")
	case form == "json_object" && f.Schema != nil:
		return f, wrong("schema", "goes with the type json_schema only")
	}
	f.JSON = true
	return f, nil
}

// readStop reads one stop sequence or a list of them.
func readStop(v gjson.Result) ([]string, error) {
	switch {
	case v.Type == gjson.String && v.Str == "":
		return nil, wrong("", "must not be empty")
	case v.Type == gjson.String:
		return []string{v.Str}, nil
	case v.Type != gjson.Null && !v.IsArray():
		return nil, wrong("", "must be a string or an array of strings, not "+kind(v))
	}
	return strs(v)
}

func blank(s string) bool { return strings.TrimSpace(s) == "" }
