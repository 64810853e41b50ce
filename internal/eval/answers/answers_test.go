package answers

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const checkRows = `{"id": "j1", "source": "own", "check": "json", "request": {"prompt": "p1", "response_format": {"type": "json_schema", "schema": {"type": "object", "required": ["a"]}}}, "answer": "{\"a\": 1}", "bad": 0, "model": "m"}
{"id": "j2", "source": "own", "check": "json", "request": {"prompt": "p2", "response_format": {"type": "json_object"}}, "answer": "{\"a\": \"x\ny\"}", "bad": 1, "model": "m"}
{"id": "j3", "source": "own", "check": "json", "request": {"prompt": "p3", "response_format": {"type": "json_object"}}, "answer": "no", "bad": 1, "model": "m"}

{"id": "t1", "source": "own", "check": "tool_args", "request": {"prompt": "What is the weather in Lisbon?", "tools": [{"name": "get_weather", "input_schema": {"type": "object", "required": ["city"], "properties": {"city": {"type": "string"}}}}]}, "answer": "{\"tool_calls\": [{\"name\": \"get.weather\", \"input\": {\"city\": \"Lisbon\"}}]}", "stop_reason": "tool_use", "bad": 0}
{"id": "f1", "source": "own", "check": "format", "lang": "en", "request": {"prompt": "Write. Do not use any commas.", "instruction": [{"id": "en:punctuation:no_comma", "kwargs": {}}, {"id": "en:length_constraints:number_words", "kwargs": {"relation": "less than", "num_words": 4}}]}, "answer": "one two three four", "bad": 1}
{"id": "r1", "check": "refusal", "answer": "I'm sorry, but I cannot help with that.", "request": {}}
{"id": "c1", "check": "truncated", "answer": "It ends.", "request": {}, "bad": 0, "constructed": true}
`

// measure judges these rows and returns the report and the verdicts.
func measure(t *testing.T, name, rows string) (r Report, verdicts string, err error) {
	t.Helper()
	content := []byte(rows)
	if strings.HasSuffix(name, ".gz") {
		var zipped bytes.Buffer
		w := gzip.NewWriter(&zipped)
		if _, err := w.Write(content); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		content = zipped.Bytes()
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	read, err := Read(path)
	if err != nil {
		return r, "", err
	}
	judged, err := Judge(t.Context(), read, func() {})
	if err != nil {
		return r, "", err
	}
	var csv bytes.Buffer
	err = WriteVerdicts(&csv, judged, false)
	return NewReport(judged), csv.String(), err
}

func TestVerdictsAndReport(t *testing.T) {
	want := "id,bad,reason\nj1,0,\nj2,1,json\nj3,1,json\nt1,0,\nf1,1,format\nr1,1,refusal\nc1,0,\n"
	for _, name := range []string{"rows.jsonl", "rows.jsonl.gz"} {
		report, verdicts, err := measure(t, name, checkRows)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, verdicts); d != "" {
			t.Errorf("%s: verdicts (-want +got):\n%s", name, d)
		}
		var out bytes.Buffer
		if err := report.WriteText(&out); err != nil {
			t.Fatal(err)
		}
		for _, line := range []string{
			"json json, schema all 2 100.0 1 0.0 1",
			"format format, from the prompt own en 1 0.0 0 - 0",
			"truncated cut -, constructed 0 - 1 0.0 0",
		} {
			if !strings.Contains(strings.Join(strings.Fields(out.String()), " "), line) {
				t.Errorf("%s: want the line\n%s\nin\n%s", name, line, out.String())
			}
		}
	}
}

func TestBrokenRows(t *testing.T) {
	for _, tt := range []struct{ name, rows, want string }{
		{"no JSON", checkRows + "{\"id\": \n", "line 9: "},
		{"an unknown check", `{"id": "x", "check": "beauty"}`, `line 1: row x: no check is called "beauty"`},
		{"no id", `{"check": "json"}`, `line 1: no "id"`},
		{"a label that is none", "\n" + `{"id": "x", "check": "json", "bad": 2}`, `line 2: row x: "bad" is 2, not 0 or 1`},
		{"an instruction that is none", `{"id": "x", "check": "format", "request": {"instruction": 7}}`, "line 1: row x: instruction: "},
	} {
		if _, _, err := measure(t, "rows.jsonl", tt.rows); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q", tt.name, err, tt.want)
		}
	}
	if _, err := Read(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("a file that is not there: got no error")
	}
}

func TestCascades(t *testing.T) {
	var rows strings.Builder
	row := func(prompt, model, answer string, bad int) {
		line, err := json.Marshal(map[string]any{
			"id": prompt + model, "source": "own", "check": "json", "model": model, "answer": answer, "bad": bad,
			"request": map[string]any{"prompt": prompt, "response_format": map[string]string{"type": "json_object"}},
		})
		if err != nil {
			t.Fatal(err)
		}
		rows.Write(append(line, '\n'))
	}
	for i := range 20 {
		prompt := strings.Repeat("x", i+1)
		switch {
		case i < 10: // the small model is right
			row(prompt, "claude-3-haiku", `{"a": 1}`, 0)
		case i < 15: // it is wrong in a way that can be mended
			row(prompt, "claude-3-haiku", "{\"a\": \"x\ny\"}", 1)
		default: // it is wrong
			row(prompt, "claude-3-haiku", "no", 1)
		}
		row(prompt, "claude-3-5-sonnet", `{"a": 1}`, 0)
	}
	report, _, err := measure(t, "rows.jsonl", rows.String())
	if err != nil {
		t.Fatal(err)
	}
	var got []Cascade
	for _, r := range report.Cascades {
		if r.Small == "claude-3-haiku" && r.Large == "claude-3-5-sonnet" {
			got = append(got, r)
		}
	}
	want := []Cascade{
		{
			Check: "json", Way: "json, schema", Source: "own", Small: "claude-3-haiku", Large: "claude-3-5-sonnet", Requests: 20,
			AlwaysSmall: 50, AlwaysLarge: 100, Quality: 100, Escalations: 25, Cost: 30, MendedAnswer: 5,
		},
		{
			Check: "json", Way: "json, schema, no repair", Source: "own", Small: "claude-3-haiku", Large: "claude-3-5-sonnet", Requests: 20,
			AlwaysSmall: 50, AlwaysLarge: 100, Quality: 100, Escalations: 50, Cost: 55,
		},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}
