package config

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

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
