package config

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// sketch is a configuration that uses most of what there is.
const sketch = `
bedrock:   {region: us-east-1, failover: [us-west-2], geography: us}
models:
  haiku:   {id: us.anthropic.claude-haiku-5-5}
  sonnet:  {id: us.anthropic.claude-sonnet-5-5, guardrail: {id: g1, version: "1"}}
  nova:    us.amazon.nova-micro-v1:0
pipes:
  green:   [nova, haiku, sonnet, opus]
  purple:  {models: [sonnet, opus], checks: [json, {name: empty}]}
  fast:    [amazon.nova-lite-v1:0]
tasks:     {fast: [classify]}
inputs:    {headers: [x-team], metadata: [app], tenant: x-tenant}
rules:
  - {when: 'task_type in ["summarize", "format", "extract"]', pipe: green}
  - {when: 'headers["x-team"] == "legal"', model: opus}
  - {when: 'tokens > 50000', pipe: purple, cascade: {attempts: 2}}
  - when: |
      tenant == "free" &&
        metadata.app == "chat"
    ask: []
otherwise: {ask: [classifier, judge], unsure: purple}
judge:     {model: haiku, timeout: 400ms}
cascade:   {attempts: 3, time: 120s, cost_usd: 0.50}
checks:    [json, schema, tools, empty, cut, refusal, language, loop, numbers]
prompts:   [{models: "amazon.titan-*", system: fold}]
routes:    {voice: {ask: [], checks: [empty], first_release: 500ms}}
budgets:   [{name: acme, by: tenant, only: acme, window: 24h, usd: 100, soft_usd: 80, pipe: green}]
aim: 0.98
expose: headers
`

// written is a configuration as YAML, every field of it but those that are empty.
func written(c *Config) string {
	var b strings.Builder
	writeStruct(&b, reflect.ValueOf(c).Elem(), 0)
	return b.String()
}

func writeStruct(b *strings.Builder, v reflect.Value, depth int) {
	for i := range v.NumField() {
		name := v.Type().Field(i).Tag.Get("yaml")
		if f := v.Field(i); name != "" && !f.IsZero() {
			writeField(b, name, f, depth)
		}
	}
}

func writeField(b *strings.Builder, name string, v reflect.Value, depth int) {
	indent := strings.Repeat("  ", depth)
	switch {
	case isBlock(v):
		fmt.Fprintf(b, "%s%s:\n", indent, name)
		writeBlock(b, v, depth+1)
	default:
		fmt.Fprintf(b, "%s%s: %s\n", indent, name, inline(v))
	}
}

// isBlock says whether a value takes lines of its own: structs, maps, lists of structs.
func isBlock(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer:
		return isBlock(v.Elem())
	case reflect.Struct, reflect.Map:
		return true
	case reflect.Slice:
		return v.Type().Elem().Kind() == reflect.Struct && v.Type().Elem() != reflect.TypeFor[Check]()
	}
	return false
}

func writeBlock(b *strings.Builder, v reflect.Value, depth int) {
	switch v.Kind() {
	case reflect.Pointer:
		writeBlock(b, v.Elem(), depth)
	case reflect.Struct:
		writeStruct(b, v, depth)
	case reflect.Map:
		m := map[string]reflect.Value{}
		for _, k := range v.MapKeys() {
			m[k.String()] = v.MapIndex(k)
		}
		for _, k := range slices.Sorted(maps.Keys(m)) {
			fmt.Fprintf(b, "%s%s: %s\n", strings.Repeat("  ", depth), k, inline(m[k]))
		}
	case reflect.Slice:
		for i := range v.Len() {
			fmt.Fprintf(b, "%s- %s\n", strings.Repeat("  ", depth), inline(v.Index(i)))
		}
	}
}

// inline is a value on one line.
func inline(v reflect.Value) string {
	if s, ok := v.Interface().(fmt.Stringer); ok {
		return s.String()
	}
	switch v.Kind() {
	case reflect.Pointer:
		return inline(v.Elem())
	case reflect.Struct:
		return inlineStruct(v)
	case reflect.Slice:
		items := make([]string, v.Len())
		for i := range items {
			items[i] = inline(v.Index(i))
		}
		return "[" + strings.Join(items, ", ") + "]"
	case reflect.String:
		if strings.ContainsAny(v.String(), ":&<>!{}[],'\"#| ") {
			return "'" + strings.ReplaceAll(v.String(), "'", "''") + "'"
		}
		return v.String()
	case reflect.Float64:
		return strconv.FormatFloat(v.Float(), 'f', -1, 64)
	}
	return fmt.Sprint(v.Interface())
}

func inlineStruct(v reflect.Value) string {
	switch x := v.Interface().(type) {
	case Check:
		if x.Options == nil {
			return x.Name
		}
	case Pipe:
		if x.Checks == nil && x.Guardrail == nil {
			return inline(reflect.ValueOf(x.Models))
		}
	}
	var items []string
	for i := range v.NumField() {
		if name := v.Type().Field(i).Tag.Get("yaml"); name != "" && !v.Field(i).IsZero() {
			items = append(items, name+": "+inline(v.Field(i)))
		}
	}
	return "{" + strings.Join(items, ", ") + "}"
}
