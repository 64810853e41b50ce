package dialect

import (
	"ockham/bedrock"

	"github.com/tidwall/gjson"
)

func (c *converse) toolConfig(name string, v gjson.Result) error {
	switch name {
	case "tools":
		return elements(v, c.readTool)
	case "toolChoice":
		return members(v, c.toolChoice)
	}
	c.drop(name)
	return errIgnored
}

// readTool reads a member of the Tool union. Tools of Bedrock's own are kept as they are, after the
// others.
func (c *converse) readTool(_ int, v gjson.Result) error {
	r := &c.Request
	n := 0
	err := members(v, func(name string, u gjson.Result) (err error) {
		if u.Type == gjson.Null {
			return errIgnored
		}
		n++
		switch name {
		case "toolSpec":
			var tool bedrock.Tool
			tool, err = c.toolSpec(u)
			r.Tools = append(r.Tools, tool)
		case "cachePoint":
			r.Tools = append(r.Tools, bedrock.Tool{CachePoint: true, TTL: u.Get("ttl").Str})
		case "systemTool":
			if len(r.ToolsRaw) > 0 {
				r.ToolsRaw = append(r.ToolsRaw, ',')
			}
			r.ToolsRaw = append(r.ToolsRaw, v.Raw...)
		default:
			err = errUnknown
		}
		return err
	})
	if err == nil && n != 1 {
		err = wrong("", "must have exactly one key, the kind of tool")
	}
	return err
}

func (c *converse) toolSpec(v gjson.Result) (tool bedrock.Tool, err error) {
	err = members(v, func(name string, v gjson.Result) (err error) {
		switch name {
		case "name":
			tool.Name, err = c.toolName(v)
		case "description":
			tool.Description, err = str(v)
		case "inputSchema":
			err = members(v, func(name string, v gjson.Result) (err error) {
				if name != "json" {
					return errUnknown
				}
				tool.Schema, err = object(v)
				return err
			})
		case "strict":
			tool.Strict, err = boolean(v)
		default:
			c.drop(name)
			err = errIgnored
		}
		return err
	})
	if err == nil && tool.Name == "" {
		err = wrong("name", "is missing")
	}
	tool.Schema = objectSchema(tool.Schema)
	return tool, err
}

func (c *converse) toolName(v gjson.Result) (string, error) {
	name, err := str(v)
	switch {
	case err != nil:
	case safeToken(name, "") != name:
		err = wrong("", "must have 1 to 64 of the characters a-z, A-Z, 0-9, _ and -")
	case c.names[name]:
		err = wrong("", "is given to two tools")
	}
	if c.names == nil {
		c.names = map[string]bool{}
	}
	c.names[name] = true
	return name, err
}

func (c *converse) toolChoice(name string, v gjson.Result) (err error) {
	choice := &c.Request.Choice
	switch {
	case v.Type == gjson.Null:
		return errIgnored
	case choice.Mode != "":
		return wrong("", "is given besides another choice")
	}
	switch name {
	case "auto", "any":
		choice.Mode = name
		_, err = object(v)
	case "tool":
		choice.Mode = name
		err = members(v, func(name string, v gjson.Result) (err error) {
			if name != "name" {
				return errUnknown
			}
			choice.Name, err = str(v)
			return err
		})
	default:
		err = errUnknown
	}
	return err
}
