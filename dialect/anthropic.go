package dialect

import (
	"strings"

	"ockham/bedrock"

	"github.com/tidwall/gjson"
)

// Anthropic is the messages API: POST /v1/messages and /v1/messages/count_tokens.
type Anthropic struct{}

var _ Dialect = Anthropic{}

// Name implements Dialect.
func (Anthropic) Name() string { return "anthropic" }

// Serves implements Dialect.
func (Anthropic) Serves(path string) (mine, like bool) {
	return path == "/v1/messages" || path == "/v1/messages/count_tokens", strings.HasPrefix(path, "/v1/messages/")
}

// anthropicState is what the writers must know of a request.
type anthropicState struct {
	names  map[string]string // Bedrock's name of a tool to the client's, where they differ
	titles []string          // of the documents, in order: citations name them
	stops  []string
}

// Parse implements Dialect.
func (d Anthropic) Parse(in *Input) (*Call, error) {
	body, err := readBody(in)
	if err != nil {
		return nil, err
	}
	c := &Call{Dialect: d, Task: in.Header("x-task-type"), Count: strings.HasSuffix(in.Path, "/count_tokens")}
	m := messages{Call: c, state: &anthropicState{}}
	c.State = m.state
	if err := members(body, m.member); err != nil {
		return nil, refused(err)
	}
	m.betas(in.Header("anthropic-beta"))
	if err := m.finish(); err != nil {
		return nil, refused(err)
	}
	return c, nil
}

// messages is a request as it is being read.
type messages struct {
	*Call
	state *anthropicState
	tools toolbox
	docs  documents
	turns []bedrock.Message
	cache *bedrock.Block // cache_control of the whole request
}

func (m *messages) member(name string, v gjson.Result) (err error) {
	r := &m.Request
	switch name {
	case "model":
		err = m.readModel(v)
	case "messages":
		err = elements(v, m.readMessage)
	case "system":
		err = m.readSystem(v)
	case "max_tokens":
		r.MaxTokens, err = integer(v, 1)
	case "temperature":
		r.Temperature, err = number(v, 0, 1)
	case "top_p":
		r.TopP, err = number(v, 0, 1)
	case "top_k":
		err = m.readTopK(v)
	case "stop_sequences":
		r.Stop, err = m.readStops(v)
	case "stream":
		m.Stream, err = boolean(v)
	case "tools":
		err = elements(v, m.readTool)
	case "tool_choice":
		err = members(v, m.choice)
	case "thinking":
		err = m.readThinkingMode(v)
	case "output_config":
		err = members(v, m.outputConfig)
	case "output_format":
		err = m.readFormat(v)
	case "metadata":
		m.Metadata, err = readMetadata(v)
	case "service_tier":
		err = m.readServiceTier(v)
	case "cache_control":
		m.cache, err = readCache(v)
	default:
		err = m.other(name, v)
	}
	return err
}

// other refuses what a request needs of Anthropic's own servers, and drops the rest.
func (m *messages) other(name string, v gjson.Result) error {
	if v.Type == gjson.Null {
		return errIgnored
	}
	switch name {
	case "mcp_servers", "container":
		return wrong("", "is not available through Bedrock")
	case "inference_geo":
		return wrong("", "is not supported: the place is set by configuration")
	}
	m.drop(name)
	return errIgnored
}

func (m *messages) readTopK(v gjson.Result) error {
	k, err := integer(v, 0)
	if err == nil && v.Type != gjson.Null && k > 0 {
		m.addField(`"top_k":` + v.Raw)
	}
	return err
}

// readThinkingMode passes the wish to think on as it is. To switch thinking off is to say nothing.
func (m *messages) readThinkingMode(v gjson.Result) error {
	value, err := object(v)
	if err != nil || value == nil {
		return err
	}
	switch v.Get("type").Str {
	case "enabled":
		if budget := v.Get("budget_tokens"); budget.Type != gjson.Number || budget.Num < 1024 {
			return wrong("budget_tokens", "must be an integer of at least 1024")
		}
	case "adaptive", "between_tools":
	case "disabled":
		m.drop("thinking")
		return nil
	default:
		return wrong("type", "must be one of enabled, adaptive, between_tools, disabled")
	}
	m.Reasoning = true
	m.addField(`"thinking":` + v.Raw)
	return nil
}

func (m *messages) outputConfig(name string, v gjson.Result) (err error) {
	switch name {
	case "effort":
		m.Request.Effort, err = oneOf(v, "low", "medium", "high", "xhigh", "max")
	case "format":
		err = m.readFormat(v)
	default:
		m.drop(name)
		err = errIgnored
	}
	return err
}

func (m *messages) readFormat(v gjson.Result) error {
	var f bedrock.Format
	err := members(v, func(name string, v gjson.Result) (err error) {
		switch name {
		case "type":
			_, err = oneOf(v, "json_schema")
		case "schema":
			f.Schema, err = object(v)
		default:
			err = errIgnored
		}
		return err
	})
	if err == nil && v.Type != gjson.Null && f.Schema == nil {
		err = wrong("schema", "is missing")
	}
	if f.JSON = f.Schema != nil; f.JSON {
		m.Request.Format = f
	}
	return err
}

func (m *messages) readServiceTier(v gjson.Result) error {
	tier, err := oneOf(v, "auto", "standard_only")
	if tier == "standard_only" {
		m.Request.ServiceTier = []byte(`{"type":"default"}`)
	}
	return err
}

// betas passes on the one beta that Bedrock is known to take from anyone; it refuses requests that
// name one it does not know, and clients such as Claude Code name many.
func (m *messages) betas(header string) {
	for beta := range strings.SplitSeq(header, ",") {
		switch beta = strings.TrimSpace(beta); {
		case beta == "":
		case beta == "interleaved-thinking-2025-05-14":
			m.addField(`"anthropic_beta":["` + beta + `"]`)
		default:
			m.drop("anthropic-beta")
		}
	}
}

// finish settles what only the whole request can tell.
func (m *messages) finish() error {
	r := &m.Request
	r.Metadata = requestMetadata(m.Call)
	if m.state.stops = r.Stop; len(r.Stop) > 1 {
		r.AdditionalPaths = []byte(`["/stop_sequence"]`) // which of them it was
	}
	if err := m.tools.settle(m.Call); err != nil {
		return err
	}
	m.state.names = m.tools.renamed
	if n := len(m.turns); n > 0 {
		m.turns[n-1].Content = withCache(m.turns[n-1].Content, m.cache)
	}
	return repair(m.Call, m.turns)
}
