package bedrock

import "github.com/tidwall/gjson"

// closed writes a JSON Schema as native structured output wants it: every object must say that it has
// no further properties. ok is false where the schema says otherwise of one, as for a map of any keys:
// that cannot be had natively.
func closed(schema []byte) (out []byte, ok bool) {
	out, ok = appendClosed(make([]byte, 0, len(schema)+len(schema)/4+32), gjson.ParseBytes(schema))
	return out, ok
}

// appendClosed copies one schema, in the order of its members.
func appendClosed(dst []byte, v gjson.Result) (_ []byte, ok bool) {
	if !v.IsObject() { // true and false are schemas too
		return append(dst, v.Raw...), true
	}
	dst, ok = append(dst, '{'), true
	start := len(dst)
	object, further := v.Get("type").Str == "object", false
	v.ForEach(func(k, v gjson.Result) bool {
		dst = append(append(comma(dst, len(dst)-start), k.Raw...), ':')
		switch k.Str {
		case "additionalProperties":
			further = true
			dst, ok = append(dst, v.Raw...), v.Type == gjson.False
		case "properties", "$defs", "definitions", "patternProperties", "dependentSchemas":
			object = object || k.Str == "properties"
			dst, ok = appendEach(dst, v)
		case "enum", "const", "default", "examples":
			dst = append(dst, v.Raw...)
		default:
			dst, ok = appendKeyword(dst, v)
		}
		return ok
	})
	if object && !further {
		dst = append(comma(dst, len(dst)-start), `"additionalProperties":false`...)
	}
	return append(dst, '}'), ok
}

// appendEach copies an object whose values are schemas, whatever their names.
func appendEach(dst []byte, v gjson.Result) (_ []byte, ok bool) {
	if !v.IsObject() {
		return append(dst, v.Raw...), true
	}
	dst, ok = append(dst, '{'), true
	start := len(dst)
	v.ForEach(func(k, v gjson.Result) bool {
		dst = append(append(comma(dst, len(dst)-start), k.Raw...), ':')
		dst, ok = appendClosed(dst, v)
		return ok
	})
	return append(dst, '}'), ok
}

// appendKeyword copies a keyword's value: a schema, a list of schemas, or neither.
func appendKeyword(dst []byte, v gjson.Result) (_ []byte, ok bool) {
	if !v.IsArray() {
		return appendClosed(dst, v)
	}
	dst, ok = append(dst, '['), true
	start := len(dst)
	v.ForEach(func(_, v gjson.Result) bool {
		dst = comma(dst, len(dst)-start)
		dst, ok = appendClosed(dst, v)
		return ok
	})
	return append(dst, ']'), ok
}
