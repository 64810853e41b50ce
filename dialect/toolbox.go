package dialect

import (
	"ockham/bedrock"

	"github.com/tidwall/gjson"
)

// toolbox gathers the tools of a request that names them in its own words.
type toolbox struct {
	tools   []bedrock.Tool
	names   map[string]bool
	renamed map[string]string // Bedrock's name to the client's, where they differ
	mode    string            // none, auto, any, tool
	forced  string            // the tool that must be called, by the client's name
	single  string            // the field that asks for one call at a time, "" if none does
}

// add takes a tool whose name the client chose.
func (t *toolbox) add(tool bedrock.Tool) error {
	if tool.Name == "" {
		return wrong("name", "is missing")
	}
	if t.names[tool.Name] {
		return wrong("name", "is given to two tools")
	}
	if t.names == nil {
		t.names = map[string]bool{}
	}
	t.names[tool.Name] = true
	if safe := safeToken(tool.Name, ""); safe != tool.Name {
		if t.renamed == nil {
			t.renamed = map[string]string{}
		}
		t.renamed[safe], tool.Name = tool.Name, safe
	}
	tool.Schema = objectSchema(tool.Schema)
	t.tools = append(t.tools, tool)
	return nil
}

// cachePoint marks the tools so far for caching.
func (t *toolbox) cachePoint(ttl string) {
	if n := len(t.tools); n > 0 && !t.tools[n-1].CachePoint {
		t.tools = append(t.tools, bedrock.Tool{CachePoint: true, TTL: ttl})
	}
}

// settle puts tools and choice into the request. With the choice "none" there are no tools at all:
// Bedrock has no such choice, and a model that sees tools may call them.
func (t *toolbox) settle(c *Call) error {
	switch {
	case t.mode == "none" || len(t.tools) == 0 && t.mode != "any" && t.mode != "tool":
		return nil
	case len(t.tools) == 0:
		return wrong("tool_choice", "asks for a tool, but there are no tools")
	case t.mode == "tool" && !t.names[t.forced]:
		return wrong("tool_choice", "names a tool that is not among the tools")
	case t.mode == "tool":
		c.Request.Choice.Name = safeToken(t.forced, "")
	}
	c.Request.Tools = t.tools
	c.Request.Choice.Mode = t.mode
	if t.single != "" {
		t.oneByOne(c)
	}
	return nil
}

// oneByOne asks for at most one call. Claude takes this as an additional field, and only where Converse
// has no toolChoice beside it; others have no such thing.
func (t *toolbox) oneByOne(c *Call) {
	if t.mode == "any" || t.mode == "tool" {
		c.drop(t.single)
		return
	}
	c.Request.Choice = bedrock.ToolChoice{}
	c.addField(`"tool_choice":{"type":"auto","disable_parallel_tool_use":true}`)
}

// addField adds a member to additionalModelRequestFields.
func (c *Call) addField(member string) {
	r := &c.Request
	if len(r.Additional) == 0 {
		r.Additional = []byte("{" + member + "}")
		return
	}
	r.Additional = append(append(append(r.Additional[:len(r.Additional)-1], ','), member...), '}')
}

// objectSchema adds the type that some clients leave out and Bedrock demands.
func objectSchema(schema []byte) []byte {
	if len(schema) == 0 {
		return nil
	}
	v := gjson.Parse(text(schema))
	if v.Get("type").Exists() {
		return schema
	}
	b := append(make([]byte, 0, len(schema)+18), `{"type":"object"`...)
	empty := true
	v.ForEach(func(_, _ gjson.Result) bool { empty = false; return false })
	if !empty {
		b = append(b, ',')
	}
	return append(b, schema[1:]...)
}

// toolInput fits what stands in a history as a call's arguments to the object that Bedrock demands.
// A model's broken JSON is kept as a text: it was said, and the conversation goes on from it.
func toolInput(arguments string) []byte {
	v := gjson.Parse(arguments)
	switch {
	case blank(arguments):
		return []byte("{}")
	case tooDeep([]byte(arguments)) >= 0 || !valid(arguments):
		return append(appendField([]byte("{"), "arguments", arguments), '}')
	case !v.IsObject():
		return []byte(`{"arguments":` + arguments + `}`)
	}
	return []byte(arguments)
}
