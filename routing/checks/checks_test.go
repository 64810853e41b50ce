package checks

import (
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"ockham/routing"
)

func TestNew(t *testing.T) {
	for _, name := range Names() {
		o := Options{}
		if name == "custom" {
			o.Good = "words < 10"
		}
		c, err := New(name, o)
		if err != nil {
			t.Errorf("New(%q): %v", name, err)
			continue
		}
		if c.Name() != name {
			t.Errorf("New(%q) is called %q", name, c.Name())
		}
	}
	if _, err := New("jason", Options{}); err == nil {
		t.Error("New of an unknown name: got no error")
	}
	if got, want := len(Default()), len(defaults); got != want {
		t.Errorf("Default: got %d checks, want %d", got, want)
	}
}

// verdictOf is what the check called name says of a finished answer.
func verdictOf(t *testing.T, name string, o Options, p *routing.Prompt, a routing.Answer) routing.Verdict {
	t.Helper()
	c, err := New(name, o)
	if err != nil {
		t.Fatal(err)
	}
	look := c.Start(p)
	if look == nil {
		return routing.Verdict{Decision: routing.Accept, Detail: "nothing to check"}
	}
	v, _ := feed(look, a, max(1, len(a.Text)/3))
	return v
}

func TestStops(t *testing.T) {
	call := []routing.ToolCall{{Name: "f", Args: "{}"}}
	tests := []struct {
		name  string
		check string
		p     routing.Prompt
		a     routing.Answer
		want  routing.Reason
	}{
		{"malformed output", "malformed", routing.Prompt{}, routing.Answer{Text: "x", Stop: "malformed_model_output"}, routing.ReasonMalformed},
		{"malformed tool use", "malformed", routing.Prompt{}, routing.Answer{Stop: "malformed_tool_use"}, routing.ReasonMalformed},
		{"tool use without a call", "malformed", routing.Prompt{}, routing.Answer{Text: "x", Stop: "tool_use"}, routing.ReasonMalformed},
		{"tool use", "malformed", routing.Prompt{}, routing.Answer{Stop: "tool_use", Tools: call}, ""},
		{"empty", "empty", routing.Prompt{}, routing.Answer{Stop: "end_turn"}, routing.ReasonEmpty},
		{"space", "empty", routing.Prompt{}, routing.Answer{Text: " \n\u00a0\u200b\u3000\ufeff", Stop: "end_turn"}, routing.ReasonEmpty},
		{"an empty fence", "empty", routing.Prompt{}, routing.Answer{Text: "```\n```", Stop: "end_turn"}, routing.ReasonEmpty},
		{"dots", "empty", routing.Prompt{}, routing.Answer{Text: "...", Stop: "end_turn"}, routing.ReasonEmpty},
		{"a picture", "empty", routing.Prompt{}, routing.Answer{Text: "\U0001f44d", Stop: "end_turn"}, ""},
		{"a call alone", "empty", routing.Prompt{}, routing.Answer{Stop: "tool_use", Tools: call}, ""},
		{"empty by a guardrail", "empty", routing.Prompt{}, routing.Answer{Stop: "guardrail_intervened"}, ""},
		{"own limit of the model", "cut", routing.Prompt{}, routing.Answer{Text: "x", Stop: "max_tokens", Out: 4096}, routing.ReasonTruncated},
		{"below the client's limit", "cut", routing.Prompt{MaxTokens: 8000}, routing.Answer{Text: "x", Stop: "max_tokens", Out: 4096}, routing.ReasonTruncated},
		{"the client's limit", "cut", routing.Prompt{MaxTokens: 100}, routing.Answer{Text: "x", Stop: "max_tokens", Out: 100}, ""},
		{"context full", "cut", routing.Prompt{}, routing.Answer{Text: "x", Stop: "model_context_window_exceeded"}, routing.ReasonTruncated},
		{"ends in a code block", "cut", routing.Prompt{}, routing.Answer{Text: "See:\n```go\nfunc", Stop: "end_turn"}, routing.ReasonTruncated},
		{"a whole code block", "cut", routing.Prompt{}, routing.Answer{Text: "See:\n```go\nfunc\n```", Stop: "end_turn"}, ""},
		{"no end of sentence, but a stop reason", "cut", routing.Prompt{}, routing.Answer{Text: "Paris", Stop: "end_turn"}, ""},
		{"cut JSON at the client's limit", "json", routing.Prompt{Format: routing.FormatJSON, MaxTokens: 9}, routing.Answer{Text: `{"a":`, Stop: "max_tokens", Out: 9}, ""},
		{"prose before a call", "json", routing.Prompt{Format: routing.FormatJSON}, routing.Answer{Text: "I look it up.", Stop: "tool_use", Tools: call}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := verdictOf(t, tt.check, Options{}, &tt.p, tt.a); got.Reason != tt.want {
				t.Errorf("got %+v, want reason %q", got, tt.want)
			}
		})
	}
}

// A stream is judged as the whole is, however its answer is cut into pieces.
func TestPiecesAgree(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	system := strings.Repeat("You are the clerk of a small town and answer in plain words. ", 3)
	prompts := []routing.Prompt{
		{System: system, Turns: []routing.Turn{{Role: "user", Text: "Tell me about the harbour, please, and who has used it.", Sources: []string{four()}}}},
		{Format: routing.FormatSchema, Schema: []byte(`{"type": "object", "properties": {"a": {"type": "string"}}}`)},
	}
	for _, name := range Names() {
		c, err := New(name, Options{Good: "words < 300"})
		if err != nil {
			t.Fatal(err)
		}
		for i := range 200 {
			p, text := &prompts[i%2], randomAnswer(r, system)
			whole := judged(c, p, text, func() int { return len(text) + 1 })
			pieces := judged(c, p, text, func() int { return 1 + r.IntN(80) })
			if whole.Decision != pieces.Decision || whole.Reason != pieces.Reason {
				t.Errorf("%s of %q:\nwhole %+v\npieces %+v", name, text, whole, pieces)
			}
		}
	}
}

// judged is the verdict on an answer that comes in pieces of n() bytes.
func judged(c routing.Check, p *routing.Prompt, text string, n func() int) routing.Verdict {
	look := c.Start(p)
	if look == nil {
		return routing.Verdict{Decision: routing.Accept}
	}
	for at := n(); at < len(text); at += n() {
		if v := look(&routing.Answer{Text: text[:at]}); v.Decision == routing.Reject {
			return v
		}
	}
	return look(&routing.Answer{Text: text, Done: true})
}

// randomAnswer puts together what checks look for: languages, refusals, idioms, repetitions, code, JSON.
func randomAnswer(r *rand.Rand, system string) string {
	parts := slices.Sorted(maps.Values(samples()))
	parts = append(
		parts, "\xff\xfe broken \xf0\x9f", "É"+strings.Repeat("é", 300), `{a: 1}`, "{\"a\": \"x\ny\"}", fourJSON()[:1500], "I cannot recommend it enough. ", "I'm sorry, I can't help with that. ", "\"I cannot help you,\" she said. ", "\n\n", "```go\nfunc f() {\n", "```\n",
		`{"a": "x"}`, system, strings.Repeat("again and ", 150), "Dear Ada, I cannot come. ", "... ", four()[:700],
	)
	var b strings.Builder
	for range 1 + r.IntN(8) {
		b.WriteString(parts[r.IntN(len(parts))])
	}
	return b.String()
}

// Every check has a section and a row in the docs, and nothing else has.
func TestDocs(t *testing.T) {
	text, err := os.ReadFile("../../docs/checks.md")
	if err != nil {
		t.Fatal(err)
	}
	var sections, rows []string
	for line := range strings.Lines(string(text)) {
		if name, ok := strings.CutPrefix(line, "## "); ok && !strings.Contains(name, " ") {
			sections = append(sections, strings.TrimSpace(name))
		}
		if rest, ok := strings.CutPrefix(line, "| ["); ok {
			name, _, _ := strings.Cut(rest, "]")
			rows = append(rows, name)
		}
	}
	want := append(Names(), SlowNames()...)
	for _, got := range [][]string{sections, rows} {
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("docs/checks.md tells of %v, want %v", got, want)
		}
	}
	for _, name := range defaults {
		if !strings.Contains(string(text), "| ["+name+"](#"+name+") | ") {
			t.Errorf("docs/checks.md has no row for %s", name)
		}
	}
}
