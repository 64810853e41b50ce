package checks

import (
	"fmt"
	"strings"
	"testing"

	"ockham/routing"
)

// four is 4 KiB of English prose with a number and a name now and then.
func four() string {
	var b strings.Builder
	for i := 0; b.Len() < 4096; i++ {
		fmt.Fprintf(&b, "The council of Harwick met %d times that year and discussed the bridge over the river, which had been closed since the flood. ", 10+i)
		fmt.Fprintf(&b, "Engineers reported that %d of its beams needed replacing, while residents asked for a ferry in the meantime. ", 3*i+20)
		if i%4 == 3 {
			b.WriteString("\n\n")
		}
	}
	return b.String()[:4095] + "."
}

func fourJSON() string {
	var b strings.Builder
	b.WriteString(`{"rows": [`)
	for i := 0; b.Len() < 4000; i++ {
		fmt.Fprintf(&b, `{"id": %d, "name": "beam %d", "note": "needs \"care\"", "ok": true},`, i, i)
	}
	return strings.TrimSuffix(b.String(), ",") + "]}"
}

const rowsSchema = `{"type": "object", "required": ["rows"], "additionalProperties": false, "properties": {"rows": {"type": "array",
	"items": {"type": "object", "required": ["id", "name"], "properties": {"id": {"type": "integer"}, "name": {"type": "string"},
	"note": {"type": "string"}, "ok": {"type": "boolean"}}}}}}`

// BenchmarkChecks judges an answer of 4 KiB from Start to the verdict. The goal is less than 100 µs each.
func BenchmarkChecks(b *testing.B) {
	text := four()
	user := func(s string, sources ...string) routing.Prompt {
		return routing.Prompt{Turns: []routing.Turn{{Role: "user", Text: s, Sources: sources}}}
	}
	asked := user("Summarise in at least 50 words and at most 12 paragraphs, without the word 'tunnel'. What did the council discuss?")
	data := asked
	data.Metadata = map[string]string{"format": `{"words": {"max": 2000}, "sentences": {"min": 3}, "excludes": ["tunnel"], "contains": ["bridge"], "matches": ["council"]}`}
	elsewhere := user("Resume el texto. Tu respuesta debe tener al menos 50 palabras y un máximo de 60 frases, y no uses la palabra 'túnel'. ¿De qué habló el consejo?")
	japanese := user("次の文章を要約してください。ただし、「トンネル」という単語を使わないで、5行以上の文章で、箇条書きを使わずに説明してください。議会は何を議論しましたか。")
	system := user("What did the council discuss?")
	system.System = strings.Repeat("You are the clerk of a small town and answer questions of its residents with patience, in plain words. ", 20)
	rows, schema := user("List the beams."), user("List the beams.")
	rows.Format, schema.Format, schema.Schema = routing.FormatJSON, routing.FormatSchema, []byte(rowsSchema)
	calls := user("Mark beams 1 to 40 of the bridge over the river as checked, and note what each needs.")
	calls.Tools = []routing.Tool{{Name: "mark_beams", Schema: []byte(rowsSchema)}}
	goCode := "Here it is:\n```go\n" + strings.Repeat("func f(a, b int) int {\n\tif a > b {\n\t\treturn a // the larger\n\t}\n\treturn b\n}\n", 60)[:4000]
	goCode = goCode[:strings.LastIndex(goCode, "func")] + "```\n"
	pyCode := "Here it is:\n```python\n" + strings.Repeat("def f(a, b):\n    if a > b:\n        return 'a'  # the larger\n    return \"b\"\n", 70)[:3960] + "\n```\n"
	yamlCode := "Here it is:\n```yaml\nbeams:\n" + strings.Repeat("  - id: 1\n    note: \"needs care\"\n    ok: true\n", 18) + "```\n"
	for _, bb := range []struct {
		name, check string
		o           Options
		p           routing.Prompt
		a           routing.Answer
	}{
		{"malformed", "malformed", Options{}, asked, routing.Answer{Text: text}},
		{"empty", "empty", Options{}, asked, routing.Answer{Text: text}},
		{"cut", "cut", Options{}, asked, routing.Answer{Text: text}},
		{"json", "json", Options{}, rows, routing.Answer{Text: fourJSON()}},
		{"json/prose", "json", Options{}, rows, routing.Answer{Text: "Here:\n```json\n" + fourJSON() + "\n```"}},
		{"schema", "schema", Options{}, schema, routing.Answer{Text: fourJSON()}},
		{"tools", "tools", Options{}, calls, routing.Answer{Tools: []routing.ToolCall{{Name: "mark_beams", Args: fourJSON()}}}},
		{"refusal", "refusal", Options{}, asked, routing.Answer{Text: text}},
		{"language", "language", Options{}, asked, routing.Answer{Text: text}},
		{"loop", "loop", Options{}, asked, routing.Answer{Text: text}},
		{"numbers", "numbers", Options{}, user("What did the council discuss?", text), routing.Answer{Text: text[:1024]}},
		{"grounded", "grounded", Options{}, user("What did the council discuss?", text), routing.Answer{Text: text[:1024]}},
		{"format/data", "format", Options{}, data, routing.Answer{Text: text}},
		{"format/prompt", "format", Options{}, asked, routing.Answer{Text: text}},
		{"format/prompt/es", "format", Options{}, elsewhere, routing.Answer{Text: text}},
		{"format/prompt/ja", "format", Options{}, japanese, routing.Answer{Text: text}},
		{"code/go", "code", Options{}, asked, routing.Answer{Text: goCode}},
		{"code/python", "code", Options{}, asked, routing.Answer{Text: pyCode}},
		{"code/yaml", "code", Options{}, asked, routing.Answer{Text: yamlCode}},
		{"echo", "echo", Options{}, system, routing.Answer{Text: text}},
		{"custom", "custom", Options{Good: `words > 10 && !answer.contains("tunnel")`}, asked, routing.Answer{Text: text}},
	} {
		b.Run(bb.name, func(b *testing.B) {
			c, err := New(bb.check, bb.o)
			if err != nil {
				b.Fatal(err)
			}
			bb.a.Done = true
			b.ReportAllocs()
			for b.Loop() {
				v := c.Start(&bb.p)(&bb.a)
				if v.Decision == routing.Reject || v.Skipped {
					b.Fatal(v)
				}
			}
		})
	}
}

// BenchmarkWanted reads which language a request of 1 KiB wants.
func BenchmarkWanted(b *testing.B) {
	l, err := newLanguages()
	if err != nil {
		b.Fatal(err)
	}
	const prose = "The council met on Monday and talked about the old bridge over the river, which had been closed since the flood in spring. Most of the residents want a ferry until the repairs begin, and the harbour master said that one could be hired. "
	p := routing.Prompt{Turns: []routing.Turn{{Role: "user", Text: (prose + prose + prose + prose + prose)[:1024]}}}
	b.ReportAllocs()
	for b.Loop() {
		if got := l.wanted(&p); len(got) != 1 {
			b.Fatal(got)
		}
	}
}
