package dialect

import (
	"ockham/bedrock"

	"github.com/tidwall/gjson"
)

func (o *chat) readTool(_ int, v gjson.Result) error {
	var tool bedrock.Tool
	var form string
	var point *bedrock.Block
	err := members(v, func(name string, v gjson.Result) (err error) {
		switch name {
		case "type":
			form, err = str(v)
		case "function":
			err = members(v, func(name string, v gjson.Result) (err error) {
				switch name {
				case "name":
					tool.Name, err = str(v)
				case "description":
					tool.Description, err = str(v)
				case "parameters":
					tool.Schema, err = object(v)
				case "strict":
					tool.Strict, err = boolean(v)
				default:
					err = errIgnored
				}
				return err
			})
		case "cache_control":
			point, err = readCache(v)
		default:
			err = errIgnored
		}
		return err
	})
	switch {
	case err != nil:
		return err
	case form != "function":
		return wrong("type", "must be function")
	}
	if err := o.tools.add(tool); err != nil {
		return under(err, "function")
	}
	if point != nil {
		o.tools.cachePoint(ttl(point))
	}
	return nil
}

func (o *chat) readChoice(v gjson.Result) (err error) {
	if !v.IsObject() {
		var word string
		word, err = oneOf(v, "none", "auto", "required")
		if o.tools.mode = word; word == "required" {
			o.tools.mode = "any"
		}
		return err
	}
	o.tools.mode = "tool"
	return members(v, func(name string, v gjson.Result) (err error) {
		switch name {
		case "type":
			_, err = oneOf(v, "function")
		case "function":
			err = members(v, func(name string, v gjson.Result) (err error) {
				if name != "name" {
					return errUnknown
				}
				o.tools.forced, err = str(v)
				return err
			})
		default:
			err = errUnknown
		}
		return err
	})
}
