package dialect

import (
	"ockham/bedrock"

	"github.com/tidwall/gjson"
)

func (m *messages) readTool(_ int, v gjson.Result) error {
	var tool bedrock.Tool
	var point *bedrock.Block
	err := members(v, func(name string, v gjson.Result) (err error) {
		switch name {
		case "type":
			var form string
			if form, err = str(v); err == nil && form != "" && form != "custom" {
				err = wrong("", "must be custom: Bedrock's Converse has no tools of Anthropic's own")
			}
		case "name":
			tool.Name, err = str(v)
		case "description":
			tool.Description, err = str(v)
		case "input_schema":
			tool.Schema, err = object(v)
		case "strict":
			tool.Strict, err = boolean(v)
		case "cache_control":
			point, err = readCache(v)
		default:
			m.drop(name)
			err = errIgnored
		}
		return err
	})
	if err == nil {
		err = m.tools.add(tool)
	}
	if point != nil {
		m.tools.cachePoint(ttl(point))
	}
	return err
}

func (m *messages) choice(name string, v gjson.Result) (err error) {
	switch name {
	case "type":
		m.tools.mode, err = oneOf(v, "auto", "any", "tool", "none")
	case "name":
		m.tools.forced, err = str(v)
	case "disable_parallel_tool_use":
		var single bool
		if single, err = boolean(v); single {
			m.tools.single = name
		}
	default:
		err = errUnknown
	}
	return err
}
