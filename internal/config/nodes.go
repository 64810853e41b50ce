package config

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// shorthand is a struct that has a shorter written form; short says whether node was one.
type shorthand interface {
	short(d *decoder, node ast.Node, path string) bool
}

// short reads `name: id`.
func (m *Model) short(_ *decoder, node ast.Node, _ string) bool {
	s, ok := text(node)
	if ok {
		m.ID = s
	}
	return ok
}

// short reads `name: [models]`.
func (p *Pipe) short(d *decoder, node ast.Node, path string) bool {
	if _, ok := node.(*ast.SequenceNode); !ok {
		return false
	}
	d.value(node, reflect.ValueOf(&p.Models).Elem(), path)
	return true
}

// short reads `name` and `name: {options}`.
func (c *Check) short(d *decoder, node ast.Node, path string) bool {
	if s, ok := text(node); ok {
		c.Name = s
		return true
	}
	m, ok := node.(*ast.MappingNode)
	if !ok || len(m.Values) != 1 || keyText(m.Values[0].Key) == "name" {
		return false
	}
	c.Name = keyText(m.Values[0].Key)
	d.value(m.Values[0].Value, reflect.ValueOf(&c.Options).Elem(), path+"."+c.Name)
	return true
}

// reglued mends what the parser takes apart: inside {... [a:b] ...} it reads a:b as a mapping, where YAML
// wants a blank behind the colon. Model ids and ARNs are full of such colons.
func reglued(node ast.Node) ast.Node {
	m, ok := node.(*ast.MappingNode)
	if !ok || len(m.Values) != 1 || m.Start == nil || m.Start.Type != token.MappingValueType {
		return node
	}
	pair := m.Values[0]
	key, value, colon := pair.Key.GetToken(), pair.Value.GetToken(), pair.Start.Position
	glued := value != nil && key.Position.Line == colon.Line && value.Position.Line == colon.Line &&
		key.Position.Column+len(key.Value) == colon.Column && value.Position.Column == colon.Column+1
	if _, plain := pair.Value.(ast.ScalarNode); !glued || !plain {
		return node
	}
	text := key.Value + ":" + value.Value
	return ast.String(token.New(text, text, key.Position))
}

// text is the value of a node that is text.
func text(node ast.Node) (string, bool) {
	switch n := node.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	}
	return "", false
}

func keyText(key ast.MapKeyNode) string {
	if s, ok := text(key); ok {
		return s
	}
	return key.GetToken().Value
}

// kindOf names what a node is, as a person would.
func kindOf(node ast.Node) string {
	switch node.Type() {
	case ast.MappingType, ast.MappingValueType:
		return "a mapping"
	case ast.SequenceType:
		return "a list"
	case ast.IntegerType, ast.FloatType, ast.InfinityType, ast.NanType:
		return "the number " + node.GetToken().Value
	case ast.BoolType:
		return node.GetToken().Value
	case ast.StringType, ast.LiteralType:
		return "text"
	}
	return strings.ToLower(node.Type().String())
}

// quoted shows how a number or truth value is written as text.
func quoted(node ast.Node) string {
	switch node.Type() {
	case ast.IntegerType, ast.FloatType, ast.BoolType:
		return fmt.Sprintf(`; write "%s"`, node.GetToken().Value)
	}
	return ""
}

// fieldByName finds the field of a struct that has the YAML name key.
func fieldByName(v reflect.Value, key string) (reflect.Value, bool) {
	for i := range v.NumField() {
		if name := v.Type().Field(i).Tag.Get("yaml"); name != "" && name == key {
			return v.Field(i), true
		}
	}
	return reflect.Value{}, false
}

// fieldNames lists the YAML names of a struct's fields.
func fieldNames(t reflect.Type) []string {
	var names []string
	for i := range t.NumField() {
		if name := t.Field(i).Tag.Get("yaml"); name != "" {
			names = append(names, name)
		}
	}
	return names
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}
