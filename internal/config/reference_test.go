package config

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// The reference page and the JSON Schema are made from the structs, their comments and their tags, so
// that they cannot say anything else than the program does. `go test ./internal/config -update`
// writes them.
var update = flag.Bool("update", false, "write golden files anew")

const reference = "../../docs/reference"

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join(reference, name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), string(got)); d != "" {
		t.Errorf("%s is not what the code says; run go test ./internal/config -update (-want +got):\n%s", name, d)
	}
}

// comments are those of every struct's fields: comments["Bedrock"]["Region"].
func comments(t *testing.T) (fields map[string]map[string]string, types map[string]string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "config.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	fields, types = map[string]map[string]string{}, map[string]string{}
	for _, decl := range file.Decls {
		g, ok := decl.(*ast.GenDecl)
		if !ok || g.Tok != token.TYPE {
			continue
		}
		spec := g.Specs[0].(*ast.TypeSpec)
		types[spec.Name.Name] = oneLine(g.Doc.Text())
		fields[spec.Name.Name] = map[string]string{}
		for _, f := range spec.Type.(*ast.StructType).Fields.List {
			fields[spec.Name.Name][f.Names[0].Name] = oneLine(f.Doc.Text())
		}
	}
	return fields, types
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func TestEveryFieldIsExplained(t *testing.T) {
	fields, _ := comments(t)
	for name, list := range fields {
		for field, comment := range list {
			if ast.IsExported(field) && !strings.HasSuffix(comment, ".") && !strings.HasSuffix(comment, ",") {
				t.Errorf("%s.%s has no comment that is a sentence: %q", name, field, comment)
			}
		}
	}
}

func TestSchemaIsPublished(t *testing.T) {
	fields, _ := comments(t)
	s := schemer{fields}.of(reflect.TypeFor[Config]())
	s["$schema"] = "http://json-schema.org/draft-07/schema#"
	s["title"] = "Ockham's configuration"
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(s); err != nil {
		t.Fatal(err)
	}
	golden(t, "config.schema.json", b.Bytes())
}

type object = map[string]any

// schemer writes JSON Schema for the types of the configuration.
type schemer struct{ comments map[string]map[string]string }

func (s schemer) of(t reflect.Type) object {
	switch t {
	case reflect.TypeFor[Duration]():
		return object{"type": "string", "pattern": `^([0-9]+(\.[0-9]+)?(ns|us|ms|s|m|h))+$|^0$`}
	case reflect.TypeFor[Size]():
		return object{"type": "string", "pattern": `^[0-9]+ *(B|KiB|MiB|GiB)$`}
	case reflect.TypeFor[Model]():
		return object{"anyOf": []any{object{"type": "string"}, s.structure(t)}}
	case reflect.TypeFor[Pipe]():
		return object{"anyOf": []any{object{"type": "array", "items": object{"type": "string"}, "minItems": 1}, s.structure(t)}}
	case reflect.TypeFor[Check]():
		named := object{"type": "object", "minProperties": 1, "maxProperties": 1, "additionalProperties": object{"type": "object"}}
		return object{"anyOf": []any{object{"type": "string"}, s.structure(t), named}}
	}
	switch t.Kind() {
	case reflect.Struct:
		return s.structure(t)
	case reflect.Pointer:
		return s.of(t.Elem())
	case reflect.Slice:
		return object{"type": "array", "items": s.of(t.Elem())}
	case reflect.Map:
		if t.Elem().Kind() == reflect.Interface {
			return object{"type": "object"}
		}
		return object{"type": "object", "additionalProperties": s.of(t.Elem())}
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Int:
		return object{"type": "integer"}
	case reflect.Float64:
		return object{"type": "number"}
	}
	return object{"type": "string"}
}

func (s schemer) structure(t reflect.Type) object {
	properties, required := object{}, []string{}
	for i := range t.NumField() {
		f := t.Field(i)
		name := f.Tag.Get("yaml")
		if name == "" {
			continue
		}
		p := s.of(f.Type)
		p["description"] = s.comments[t.Name()][f.Name]
		tags(p, f.Tag)
		properties[name] = p
		if f.Tag.Get("required") != "" {
			required = append(required, name)
		}
	}
	o := object{"type": "object", "additionalProperties": false, "properties": properties}
	if len(required) > 0 {
		o["required"] = required
	}
	return o
}

func tags(p object, tag reflect.StructTag) {
	if list := tag.Get("enum"); list != "" {
		at := p
		if items, ok := p["items"].(object); ok {
			at = items
		}
		at["enum"] = strings.Split(list, "|")
	}
	for key, name := range map[string]string{"min": "minimum", "max": "maximum"} {
		if n, err := strconv.ParseFloat(tag.Get(key), 64); err == nil {
			p[name] = n
		}
	}
}

func TestReferenceIsPublished(t *testing.T) {
	fields, types := comments(t)
	p := pager{fields: fields, types: types}
	p.write()
	golden(t, "config.md", p.b.Bytes())
}

// pager writes the reference page: a table for each struct, in the order in which they are met.
type pager struct {
	b      bytes.Buffer
	fields map[string]map[string]string
	types  map[string]string
	queue  []reflect.Type
}

func (p *pager) write() {
	p.b.WriteString("# Configuration\n\nMade from the comments of `internal/config`; do not edit. ")
	p.b.WriteString(p.types["Config"] + "\n\n")
	p.b.WriteString("An unknown key, a value of the wrong type, a rule that can never be read and the like are errors; all of them are told at once, each with its line. `ockham check FILE` tells them without starting anything. Editors complete the file with [config.schema.json](config.schema.json): put `# yaml-language-server: $schema=config.schema.json` on its first line.\n\n")
	p.b.WriteString("A change of the file, or SIGHUP, replaces the policy in one step; a file with a fault leaves the old one running. `server`, `telemetry`, `bedrock.signing`, `bedrock.profile`, `limits.body`, `limits.requests` and `limits.memory` take effect at the next start.\n")
	p.queue = []reflect.Type{reflect.TypeFor[Config]()}
	for i := 0; i < len(p.queue); i++ {
		p.table(p.queue[i])
	}
	p.b.WriteString("\n## The defaults, written out\n\n```yaml\n" + written(Default()) + "```\n")
}

func (p *pager) table(t reflect.Type) {
	if t.Name() == "Config" {
		p.b.WriteString("\n## Sections\n\n")
	} else {
		fmt.Fprintf(&p.b, "\n## %s\n\n%s\n\n", strings.ToLower(t.Name()), p.types[t.Name()])
	}
	p.b.WriteString("| key | value | meaning |\n|---|---|---|\n")
	for i := range t.NumField() {
		f := t.Field(i)
		if name := f.Tag.Get("yaml"); name != "" {
			fmt.Fprintf(&p.b, "| `%s` | %s | %s |\n", name, p.kind(f.Type, f.Tag), strings.ReplaceAll(p.fields[t.Name()][f.Name], "|", "\\|"))
		}
	}
}

// kind names a type, and queues the structs in it.
func (p *pager) kind(t reflect.Type, tag reflect.StructTag) string {
	if list := strings.TrimPrefix(tag.Get("enum"), "|"); list != "" {
		words := "`" + strings.ReplaceAll(list, "|", "`, `") + "`"
		if t.Kind() == reflect.Slice {
			return "list of " + words
		}
		return words
	}
	switch t {
	case reflect.TypeFor[Duration]():
		return "duration"
	case reflect.TypeFor[Size]():
		return "size"
	}
	switch t.Kind() {
	case reflect.Pointer:
		return p.kind(t.Elem(), tag)
	case reflect.Slice:
		return "list of " + p.kind(t.Elem(), "")
	case reflect.Map:
		if t.Elem().Kind() == reflect.Interface {
			return "options"
		}
		return "name to " + p.kind(t.Elem(), "")
	case reflect.Struct:
		p.enqueue(t)
		return fmt.Sprintf("[%s](#%[1]s)", strings.ToLower(t.Name()))
	case reflect.Bool:
		return "true, false"
	case reflect.Int, reflect.Float64:
		return "number" + between(tag)
	}
	return "text"
}

func between(tag reflect.StructTag) string {
	low, high := tag.Get("min"), tag.Get("max")
	switch {
	case high != "":
		return ", " + low + " to " + high
	case low != "":
		return " from " + low
	}
	return ""
}

func (p *pager) enqueue(t reflect.Type) {
	for _, q := range p.queue {
		if q == t {
			return
		}
	}
	p.queue = append(p.queue, t)
}

func TestDefaultsReadBackAsTheyAreWritten(t *testing.T) {
	c, faults := Parse("default.yaml", []byte(written(Default())))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	c.marks = nil
	if d := cmp.Diff(Default(), c, cmp.Exporter(func(reflect.Type) bool { return true })); d != "" {
		t.Errorf("the defaults change when they are written and read (-want +got):\n%s", d)
	}
}

func TestSchemaAcceptsTheDefaults(t *testing.T) {
	schema := compiled(t)
	for name, text := range map[string]string{"the defaults": written(Default()), "the sketch": sketch} {
		if err := schema.Validate(plainValue(t, text)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, text := range []string{"aims: 1", "aim: 2", "judge: {timeout: 5}", "checks: [5]", "expose: all", "rules: [{pipe: green}]"} {
		if err := schema.Validate(plainValue(t, text)); err == nil {
			t.Errorf("the schema accepts %s", text)
		}
	}
}

func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	schema, err := jsonschema.NewCompiler().Compile(filepath.Join(reference, "config.schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// plainValue is YAML as JSON has it.
func plainValue(t *testing.T, text string) any {
	t.Helper()
	data, err := yaml.YAMLToJSON([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return v
}
