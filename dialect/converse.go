package dialect

import (
	"strings"

	"ockham/bedrock"

	"github.com/tidwall/gjson"
)

// Converse is Bedrock's own API, for AWS SDKs whose endpoint was moved here:
//
//	POST /model/{id}/converse, /converse-stream, /count-tokens          parsed
//	POST /model/{id}/invoke, /invoke-with-response-stream               passed through
//
// {id} is a model id or an ARN, percent-encoded as the SDKs do; or auto, or a pipe.
type Converse struct{}

var (
	_ Dialect      = Converse{}
	_ ErrorHeaders = Converse{}
)

// Name implements Dialect.
func (Converse) Name() string { return "converse" }

// Serves implements Dialect.
func (Converse) Serves(path string) (mine, like bool) {
	_, _, mine = operation(path)
	return mine, strings.HasPrefix(path, "/model/") || strings.HasPrefix(path, "/guardrail/") || strings.HasPrefix(path, "/async-invoke")
}

// Parse implements Dialect.
func (d Converse) Parse(in *Input) (*Call, error) {
	model, op, _ := operation(in.Path)
	c := &Call{Dialect: d, Stream: strings.HasSuffix(op, "-stream"), Count: op == "count-tokens"}
	name, ok := unescape(model)
	if !ok || name == "" {
		return nil, Invalid("modelId", "The model in the path must be one percent-encoded segment.")
	}
	if err := c.ask(name); err != nil {
		return nil, refused(under(err, "modelId"))
	}
	if strings.HasPrefix(op, "invoke") {
		if c.Model == "" {
			return nil, Invalid("modelId", "InvokeModel is passed through as it is: name a model, or use Converse to have one picked.")
		}
		c.Passthrough = true
		return c, nil
	}
	body, err := readBody(in)
	if err != nil {
		return nil, err
	}
	v := converse{Call: c}
	if err := v.read(body); err != nil {
		return nil, refused(err)
	}
	if c.Task == "" {
		c.Task = in.Header("x-task-type")
	}
	return c, nil
}

// converse is a request as it is being read.
type converse struct {
	*Call
	turns []bedrock.Message
	names map[string]bool // of tools
	docs  map[string]bool // names of documents
}

func (c *converse) read(body gjson.Result) error {
	if c.Count {
		return c.readCount(body)
	}
	if err := members(body, c.member); err != nil {
		return err
	}
	r := &c.Request
	r.Metadata = requestMetadata(c.Call)
	c.Task = c.Metadata["task_type"]
	switch {
	case r.Choice.Mode == "tool" && !c.names[r.Choice.Name]:
		return wrong("toolConfig.toolChoice.tool.name", "names a tool that is not among the tools")
	case r.Choice.Mode == "any" && len(c.names) == 0:
		return wrong("toolConfig.toolChoice.any", "asks for a tool, but there are no tools")
	}
	return repair(c.Call, c.turns)
}

// readCount reads CountTokens' {"input":{"converse":{...}}}.
func (c *converse) readCount(body gjson.Result) error {
	var inner gjson.Result
	err := members(body, func(name string, v gjson.Result) error {
		if name != "input" {
			return errUnknown
		}
		return members(v, func(name string, v gjson.Result) error {
			if name != "converse" {
				return wrong("", "is not supported: count the tokens of a converse request")
			}
			inner = v
			return members(v, c.member)
		})
	})
	if err == nil && !inner.Exists() {
		err = wrong("input.converse", "is missing")
	}
	if err != nil {
		return err
	}
	return repair(c.Call, c.turns)
}

func (c *converse) member(name string, v gjson.Result) (err error) {
	r := &c.Request
	switch name {
	case "messages":
		err = elements(v, c.readMessage)
	case "system":
		err = elements(v, c.readSystem)
	case "inferenceConfig":
		err = members(v, c.inference)
	case "toolConfig":
		err = members(v, c.toolConfig)
	case "guardrailConfig":
		r.Guardrail, err = object(v)
	case "additionalModelRequestFields":
		err = c.additional(v)
	case "additionalModelResponseFieldPaths":
		if _, err = strs(v); err == nil && v.Type != gjson.Null {
			r.AdditionalPaths = raw(v)
		}
	case "promptVariables":
		r.Variables, err = object(v)
	case "requestMetadata":
		c.Metadata, err = readMetadata(v)
	case "performanceConfig":
		r.Performance, err = object(v)
	case "serviceTier":
		r.ServiceTier, err = object(v)
	case "outputConfig":
		err = c.outputConfig(v)
	default:
		if v.Type != gjson.Null {
			c.drop(name)
		}
		err = errIgnored
	}
	return err
}

func (c *converse) inference(name string, v gjson.Result) (err error) {
	r := &c.Request
	switch name {
	case "maxTokens":
		r.MaxTokens, err = integer(v, 1)
	case "temperature":
		r.Temperature, err = number(v, 0, 1)
	case "topP":
		r.TopP, err = number(v, 0, 1)
	case "stopSequences":
		r.Stop, err = strs(v)
	default:
		c.drop(name)
		err = errIgnored
	}
	return err
}
