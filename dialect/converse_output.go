package dialect

import "github.com/tidwall/gjson"

// additional keeps the model's own fields, and sees whether reasoning is asked for among them.
func (c *converse) additional(v gjson.Result) (err error) {
	c.Request.Additional, err = object(v)
	if err != nil {
		return err
	}
	v.ForEach(func(k, v gjson.Result) bool {
		switch k.Str {
		case "thinking", "reasoning_config", "reasoningConfig":
			mode := v.Get("type").Str
			c.Reasoning = c.Reasoning || mode != "" && mode != "disabled"
		}
		return true
	})
	return nil
}

// outputConfig is read into Format and Effort, which are fitted to the model that is picked; what is
// not understood is kept as it is.
func (c *converse) outputConfig(v gjson.Result) error {
	r := &c.Request
	return members(v, func(name string, v gjson.Result) (err error) {
		switch name {
		case "effort":
			r.Effort, err = oneOf(v, "low", "medium", "high", "xhigh", "max")
		case "textFormat":
			err = c.textFormat(v)
		default:
			c.drop(name)
			err = errIgnored
		}
		return err
	})
}

func (c *converse) textFormat(v gjson.Result) error {
	f := &c.Request.Format
	schema := func(name string, v gjson.Result) (err error) {
		var s string
		switch name {
		case "schema":
			s, err = str(v)
			f.Schema = []byte(s)
		case "name":
			f.Name, err = str(v)
		default:
			err = errIgnored // description
		}
		return err
	}
	err := members(v, func(name string, v gjson.Result) (err error) {
		switch name {
		case "type":
			_, err = oneOf(v, "json_schema")
		case "structure":
			err = members(v, func(name string, v gjson.Result) error {
				if name != "jsonSchema" {
					return errUnknown
				}
				return members(v, schema)
			})
		default:
			err = errUnknown
		}
		return err
	})
	switch {
	case err != nil:
		return err
	case len(f.Schema) == 0:
		return wrong("structure.jsonSchema.schema", "is missing")
	case tooDeep(f.Schema) >= 0 || !valid(text(f.Schema)) || !gjson.ParseBytes(f.Schema).IsObject():
		return wrong("structure.jsonSchema.schema", "must be a JSON Schema, as a string")
	}
	f.JSON = true
	return nil
}
