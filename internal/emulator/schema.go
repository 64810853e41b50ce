package emulator

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// sample makes a value that satisfies the schema, with words and numbers of the prompt where it has any. Without a
// schema it is an object of a summary and its keywords.
func sample(q *question, schema map[string]any) any {
	if schema == nil {
		return map[string]any{"answer": firstSentence(compose(q)), "keywords": orEmpty(keywords(q.prompt, 3))}
	}
	g := &sampler{q: q, root: schema, words: keywords(q.prompt, 40), numbers: numbersIn(q.prompt)}
	return g.value("value", schema, 0)
}

type sampler struct {
	q       *question
	root    map[string]any
	words   []string
	numbers []float64
	made    int // values so far
}

// Bounds for schemas that contain themselves or ask for too much.
const (
	maxDepth  = 8
	maxValues = 5000
)

func (g *sampler) value(name string, schema map[string]any, depth int) any {
	if g.made++; g.made > maxValues {
		return nil
	}
	schema = g.resolve(schema)
	if constant, given := schema["const"]; given {
		return constant
	}
	if choices, _ := schema["enum"].([]any); len(choices) > 0 {
		return g.choose(choices)
	}
	switch typeOf(schema) {
	case "object":
		return g.object(schema, depth)
	case "array":
		return g.array(name, schema, depth)
	case "integer":
		return g.number(schema, true)
	case "number":
		return g.number(schema, false)
	case "boolean":
		return true
	case "null":
		return nil
	}
	return g.text(name, schema)
}

// choose prefers a choice that the prompt names.
func (g *sampler) choose(choices []any) any {
	lower := strings.ToLower(g.q.prompt)
	for _, choice := range choices {
		if text, ok := choice.(string); ok && strings.Contains(lower, strings.ToLower(text)) {
			return choice
		}
	}
	return pick(g.q.random, choices)
}

// resolve follows references and takes the first way that a schema leaves open; the members of allOf are merged.
func (g *sampler) resolve(schema map[string]any) map[string]any {
	for range maxDepth {
		next := g.step(schema)
		if next == nil {
			break
		}
		schema = next
	}
	return schema
}

func (g *sampler) step(schema map[string]any) map[string]any {
	if reference, ok := schema["$ref"].(string); ok {
		return g.lookup(reference)
	}
	for _, key := range []string{"anyOf", "oneOf"} {
		if ways, _ := schema[key].([]any); len(ways) > 0 {
			return merge(schema, key, asObject(ways[0]))
		}
	}
	if all, _ := schema["allOf"].([]any); len(all) > 0 {
		merged := merge(schema, "allOf", nil)
		for _, one := range all {
			merged = merge(merged, "", g.resolve(asObject(one)))
		}
		return merged
	}
	return nil
}

// lookup follows a reference within the schema: #/$defs/name.
func (g *sampler) lookup(reference string) map[string]any {
	at := g.root
	path, found := strings.CutPrefix(reference, "#/")
	if !found {
		return at
	}
	for key := range strings.SplitSeq(path, "/") {
		at = asObject(at[key])
	}
	return at
}

// merge is base without the key, with the members of other; properties and required are joined.
func merge(base map[string]any, without string, other map[string]any) map[string]any {
	merged := map[string]any{}
	for key, value := range base {
		if key != without {
			merged[key] = value
		}
	}
	for key, value := range other {
		switch old := merged[key].(type) {
		case map[string]any:
			merged[key] = merge(old, "", asObject(value))
		case []any:
			list, _ := value.([]any)
			merged[key] = append(append([]any(nil), old...), list...)
		default:
			merged[key] = value
		}
	}
	return merged
}

func typeOf(schema map[string]any) string {
	switch kind := schema["type"].(type) {
	case string:
		return kind
	case []any:
		if len(kind) > 0 {
			name, _ := kind[0].(string)
			return name
		}
	}
	switch {
	case schema["properties"] != nil:
		return "object"
	case schema["items"] != nil:
		return "array"
	}
	return "string"
}

func (g *sampler) object(schema map[string]any, depth int) map[string]any {
	object := map[string]any{}
	properties := asObject(schema["properties"])
	names := make([]string, 0, len(properties))
	for name := range properties {
		if g.made < maxValues && (depth < maxDepth || required(schema, name) && depth < 2*maxDepth) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		object[name] = g.value(name, asObject(properties[name]), depth+1)
	}
	return object
}

func required(schema map[string]any, name string) bool {
	list, _ := schema["required"].([]any)
	return slices.Contains(list, any(name))
}

func (g *sampler) array(name string, schema map[string]any, depth int) []any {
	size := 2
	if least, ok := schema["minItems"].(float64); ok {
		size = max(size, min(int(least), 1000))
	}
	if most, ok := schema["maxItems"].(float64); ok {
		size = min(size, int(most))
	}
	if depth >= maxDepth {
		size = 0
	}
	list := make([]any, 0, size)
	for range size {
		if g.made > maxValues {
			break
		}
		list = append(list, g.value(strings.TrimSuffix(name, "s"), asObject(schema["items"]), depth+1))
	}
	return list
}

// number takes the prompt's numbers one after the other, as far as the schema allows them.
func (g *sampler) number(schema map[string]any, whole bool) any {
	least, most := bounds(schema)
	for i, n := range g.numbers {
		if n >= least && n <= most && (!whole || n == math.Trunc(n)) && divides(schema, n) {
			g.numbers = append(append([]float64(nil), g.numbers[:i]...), g.numbers[i+1:]...)
			return n
		}
	}
	n := math.Max(least, math.Min(most, float64(1+g.q.random.IntN(9))))
	if step, ok := schema["multipleOf"].(float64); ok && step > 0 {
		n = math.Ceil(math.Max(least, step)/step) * step
	}
	if whole {
		n = math.Ceil(n)
	}
	return n
}

func divides(schema map[string]any, n float64) bool {
	step, ok := schema["multipleOf"].(float64)
	return !ok || step <= 0 || math.Mod(n, step) == 0
}

func bounds(schema map[string]any) (least, most float64) {
	least, most = 0, 1e12
	if n, ok := schema["maximum"].(float64); ok {
		most, least = n, math.Min(0, n)
	}
	if n, ok := schema["exclusiveMaximum"].(float64); ok {
		most, least = n-1, math.Min(0, n-1)
	}
	if n, ok := schema["minimum"].(float64); ok {
		least = n
	}
	if n, ok := schema["exclusiveMinimum"].(float64); ok {
		least = n + 1
	}
	return least, most
}

func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// formats are strings that the format keyword asks for.
var formats = map[string]string{
	"date": "2026-03-14", "date-time": "2026-03-14T09:26:53Z", "time": "09:26:53Z", "email": "someone@example.com",
	"uri": "https://example.com/item", "uuid": "123e4567-e89b-42d3-a456-426614174000", "ipv4": "192.0.2.1", "hostname": "example.com",
}

func (g *sampler) text(name string, schema map[string]any) string {
	format, _ := schema["format"].(string)
	if text, found := formats[format]; found {
		return text
	}
	if pattern, ok := schema["pattern"].(string); ok {
		return matching(pattern)
	}
	return fitLength(schema, g.phrase(name))
}

// phrase is a few words of the prompt, or the property's name where the prompt has none.
func (g *sampler) phrase(name string) string {
	if len(g.words) == 0 {
		return strings.ReplaceAll(name, "_", " ")
	}
	switch name {
	case "summary", "text", "description", "answer", "explanation", "reason", "content", "body":
		return firstSentence(compose(g.q))
	}
	word := g.words[0]
	g.words = append(g.words[1:len(g.words):len(g.words)], word)
	return word
}

func fitLength(schema map[string]any, text string) string {
	runes := []rune(text)
	if most, ok := schema["maxLength"].(float64); ok && len(runes) > int(most) {
		runes = runes[:int(most)]
	}
	if least, ok := schema["minLength"].(float64); ok {
		for len(runes) < int(math.Min(least, 10_000)) {
			runes = append(runes, []rune(fmt.Sprintf("%c", 'a'+len(runes)%26))...)
		}
	}
	return string(runes)
}
