package checks

import (
	"encoding/json"
	"strings"
	"testing"

	"ockham/routing"
)

// FuzzScanner: what the scanner reads without a fault is JSON, and the other way round.
func FuzzScanner(f *testing.F) {
	for _, s := range []string{`{}`, `[1, -0.5e+3, "é\u00e9\n", true, false, null]`, `{"a": {"b": []}}`, `"`, `[1,]`, `{"a" 1}`, `01`, `-`, `1.`, "\"\x01\"", `"\x"`, ` 1 `, `nul`, `[]]`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if depthOf(text) > maxDepth/2 {
			return
		}
		var s scanner
		s.reset(0)
		s.read(text)
		clean := s.complete() && s.fixes == 0 && skipSpace(text[s.pos:]) == ""
		if valid := json.Valid([]byte(text)); clean != valid {
			t.Errorf("%q: scanner says %v (%q), encoding/json %v", text, clean, s.wrong, valid)
		}
	})
}

// FuzzMend: what mend returns is JSON, mending it again changes nothing, and what was JSON stays as it was.
func FuzzMend(f *testing.F) {
	for _, s := range []string{
		"{\"a\": \"x\ny\"}", `{"a": "\pi", }`, "```json\n[1,\n]\n```", `{"a": "he said "no", twice"}`, `say {"a": 1} or [2]`,
		"{\"a\": \"x\"\n\"b\": 1}", "\ufeff{}", `{"a": "\`, `{"a": "\u12"}`, `[[[`, "```", `{"`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		m := mend(text)
		if json.Valid([]byte(text)) && depthOf(text) <= maxDepth && (m.altered() || m.text != strings.TrimSpace(text)) {
			t.Fatalf("%q: is JSON, and came out as %+v", text, m)
		}
		if m.wrong != "" {
			return
		}
		if !json.Valid([]byte(m.text)) {
			t.Fatalf("%q: mended to %q, which is no JSON", text, m.text)
		}
		if again := mend(m.text); again.text != m.text || again.fixes != 0 {
			t.Errorf("%q: mended to %q, and again to %+v", text, m.text, again)
		}
	})
}

// FuzzStream: a stream is rejected in its middle only where the whole is.
func FuzzStream(f *testing.F) {
	for _, s := range []string{`{"a": 1}`, `{a: 1}`, "```json\n{\"a\": 1}\n```", `{"a": "x" y"}`, `{"rows": [{"id": "1"}]}`, `Here: {"rows": []}`, `{"rows": [], "more": 1}`} {
		f.Add(s)
	}
	check, err := New("schema", Options{})
	if err != nil {
		f.Fatal(err)
	}
	p := &routing.Prompt{Format: routing.FormatSchema, Schema: []byte(rowsSchema)}
	f.Fuzz(func(t *testing.T, text string) {
		whole := check.Start(p)(&routing.Answer{Text: text, Done: true})
		look := check.Start(p)
		for i := 1; i < len(text); i++ {
			if v := look(&routing.Answer{Text: text[:i]}); v.Decision == routing.Reject && whole.Decision == routing.Accept && !whole.Skipped {
				t.Fatalf("%q: rejected after %d bytes (%s), accepted as a whole (%+v)", text, i, v.Detail, whole)
			}
		}
	})
}

// FuzzCode: no block of code upsets the check.
func FuzzCode(f *testing.F) {
	for _, s := range []string{"```go\nfunc(\n```", "```js\n`${`${1}`}`\n```", "```python\n'''\n```", "```yaml\na: [\n```", "```json\n\"a\": 1\n```", "```sql\n'\n```", "``` x `\n```\n```"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		look := code{}.Start(&routing.Prompt{})
		if v := look(&routing.Answer{Text: text, Done: true}); v.Decision == routing.Undecided {
			t.Errorf("%q: undecided at the end", text)
		}
	})
}

// FuzzFormat: no request makes a form that cannot be asked for, and no answer stops the checks that read
// requests in words.
func FuzzFormat(f *testing.F) {
	f.Add("Summarise in at most 12 words, one per line: 31,400 on 4 May 2026.", "31.400 am 04.05.2026")
	f.Add("Answer yes, no or \"not yet\". Convert to CSV. As a Markdown table, max 5 words each", "| a |\n|---|")
	f.Add("0", "\xe1[")
	f.Add("Translate: 5.30 pm +49 171 4409218 ’1’000", "17:30 \\u00e9 1'000")
	var all []routing.Check
	for _, name := range []string{"format", "numbers"} {
		c, err := New(name, Options{})
		if err != nil {
			f.Fatal(err)
		}
		all = append(all, c)
	}
	f.Fuzz(func(t *testing.T, ask, answer string) {
		p := &routing.Prompt{Turns: []routing.Turn{{Role: "user", Text: ask}}}
		for _, c := range all {
			if look := c.Start(p); look != nil {
				look(&routing.Answer{Text: answer, Stop: stopEndTurn, Done: true})
			}
		}
	})
}

// FuzzSchema: no schema of a client's and no answer to it do harm, and where the schema's shape says all there
// is, it says what the validator says.
func FuzzSchema(f *testing.F) {
	for _, s := range []string{
		`{"type":"object","properties":{"a":{"type":"integer"}},"required":["a"],"additionalProperties":false}`, `{"enum":["x",1]}`, `true`, `{"$ref":"#"}`,
		`{"$ref":"http://169.254.169.254/"}`, `{"items":{"anyOf":[{"$ref":"#"},{"type":"null"}]}}`, `{"$schema":"http://json-schema.org/draft-04/schema#","minimum":1}`,
		`{"pattern":"^(a+)+$"}`, `{"$dynamicRef":"#x","$defs":{"y":{"$dynamicAnchor":"x"}}}`, `{"format":"uri"}`, `{"multipleOf":1e-300}`, `{"type":["string","null"]}`,
	} {
		for _, answer := range []string{`{"a":1}`, `[[null]]`, `"aaaaaaaaaaaaaaaaaaaaaaaa!"`, `1e300`, `x`} {
			f.Add([]byte(s), answer)
		}
	}
	f.Fuzz(func(t *testing.T, schema []byte, answer string) {
		c := compile(schema)
		if c.problem != "" || !json.Valid([]byte(answer)) {
			return
		}
		quick, sure := c.follow(answer)
		c.exact = false
		slow, err := c.validate(answer)
		if sure && err == nil && (quick == "") != (slow == "") {
			t.Errorf("%s for %s: the shape says %q, the validator %q", answer, schema, quick, slow)
		}
	})
}
