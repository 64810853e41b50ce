package dialect

import (
	"strconv"
	"strings"

	"ockham/bedrock"

	"github.com/tidwall/gjson"
)

// OpenAI is chat completions: POST /v1/chat/completions. What a request needs and cannot have is
// refused by name; what it merely prefers, and what is new to this package, is dropped and said so.
type OpenAI struct{}

var _ Dialect = OpenAI{}

// Name implements Dialect.
func (OpenAI) Name() string { return "openai" }

// Serves implements Dialect.
func (OpenAI) Serves(path string) (mine, like bool) {
	return path == "/v1/chat/completions", strings.HasPrefix(path, "/v1/")
}

// openaiState is what the writers must know of a request.
type openaiState struct {
	usage bool              // stream_options.include_usage
	names map[string]string // Bedrock's name of a tool to the client's, where they differ
}

// Parse implements Dialect.
func (d OpenAI) Parse(in *Input) (*Call, error) {
	body, err := readBody(in)
	if err != nil {
		return nil, err
	}
	o := chat{Call: &Call{Dialect: d, Task: in.Header("x-task-type")}, state: &openaiState{}}
	o.State = o.state
	if err := members(body, o.member); err != nil {
		return nil, refused(err)
	}
	if err := o.finish(); err != nil {
		return nil, refused(err)
	}
	return o.Call, nil
}

// chat is a request as it is being read.
type chat struct {
	*Call
	state *openaiState
	tools toolbox
	docs  documents
	turns []bedrock.Message
	limit int // max_tokens, which max_completion_tokens wins over
}

func (o *chat) member(name string, v gjson.Result) (err error) {
	r := &o.Request
	switch name {
	case "model":
		err = o.readModel(v)
	case "messages":
		err = elements(v, o.readMessage)
	case "tools":
		err = elements(v, o.readTool)
	case "tool_choice":
		err = o.readChoice(v)
	case "parallel_tool_calls":
		if _, err = boolean(v); v.Type == gjson.False {
			o.tools.single = name
		}
	case "max_completion_tokens":
		r.MaxTokens, err = integer(v, 1)
	case "max_tokens":
		o.limit, err = integer(v, 1)
	case "temperature":
		r.Temperature, err = number(v, 0, 2)
	case "top_p":
		r.TopP, err = number(v, 0, 1)
	case "stop":
		r.Stop, err = o.readStops(v)
	case "stream":
		o.Stream, err = boolean(v)
	case "stream_options":
		err = members(v, o.streamOption)
	case "response_format":
		r.Format, err = readOpenAIFormat(v)
	case "reasoning_effort":
		err = o.readEffort(v)
	case "service_tier":
		err = o.readTier(v)
	case "metadata":
		o.Metadata, err = readMetadata(v)
	default:
		err = o.other(name, v)
	}
	return err
}

// other reads the fields that mean nothing to Bedrock. Those that change what the answer is are
// refused unless they ask for the usual; the rest is dropped.
func (o *chat) other(name string, v gjson.Result) error {
	if v.Type == gjson.Null {
		return errIgnored
	}
	switch name {
	case "n":
		if n, err := integer(v, 1); err != nil || n > 1 {
			return either(err, wrong("", "must be 1: Bedrock gives one answer to a request"))
		}
		return nil
	case "logprobs":
		if on, err := boolean(v); err != nil || on {
			return either(err, wrong("", "is not available from Bedrock"))
		}
		return nil
	case "top_logprobs":
		if n, err := integer(v, 0); err != nil || n > 0 {
			return either(err, wrong("", "is not available from Bedrock"))
		}
		return nil
	case "logit_bias":
		if !v.IsObject() || strings.Trim(v.Raw, "{} \t\r\n") != "" {
			return wrong("", "is not available from Bedrock")
		}
		return nil
	case "modalities":
		return elements(v, func(_ int, v gjson.Result) error {
			_, err := oneOf(v, "text")
			return err
		})
	case "audio":
		return wrong("", "is not supported: answers are text")
	case "web_search_options":
		return wrong("", "is not supported: there is no web search")
	case "functions", "function_call":
		return wrong("", "is not supported: use tools and tool_choice")
	case "presence_penalty", "frequency_penalty":
		if f, err := number(v, -2, 2); err != nil || *f == 0 {
			return err
		}
	case "store":
		if v.Type == gjson.False {
			return nil
		}
	}
	o.drop(name)
	return errIgnored
}

// either returns the first of two errors that is one.
func either(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

func (c *Call) readModel(v gjson.Result) error {
	name, err := str(v)
	if err == nil {
		err = c.ask(name)
	}
	return err
}

func (c *Call) readStops(v gjson.Result) ([]string, error) {
	if v.Type == gjson.String {
		return c.stops([]string{v.Str}), nil
	}
	if v.Type != gjson.Null && !v.IsArray() {
		return nil, wrong("", "must be a string or an array of strings, not "+kind(v))
	}
	var list []string
	err := elements(v, func(i int, v gjson.Result) error {
		s, err := str(v)
		if err == nil && i == mostStrings {
			err = wrong("", "is one more than the "+strconv.Itoa(mostStrings)+" allowed")
		}
		list = append(list, s)
		return err
	})
	return c.stops(list), err
}

// stops leaves out empty stop sequences, which stop nothing, and blank ones, which Bedrock refuses.
func (c *Call) stops(list []string) []string {
	kept := list[:0]
	for _, s := range list {
		switch {
		case !blank(s):
			kept = append(kept, s)
		case s != "":
			c.drop("stop")
		}
	}
	if len(kept) == 0 {
		return nil
	}
	return kept
}

func (o *chat) streamOption(name string, v gjson.Result) (err error) {
	if name != "include_usage" {
		return errIgnored // include_obfuscation: padding against eavesdroppers is TLS's and HTTP/2's
	}
	o.state.usage, err = boolean(v)
	return err
}

// readEffort maps OpenAI's words onto Converse's.
func (o *chat) readEffort(v gjson.Result) error {
	effort, err := oneOf(v, "none", "minimal", "low", "medium", "high", "xhigh", "max")
	if effort == "minimal" {
		effort = "low"
	}
	if effort == "none" {
		effort = ""
	}
	o.Request.Effort, o.Reasoning = effort, effort != ""
	return err
}

func (o *chat) readTier(v gjson.Result) error {
	tier, err := str(v)
	switch tier {
	case "", "auto":
	case "default", "flex", "priority":
		o.Request.ServiceTier = []byte(`{"type":"` + tier + `"}`)
	default:
		o.drop("service_tier")
	}
	return err
}

// readOpenAIFormat reads response_format, whose schema lies one level deeper than generate's.
func readOpenAIFormat(v gjson.Result) (f bedrock.Format, err error) {
	var form string
	err = members(v, func(name string, v gjson.Result) (err error) {
		switch name {
		case "type":
			form, err = oneOf(v, "text", "json_object", "json_schema")
		case "json_schema":
			err = members(v, func(name string, v gjson.Result) (err error) {
				switch name {
				case "name":
					f.Name, err = str(v)
				case "schema":
					f.Schema, err = object(v)
				default:
					err = errIgnored // strict: the schema is kept to anyhow; description
				}
				return err
			})
		default:
			err = errUnknown
		}
		return err
	})
	switch {
	case err != nil || form == "" || form == "text":
		return bedrock.Format{}, err
	case form == "json_schema" && f.Schema == nil:
		return f, wrong("json_schema", `is missing, or has no "schema"`)
	case form == "json_object":
		f = bedrock.Format{}
	}
	if f.Name != "" {
		f.Name = safeToken(f.Name, "")
	}
	f.JSON = true
	return f, nil
}

// finish settles what only the whole request can tell.
func (o *chat) finish() error {
	r := &o.Request
	if r.MaxTokens == 0 {
		r.MaxTokens = o.limit
	}
	if r.Temperature != nil && *r.Temperature > 1 {
		*r.Temperature = 1 // OpenAI's scale ends at 2, Bedrock's at 1
		o.drop("temperature")
	}
	if task := o.Metadata["task_type"]; task != "" {
		o.Task = task
	}
	r.Metadata = requestMetadata(o.Call)
	if err := o.tools.settle(o.Call); err != nil {
		return err
	}
	o.state.names = o.tools.renamed
	return repair(o.Call, o.turns)
}
