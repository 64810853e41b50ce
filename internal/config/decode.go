package config

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"

	"ockham/routing"
)

// mostNodes bounds what aliases may blow a file up to.
const mostNodes = 100_000

// decoder fills a Config from YAML. It differs from a library's strict decoding in that it goes on
// after a fault, and remembers where everything stands.
type decoder struct {
	file    string
	at      map[string]mark
	faults  Faults
	broken  []string
	anchors map[string]ast.Node
	nodes   int
}

func (d *decoder) fault(node ast.Node, path, format string, args ...any) {
	at := place(node)
	d.broken = append(d.broken, path)
	d.faults = append(d.faults, &Fault{File: d.file, Line: at.line, Column: at.column, Path: path, Message: fmt.Sprintf(format, args...)})
}

// place is where a node begins; a block mapping begins at its first key.
func place(node ast.Node) mark {
	if m, ok := node.(*ast.MappingNode); ok && !m.IsFlowStyle && len(m.Values) > 0 {
		node = m.Values[0].Key
	}
	if node == nil || node.GetToken() == nil || node.GetToken().Position == nil {
		return mark{line: 1, column: 1}
	}
	t := node.GetToken()
	m := mark{line: t.Position.Line, column: t.Position.Column}
	switch t.Type {
	case token.SingleQuoteType, token.DoubleQuoteType:
		m.quote = 1
	case token.LiteralType, token.FoldedType:
		m.block, m.indent = true, blockIndent(node)
	}
	return m
}

// blockIndent is how far a block's text is indented in the file.
func blockIndent(node ast.Node) int {
	l, ok := node.(*ast.LiteralNode)
	if !ok || l.Value == nil {
		return 0
	}
	origin := l.Value.GetToken().Origin
	return len(origin) - len(strings.TrimLeft(origin, " "))
}

// value reads node into v.
func (d *decoder) value(node ast.Node, v reflect.Value, path string) {
	node = d.resolve(node, path)
	if node == nil {
		return
	}
	d.at[path] = place(node)
	if node.Type() == ast.NullType {
		d.fault(node, path, "has no value; leave the key out for the default")
		return
	}
	if s, ok := v.Addr().Interface().(shorthand); ok && s.short(d, node, path) {
		return
	}
	switch r := v.Addr().Interface().(type) {
	case reader:
		d.read(node, r, path)
		return
	case *map[string]any:
		d.options(node, r, path)
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		d.structure(node, v, path)
	case reflect.Map:
		d.mapping(node, v, path)
	case reflect.Slice:
		d.sequence(node, v, path)
	case reflect.Pointer:
		p := reflect.New(v.Type().Elem())
		d.value(node, p.Elem(), path)
		v.Set(p)
	default:
		d.scalar(node, v, path)
	}
}

// resolve follows anchors and aliases, within bounds.
func (d *decoder) resolve(node ast.Node, path string) ast.Node {
	for {
		if d.nodes++; d.nodes > mostNodes {
			if d.nodes == mostNodes+1 {
				d.fault(node, path, "the file has more than %d values, with its aliases written out", mostNodes)
			}
			return nil
		}
		switch n := node.(type) {
		case *ast.AnchorNode:
			d.anchors[n.Name.GetToken().Value] = n.Value
			node = n.Value
		case *ast.AliasNode:
			target, ok := d.anchors[n.Value.GetToken().Value]
			if !ok {
				d.fault(node, path, "there is no anchor &%s above", n.Value.GetToken().Value)
				return nil
			}
			node = target
		case *ast.TagNode:
			d.fault(node, path, "YAML tags are not supported")
			return nil
		default:
			return reglued(node)
		}
	}
}

// pairs lists the keys and values of a mapping; ok is false when node is none.
func (d *decoder) pairs(node ast.Node, path, what string) (pairs []*ast.MappingValueNode, ok bool) {
	switch n := node.(type) {
	case *ast.MappingNode:
		pairs = n.Values
	case *ast.MappingValueNode:
		pairs = []*ast.MappingValueNode{n}
	default:
		d.fault(node, path, "must be a mapping%s, not %s", what, kindOf(node))
		return nil, false
	}
	for _, pair := range pairs {
		if pair.Key.Type() == ast.MergeKeyType {
			d.fault(pair.Key, path, "merge keys (<<) are not supported; write out what they stand for")
			return nil, false
		}
	}
	return pairs, true
}

func (d *decoder) structure(node ast.Node, v reflect.Value, path string) {
	pairs, ok := d.pairs(node, path, " with the keys "+strings.Join(fieldNames(v.Type()), ", "))
	if !ok {
		return
	}
	for _, pair := range pairs {
		key := keyText(pair.Key)
		field, ok := fieldByName(v, key)
		if !ok {
			names := fieldNames(v.Type())
			hint := routing.Suggest(key, names)
			if hint == "" {
				hint = "; the keys are " + strings.Join(names, ", ")
			}
			d.fault(pair.Key, join(path, key), "unknown key%s", hint)
			continue
		}
		d.at[join(path, key)] = place(pair.Key)
		d.value(pair.Value, field, join(path, key))
	}
}

func (d *decoder) mapping(node ast.Node, v reflect.Value, path string) {
	pairs, ok := d.pairs(node, path, " from names to values")
	if !ok {
		return
	}
	if v.IsNil() {
		v.Set(reflect.MakeMap(v.Type()))
	}
	for _, pair := range pairs {
		key := keyText(pair.Key)
		elem := reflect.New(v.Type().Elem()).Elem()
		if old := v.MapIndex(reflect.ValueOf(key)); old.IsValid() && elem.Kind() == reflect.Struct {
			elem.Set(old)
		}
		d.value(pair.Value, elem, join(path, key))
		v.SetMapIndex(reflect.ValueOf(key), elem)
	}
}

func (d *decoder) sequence(node ast.Node, v reflect.Value, path string) {
	n, ok := node.(*ast.SequenceNode)
	if !ok {
		d.fault(node, path, "must be a list, not %s", kindOf(node))
		return
	}
	list := reflect.MakeSlice(v.Type(), len(n.Values), len(n.Values))
	for i, item := range n.Values {
		d.value(item, list.Index(i), fmt.Sprintf("%s[%d]", path, i))
	}
	v.Set(list)
}

func (d *decoder) scalar(node ast.Node, v reflect.Value, path string) {
	switch v.Kind() {
	case reflect.String:
		s, ok := text(node)
		if !ok {
			d.fault(node, path, "must be text, not %s%s", kindOf(node), quoted(node))
			return
		}
		v.SetString(s)
	case reflect.Bool:
		b, ok := node.(*ast.BoolNode)
		if !ok {
			d.fault(node, path, "must be true or false, not %s", kindOf(node))
			return
		}
		v.SetBool(b.Value)
	case reflect.Int:
		n, err := strconv.ParseInt(node.GetToken().Value, 10, 64)
		if errors.Is(err, strconv.ErrRange) {
			d.fault(node, path, "is out of any range")
			return
		}
		if _, ok := node.(*ast.IntegerNode); !ok || err != nil {
			d.fault(node, path, "must be a whole number, not %s", kindOf(node))
			return
		}
		v.SetInt(n)
	case reflect.Float64:
		d.float(node, v, path)
	default:
		panic("config: a field of a type that the decoder does not know: " + v.Type().String())
	}
}

func (d *decoder) float(node ast.Node, v reflect.Value, path string) {
	f, err := strconv.ParseFloat(node.GetToken().Value, 64)
	if errors.Is(err, strconv.ErrRange) {
		d.fault(node, path, "is out of any range")
		return
	}
	switch node.(type) {
	case *ast.IntegerNode, *ast.FloatNode:
		if err == nil && !math.IsInf(f, 0) && !math.IsNaN(f) {
			v.SetFloat(f)
			return
		}
	}
	d.fault(node, path, "must be a number, not %s", kindOf(node))
}

// read reads a value with a written form of its own.
func (d *decoder) read(node ast.Node, r reader, path string) {
	s, ok := text(node)
	if !ok {
		s = node.GetToken().Value // a bare 0 or 5: let the reader say what is missing
	}
	if err := r.read(s); err != nil {
		d.fault(node, path, "%s", err)
	}
}

// options reads what only a check understands.
func (d *decoder) options(node ast.Node, v *map[string]any, path string) {
	if _, ok := d.pairs(node, path, " of options"); !ok {
		return
	}
	if len(ast.Filter(ast.AliasType, node)) > 0 {
		d.fault(node, path, "aliases cannot stand in options")
		return
	}
	if err := yaml.NodeToValue(node, v); err != nil {
		d.fault(node, path, "cannot be read: %s", firstLine(err.Error()))
	}
}

// join is the path of the field key of what is at path; odd keys are quoted.
func join(path, key string) string {
	odd := func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("_-.:/*", r)
	}
	switch {
	case key == "" || strings.ContainsFunc(key, odd):
		return path + "[" + strconv.Quote(key) + "]"
	case path == "":
		return key
	}
	return path + "." + key
}

// Path is where a field stands: Path("routes", "voice", "checks").
func Path(keys ...string) string {
	path := ""
	for _, k := range keys {
		path = join(path, k)
	}
	return path
}
