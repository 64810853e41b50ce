package config

import (
	"bytes"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
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

// comments are those of the package's structs and of their fields: fields["Bedrock"]["Region"].
func comments(t *testing.T) (fields map[string]map[string]string, types map[string]string) {
	t.Helper()
	fields, types = map[string]map[string]string{}, map[string]string{}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range file.Decls {
			if g, ok := decl.(*ast.GenDecl); ok && g.Tok == token.TYPE {
				spec := g.Specs[0].(*ast.TypeSpec)
				types[spec.Name.Name] = oneLine(g.Doc.Text())
				fields[spec.Name.Name] = commented(spec)
			}
		}
	}
	return fields, types
}

// commented are the comments on the fields that stand in the file, none for what is no struct.
func commented(spec *ast.TypeSpec) map[string]string {
	list := map[string]string{}
	if s, ok := spec.Type.(*ast.StructType); ok {
		for _, f := range s.Fields.List {
			if f.Tag != nil && strings.Contains(f.Tag.Value, "yaml:") {
				list[f.Names[0].Name] = oneLine(f.Doc.Text())
			}
		}
	}
	return list
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func TestEveryFieldIsExplained(t *testing.T) {
	fields, _ := comments(t)
	for name, list := range fields {
		for field, comment := range list {
			if !strings.HasSuffix(comment, ".") && !strings.HasSuffix(comment, ",") {
				t.Errorf("%s.%s has no comment that is a sentence: %q", name, field, comment)
			}
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
