package checks

import "strings"

// shape is the part of a schema that a value can be held against while it is being written: its type,
// and which keys it may have. nil says nothing.
type shape struct {
	first  [256]bool // first bytes that a value may have
	props  map[string]*shape
	closed bool // no keys but props
	items  *shape
}

// shapeOf reads what it can of a schema; what it does not understand says nothing. The root and what lies
// in properties and items is looked at; references and alternatives are left to the validator.
func shapeOf(v any) *shape {
	object, ok := v.(map[string]any)
	if !ok {
		return nil
	}
	if _, ref := object["$ref"]; ref { // in draft 7 its siblings mean nothing
		return nil
	}
	s := &shape{first: firsts(object["type"])}
	s.properties(object)
	if _, tuple := object["prefixItems"]; !tuple {
		s.items = shapeOf(object["items"])
	}
	return s
}

func (s *shape) properties(object map[string]any) {
	props, _ := object["properties"].(map[string]any)
	s.props = make(map[string]*shape, len(props))
	for name, sub := range props {
		s.props[name] = shapeOf(sub)
	}
	_, patterns := object["patternProperties"]
	more, given := object["additionalProperties"].(bool)
	s.closed = given && !more && !patterns
}

// firsts tells with which bytes a value of the type, or of one of the types, may begin.
func firsts(t any) (first [256]bool) {
	known := true
	switch t := t.(type) {
	case string:
		known = allow(&first, t)
	case []any:
		for _, one := range t {
			name, _ := one.(string)
			known = allow(&first, name) && known
		}
		known = known && len(t) > 0
	default:
		known = false
	}
	if !known {
		for i := range first {
			first[i] = true
		}
	}
	return first
}

func allow(first *[256]bool, name string) bool {
	bytes, ok := map[string]string{
		"object": "{", "array": "[", "string": `"`, "boolean": "tf", "null": "n",
		"number": "-0123456789", "integer": "-0123456789",
	}[name]
	for i := range len(bytes) {
		first[bytes[i]] = true
	}
	return ok
}

// follower holds what a scanner reads against a shape.
type follower struct {
	open []frame // objects and arrays not yet closed
	next *shape  // of the value that follows a key, or of the root
}

type frame struct {
	shape *shape
	array bool
}

func (f *follower) value(kind byte) string {
	s := f.next
	if n := len(f.open); n > 0 && f.open[n-1].array {
		if s = nil; f.open[n-1].shape != nil {
			s = f.open[n-1].shape.items
		}
	}
	if s != nil && !s.first[kind] {
		return "a value of another type than the schema's"
	}
	if kind == '{' || kind == '[' {
		f.open = append(f.open, frame{s, kind == '['})
	}
	return ""
}

func (f *follower) key(raw string) string {
	f.next = nil
	s := f.open[len(f.open)-1].shape
	if s == nil || strings.Contains(raw, `\`) {
		return ""
	}
	sub, known := s.props[raw]
	if f.next = sub; !known && s.closed {
		return "a key that the schema does not allow"
	}
	return ""
}

func (f *follower) up() { f.open = f.open[:len(f.open)-1] }
