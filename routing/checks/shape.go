package checks

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// shape is the part of a schema that a value can be held against while it is being written: its type,
// its keys, its items and the words it may be. nil says nothing.
type shape struct {
	kinds    kinds
	whole    bool // numbers must be integers
	props    map[string]*property
	required int  // how many of props
	closed   bool // no keys but props
	items    *shape
	words    map[string]bool // that a string may be; nil for any
	exact    bool            // says all that the schema does
}

type property struct {
	shape    *shape
	exact    bool
	required bool
	number   int // below 64
}

// kinds is a set of types of JSON.
type kinds uint8

const (
	kindObject kinds = 1 << iota
	kindArray
	kindString
	kindNumber
	kindBool
	kindNull
	anyKind kinds = 1<<iota - 1
)

func kindOf(first byte) kinds {
	switch first {
	case '{':
		return kindObject
	case '[':
		return kindArray
	case '"':
		return kindString
	case 't', 'f':
		return kindBool
	case 'n':
		return kindNull
	}
	return kindNumber
}

// shapeOf reads what it can of a schema; what it does not understand is left to the validator. exact
// tells whether there is none of that.
func shapeOf(v any) (s *shape, exact bool) {
	if allowed, ok := v.(bool); ok {
		return nil, allowed
	}
	object, ok := v.(map[string]any)
	if _, ref := object["$ref"]; !ok || ref { // in draft 7 a reference's siblings mean nothing
		return nil, false
	}
	s = &shape{kinds: anyKind, exact: true}
	for key, sub := range object {
		s.exact = s.keyword(key, sub, object) && s.exact
	}
	s.requires(object["required"])
	return s, s.exact
}

// keyword takes in one keyword, and tells whether s now says all that it does.
func (s *shape) keyword(key string, v any, object map[string]any) bool {
	switch key {
	case "title", "description", "default", "examples", "$comment", "deprecated", "$defs", "definitions", "required":
		return true
	case "$schema":
		return v == "https://json-schema.org/draft/2020-12/schema" || v == "http://json-schema.org/draft-07/schema#"
	case "type":
		return s.types(v)
	case "properties":
		return s.properties(v)
	case "additionalProperties":
		more, ok := v.(bool)
		_, patterns := object["patternProperties"]
		s.closed = ok && !more && !patterns
		return ok
	case "items":
		if _, tuple := object["prefixItems"]; tuple {
			return false
		}
		sub, exact := shapeOf(v)
		s.items = sub
		return exact
	case "enum":
		return s.enum(v)
	}
	return false
}

func (s *shape) types(v any) bool {
	names, ok := v.([]any)
	if !ok {
		names = []any{v}
	}
	s.kinds = 0
	for _, name := range names {
		kind, known := map[any]kinds{
			"object": kindObject, "array": kindArray, "string": kindString, "number": kindNumber,
			"integer": kindNumber, "boolean": kindBool, "null": kindNull,
		}[name]
		if !known {
			s.kinds = anyKind
			return false
		}
		s.kinds |= kind
	}
	s.whole = slices.Contains(names, any("integer")) && !slices.Contains(names, any("number"))
	return true
}

func (s *shape) properties(v any) bool {
	props, ok := v.(map[string]any)
	s.props = make(map[string]*property, len(props))
	for name, sub := range props {
		p := &property{number: len(s.props)}
		p.shape, p.exact = shapeOf(sub)
		s.props[name] = p
		ok = ok && p.exact
	}
	return ok && len(s.props) <= 64
}

// requires marks the properties that must be there; those that are not described are added.
func (s *shape) requires(v any) {
	if s.kinds&kindObject == 0 || v == nil {
		return
	}
	names, ok := v.([]any)
	if s.props == nil {
		s.props = map[string]*property{}
	}
	for _, n := range names {
		name, isName := n.(string)
		if ok = ok && isName; !ok {
			break
		}
		p := s.props[name]
		if p == nil {
			if s.closed { // unknown keys are wrong, and this one is missing: the validator says so
				s.exact = false
				return
			}
			p = &property{number: len(s.props), exact: true}
			s.props[name] = p
		}
		if !p.required {
			p.required = true
			s.required++
		}
	}
	s.exact = s.exact && ok && len(s.props) <= 64
}

// enum takes in words; other values are for the validator.
func (s *shape) enum(v any) bool {
	list, ok := v.([]any)
	words := make(map[string]bool, len(list))
	for _, one := range list {
		word, isWord := one.(string)
		if ok = ok && isWord && !strings.ContainsAny(word, "\\\"\n\t"); !ok {
			return false
		}
		words[word] = true
	}
	s.words = words
	return ok
}

// follower holds what a scanner reads against a shape.
type follower struct {
	open  []frame // objects and arrays not yet closed
	next  *shape  // of the value that comes next
	words map[string]bool
	whole bool
	doubt bool // something was read that only the validator can judge
}

type frame struct {
	shape    *shape
	array    bool
	seen     uint64 // properties, by their numbers
	required int    // of these
}

func (f *follower) value(kind byte) string {
	s := f.next
	if n := len(f.open); n > 0 && f.open[n-1].array {
		if s = nil; f.open[n-1].shape != nil {
			s = f.open[n-1].shape.items
		}
	}
	f.words, f.whole = nil, false
	switch {
	case s == nil:
	case s.kinds&kindOf(kind) == 0:
		return "a value of another type than the schema's"
	case s.words != nil && kind != '"':
		return "a value that the schema's enum does not have"
	default:
		f.words, f.whole = s.words, s.whole && kindOf(kind) == kindNumber
	}
	if kind == '{' || kind == '[' {
		f.open = append(f.open, frame{shape: s, array: kind == '['})
	}
	return ""
}

func (f *follower) scalar(raw string) string {
	switch {
	case f.words != nil && strings.Contains(raw, `\`):
		f.doubt = true
	case f.words != nil && !f.words[raw]:
		return "a value that the schema's enum does not have"
	case f.whole && strings.ContainsAny(raw, ".eE"):
		x, err := strconv.ParseFloat(raw, 64)
		if f.doubt = f.doubt || err != nil; err == nil && x != math.Trunc(x) {
			return "a number that is no integer"
		}
	}
	return ""
}

func (f *follower) key(raw string) string {
	f.next = nil
	top := &f.open[len(f.open)-1]
	if top.shape == nil {
		return ""
	}
	p := top.shape.props[raw]
	switch {
	case strings.Contains(raw, `\`):
		f.doubt = true
	case p == nil && top.shape.closed:
		return "a key that the schema does not allow"
	case p != nil:
		f.next = p.shape
		bit := uint64(1) << (p.number % 64)
		f.doubt = f.doubt || top.seen&bit != 0
		if top.seen&bit == 0 && p.required {
			top.required++
		}
		top.seen |= bit
	}
	return ""
}

func (f *follower) up() string {
	top := f.open[len(f.open)-1]
	f.open = f.open[:len(f.open)-1]
	if !top.array && top.shape != nil && top.required < top.shape.required && !f.doubt {
		return "a key that the schema requires is missing"
	}
	return ""
}
