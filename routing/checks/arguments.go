package checks

import (
	"encoding/json"
	"strings"
)

// arguments collects what the calls of an answer are given. It listens to the scanner.
type arguments struct {
	signs   *toolSigns
	shape   *shape
	depth   int
	kind    byte // of the value being read
	free    bool // it may be anything, not one of a few words
	numbers []string
	checked []string // those of numbers that the request must have
	words   float64  // in strings
	newer   float64  // of these, not in the request
	unknown bool     // there is an argument that the schema does not name
	blank   bool     // there is null, nothing or a placeholder
}

// maxArguments bounds how many numbers are compared with the request's.
const maxArguments = 64

func (v *arguments) read(args string, shape *shape) {
	v.shape, v.depth = shape, 0
	s := scanner{listen: v, calm: settled}
	s.read(args)
}

// newWords is the share of words that the request does not have.
func (v *arguments) newWords() float64 {
	if v.words == 0 {
		return 0
	}
	return v.newer / v.words
}

func (v *arguments) value(kind byte) string {
	v.kind = kind
	if kind == '{' || kind == '[' {
		v.depth++
	}
	v.blank = v.blank || v.free && kind == 'n'
	return ""
}

func (v *arguments) key(raw string) string {
	if v.depth != 1 || v.shape == nil {
		v.free = true
		return ""
	}
	p := v.shape.props[raw]
	v.unknown = v.unknown || p == nil
	v.free = p == nil || p.shape == nil || p.shape.words == nil
	return ""
}

func (v *arguments) scalar(raw string) string {
	switch kindOf(v.kind) {
	case kindNumber:
		v.number(raw)
	case kindString:
		v.text(raw)
	}
	return ""
}

func (v *arguments) number(raw string) {
	if len(v.numbers) < maxArguments {
		v.numbers = append(v.numbers, raw)
		if v.free {
			v.checked = append(v.checked, raw)
		}
	}
}

func (v *arguments) text(raw string) {
	raw = unescaped(raw)
	for _, n := range numbersIn(raw) {
		v.number(n)
	}
	if !v.free {
		return
	}
	v.blank = v.blank || strings.TrimSpace(raw) == "" || strings.Contains(raw, "<")
	eachWord(raw, func(w []byte) {
		v.words++
		if !v.signs.words.has(hash(w[:stemLen(w)])) {
			v.newer++
		}
	})
}

func (v *arguments) up() string {
	v.depth--
	return ""
}

// escapes are those of JSON but \u.
var escapes = strings.NewReplacer(`\"`, `"`, `\\`, `\`, `\/`, `/`, `\b`, "\b", `\f`, "\f", `\n`, "\n", `\r`, "\r", `\t`, "\t")

// unescaped is the text of a string as it stands in JSON, without its quotes.
func unescaped(raw string) string {
	var text string
	switch {
	case !strings.Contains(raw, `\`):
		return raw
	case !strings.Contains(raw, `\u`):
		return escapes.Replace(raw)
	case json.Unmarshal([]byte(`"`+raw+`"`), &text) != nil:
		return raw
	}
	return text
}
