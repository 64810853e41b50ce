package demo

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Expect is what an answer must satisfy; all that is given must hold.
type Expect struct {
	Contains []string       `json:"contains"`
	Absent   []string       `json:"absent"`
	Regex    string         `json:"regex"`
	MinWords int            `json:"min_words"`
	MaxWords int            `json:"max_words"`
	Lines    int            `json:"lines"`
	JSON     map[string]any `json:"json"`
	Schema   bool           `json:"schema"`

	regex  *regexp.Regexp
	schema *jsonschema.Schema
}

func (e *Expect) prepare(schema json.RawMessage) (err error) {
	if e.Regex != "" {
		if e.regex, err = regexp.Compile(e.Regex); err != nil {
			return err
		}
	}
	if !e.Schema {
		return nil
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
	if err != nil {
		return fmt.Errorf("schema: %w", err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("request.json", doc); err != nil {
		return err
	}
	e.schema, err = c.Compile("request.json")
	return err
}

// Met tells whether text is a right answer.
func (e *Expect) Met(text string) bool {
	return e.words(text) && e.parts(text) && e.json(text)
}

func (e *Expect) words(text string) bool {
	n := len(strings.Fields(text))
	lines := 0
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) != "" {
			lines++
		}
	}
	return n >= e.MinWords && (e.MaxWords == 0 || n <= e.MaxWords) && (e.Lines == 0 || lines == e.Lines)
}

func (e *Expect) parts(text string) bool {
	lower := strings.ToLower(text)
	for _, s := range e.Contains {
		if !strings.Contains(lower, strings.ToLower(s)) {
			return false
		}
	}
	for _, s := range e.Absent {
		if strings.Contains(lower, strings.ToLower(s)) {
			return false
		}
	}
	return e.regex == nil || e.regex.MatchString(text)
}

func (e *Expect) json(text string) bool {
	if len(e.JSON) == 0 && e.schema == nil {
		return true
	}
	value, err := answerJSON(text)
	if err != nil || e.schema != nil && e.schema.Validate(value) != nil {
		return false
	}
	for path, want := range e.JSON {
		got, ok := at(value, path)
		if !ok || !same(got, want) {
			return false
		}
	}
	return true
}

// answerJSON reads the answer's JSON as a patient client would: out of a fence or prose, with raw line
// breaks and trailing commas put right.
func answerJSON(text string) (any, error) {
	text = strings.TrimSpace(text)
	if v, err := decode(text); err == nil {
		return v, nil
	}
	if _, rest, ok := strings.Cut(text, "```"); ok {
		if inside, _, closed := strings.Cut(rest, "```"); closed {
			text = inside
		}
	}
	from, to := strings.IndexAny(text, "{["), strings.LastIndexAny(text, "}]")
	if from < 0 || to < from {
		return nil, errors.New("no JSON")
	}
	return decode(mend(text[from : to+1]))
}

func decode(s string) (any, error) {
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(s))
	if err != nil {
		return nil, err
	}
	return v, nil
}

// mend escapes raw line breaks and tabs in strings and removes commas before a closing bracket.
func mend(s string) string {
	var b strings.Builder
	inString, comma := false, -1
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case inString && c == '\\' && i+1 < len(s):
			b.WriteByte(c)
			i++
			c = s[i]
		case c == '"':
			inString = !inString
		case inString && c == '\n':
			b.WriteString(`\n`)
			continue
		case inString && c == '\t':
			b.WriteString(`\t`)
			continue
		case inString:
		case c == ',':
			comma = b.Len()
			b.WriteByte(c)
			continue
		case (c == '}' || c == ']') && comma >= 0:
			cut := b.String()
			b.Reset()
			b.WriteString(cut[:comma])
			b.WriteString(cut[comma+1:])
		case c == ' ' || c == '\n' || c == '\t' || c == '\r':
			b.WriteByte(c)
			continue
		}
		comma = -1
		b.WriteByte(c)
	}
	return b.String()
}

// at follows a dotted path.
func at(v any, path string) (any, bool) {
	for key := range strings.SplitSeq(path, ".") {
		switch t := v.(type) {
		case map[string]any:
			next, ok := t[key]
			if !ok {
				return nil, false
			}
			v = next
		case []any:
			i, err := strconv.Atoi(key)
			if err != nil || i < 0 || i >= len(t) {
				return nil, false
			}
			v = t[i]
		default:
			return nil, false
		}
	}
	return v, true
}

// same compares by JSON type and value; numbers with a small tolerance.
func same(got, want any) bool {
	g, gok := number(got)
	w, wok := number(want)
	if gok || wok {
		return gok && wok && math.Abs(g-w) <= 1e-9
	}
	switch w := want.(type) {
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(w) {
			return false
		}
		for i := range w {
			if !same(g[i], w[i]) {
				return false
			}
		}
		return true
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok || len(g) != len(w) {
			return false
		}
		for k := range w {
			if !same(g[k], w[k]) {
				return false
			}
		}
		return true
	}
	return reflect.DeepEqual(got, want)
}

func number(v any) (float64, bool) {
	switch n := v.(type) {
	case float64:
		return n, true
	case json.Number:
		f, err := n.Float64()
		return f, err == nil
	}
	return 0, false
}
