package checks

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ockham/routing"
)

func TestSchema(t *testing.T) {
	const person = `{"type": "object", "required": ["name", "age"], "additionalProperties": false, "properties": {
		"name": {"type": "string"}, "age": {"type": "integer"}, "role": {"enum": ["cook", "clerk"]},
		"tags": {"type": "array", "items": {"type": "string"}}, "boss": {"type": ["object", "null"], "required": ["name"]}}}`
	tests := []struct {
		name, schema, in string
		want             routing.Decision
		skipped          bool
		seen             int // bytes of the answer before it was decided; 0: the end
	}{
		{name: "good", schema: person, in: `{"name": "Ada", "age": 36, "role": "clerk", "tags": ["a"], "boss": null}`, want: routing.Accept},
		{name: "wrapped", schema: person, in: "Here:\n```json\n{\"name\": \"Ada\", \"age\": 36}\n```", want: routing.Accept},
		{name: "a type is wrong, seen at its first byte", schema: person, in: `{"name": 7, "age": 36}`, want: routing.Reject, seen: 10},
		{name: "an unknown key", schema: person, in: `{"nom": "Ada", "age": 36}`, want: routing.Reject, seen: 6},
		{name: "a missing key, seen at the bracket", schema: person, in: `{"name": "Ada"}`, want: routing.Reject},
		{name: "missing below", schema: person, in: `{"name": "Ada", "age": 3, "boss": {}, "tags": []}`, want: routing.Reject, seen: 36},
		{name: "no integer", schema: person, in: `{"name": "Ada", "age": 3.5, "tags": ["a", "b"]}`, want: routing.Reject, seen: 27},
		{name: "an integer all the same", schema: person, in: `{"name": "Ada", "age": 3.6e1}`, want: routing.Accept},
		{name: "not in the enum", schema: person, in: `{"role": "king", "name": "Ada", "age": 3}`, want: routing.Reject, seen: 15},
		{name: "an item of the wrong type", schema: person, in: `{"tags": ["a", 1], "name": "Ada", "age": 3}`, want: routing.Reject, seen: 16},
		{name: "array for object", schema: person, in: `[]`, want: routing.Reject},
		{name: "cut", schema: person, in: `{"name": "Ada", "ag`, want: routing.Reject},
		{name: "what only the validator sees", schema: `{"type": "object", "properties": {"n": {"minimum": 5}}}`, in: `{"n": 4}`, want: routing.Reject},
		{name: "draft 7", schema: `{"$schema": "http://json-schema.org/draft-07/schema#", "definitions": {"n": {"type": "number"}},
			"properties": {"n": {"$ref": "#/definitions/n"}}}`, in: `{"n": "4"}`, want: routing.Reject},
		{name: "2020-12", schema: `{"$schema": "https://json-schema.org/draft/2020-12/schema", "prefixItems": [{"type": "number"}], "items": false}`, in: `[1, 2]`, want: routing.Reject},
		{
			name: "recursion", schema: `{"properties": {"left": {"$ref": "#"}, "right": {"$ref": "#"}, "v": {"type": "number"}}}`,
			in: `{"left": {"right": {"v": 1}}, "right": {"v": "x"}}`, want: routing.Reject,
		},
		{name: "remote reference", schema: `{"$ref": "https://example.com/schema.json"}`, in: `{}`, want: routing.Accept, skipped: true},
		{name: "file reference", schema: `{"$ref": "file:///etc/passwd"}`, in: `{}`, want: routing.Accept, skipped: true},
		{name: "no schema", schema: `{"type": "strong"}`, in: `{}`, want: routing.Accept, skipped: true},
		{name: "no JSON", schema: `{"type": `, in: `{}`, want: routing.Accept, skipped: true},
		{name: "bad pattern", schema: `{"pattern": "("}`, in: `"x"`, want: routing.Accept, skipped: true},
		{name: "a pattern that would be exponential elsewhere", schema: `{"pattern": "^(a+)+$"}`, in: `"` + strings.Repeat("a", 5000) + `!"`, want: routing.Reject},
		{name: "nested too deeply", schema: strings.Repeat(`{"not":`, 200) + `{}` + strings.Repeat(`}`, 200), in: `{}`, want: routing.Accept, skipped: true},
		{name: "an endless reference", schema: `{"$ref": "#"}`, in: `{}`, want: routing.Accept, skipped: true},
		{name: "a huge number", schema: `{"properties": {"n": {"minimum": 1e999999999}}}`, in: `{"n": 1}`, want: routing.Accept, skipped: true},
		{name: "a huge number in the answer", schema: `{"properties": {"n": {"minimum": 1}}}`, in: `{"n": 1e999999999}`, want: routing.Accept, skipped: true},
		{name: "doubling references", schema: doubling(40), in: `{}`, want: routing.Accept, skipped: true},
		{
			name: "doubling at every level", schema: `{"allOf": [{"properties": {"a": {"$ref": "#"}}}, {"properties": {"a": {"$ref": "#"}}}]}`,
			in: strings.Repeat(`{"a":`, 60) + `{}` + strings.Repeat(`}`, 60), want: routing.Accept, skipped: true,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := New("schema", Options{})
			if err != nil {
				t.Fatal(err)
			}
			look := c.Start(&routing.Prompt{Format: routing.FormatSchema, Schema: []byte(tt.schema)})
			got, seen := feed(look, routing.Answer{Text: tt.in}, 1)
			if tt.seen == 0 {
				tt.seen = len(tt.in)
			}
			if got.Decision != tt.want || got.Skipped != tt.skipped || seen != tt.seen {
				t.Errorf("got %+v after %d bytes, want decision %d, skipped %v after %d", got, seen, tt.want, tt.skipped, tt.seen)
			}
		})
	}
}

// TestHugeEnum gives a client's schema of thousands of words an answer of many more; holding each of these
// against each of those would take minutes.
func TestHugeEnum(t *testing.T) {
	var words strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&words, `"w%07d",`, i)
	}
	p := &routing.Prompt{Format: routing.FormatSchema, Schema: []byte(`{"items": {"enum": [` + words.String() + `"last"]}}`)}
	good := "[" + strings.Repeat(`"last",`, 300_000) + `"last"]`
	if got := verdictOf(t, "schema", Options{}, p, routing.Answer{Text: good}); got.Decision != routing.Accept || got.Skipped {
		t.Errorf("got %+v, want accept", got)
	}
	if got := verdictOf(t, "schema", Options{}, p, routing.Answer{Text: `["last", "w"]`}); got.Reason != routing.ReasonSchema {
		t.Errorf("got %+v, want a rejection", got)
	}
}

// doubling is a chain of definitions of which each refers to the next twice.
func doubling(n int) string {
	var b strings.Builder
	b.WriteString(`{"$ref": "#/$defs/d0", "$defs": {`)
	for i := range n {
		fmt.Fprintf(&b, `"d%d": {"allOf": [{"$ref": "#/$defs/d%d"}, {"$ref": "#/$defs/d%d"}]},`, i, i+1, i+1)
	}
	fmt.Fprintf(&b, `"d%d": {}}}`, n)
	return b.String()
}

// TestFollowerAgrees holds the shape of plain schemas against the validator on random schemas and values.
func TestFollowerAgrees(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	sure := 0
	for range 3000 {
		schema, value := randomSchema(r, 3), randomValue(r, 3)
		c := compile([]byte(schema))
		if c.problem != "" {
			t.Fatalf("%s: %s", schema, c.problem)
		}
		wrong, ok := c.follow(value)
		if !ok {
			continue
		}
		sure++
		v, err := decode(value, maxDepth)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.schema.Validate(v); (err != nil) != (wrong != "") {
			t.Fatalf("schema %s\nvalue %s\nfollower says %q, validator says %v", schema, value, wrong, err)
		}
	}
	if sure < 1000 {
		t.Errorf("only %d of 3000 were judged by the follower", sure)
	}
}

func randomSchema(r *rand.Rand, depth int) string {
	switch n := r.IntN(9); {
	case n == 0:
		return "true"
	case n < 5 || depth == 0:
		return []string{
			`{"type": "string"}`, `{"type": "integer"}`, `{"type": ["number", "null"]}`, `{"type": "boolean"}`,
			`{"enum": ["a", "b"]}`, `{}`, `{"type": ["string", "integer"]}`,
		}[r.IntN(7)]
	case n == 5:
		return `{"type": "array", "items": ` + randomSchema(r, depth-1) + `}`
	}
	var parts []string
	if r.IntN(3) > 0 {
		parts = append(parts, `"type": "object"`)
	}
	parts = append(parts, fmt.Sprintf(`"properties": {"a": %s, "b": %s}`, randomSchema(r, depth-1), randomSchema(r, depth-1)))
	if r.IntN(2) == 0 {
		parts = append(parts, []string{`"required": ["a"]`, `"required": ["b", "c"]`, `"required": []`}[r.IntN(3)])
	}
	if r.IntN(2) == 0 {
		parts = append(parts, []string{`"additionalProperties": false`, `"additionalProperties": true`}[r.IntN(2)])
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

func randomValue(r *rand.Rand, depth int) string {
	switch n := r.IntN(10); {
	case n < 5 || depth == 0:
		return []string{`"a"`, `"z"`, `1`, `1.0`, `2.5`, `-3e2`, `true`, `null`, `""`, `"\u0061"`}[r.IntN(10)]
	case n == 5:
		return "[" + randomValue(r, depth-1) + ", " + randomValue(r, depth-1) + "]"
	}
	var parts []string
	for _, k := range []string{"a", "b", "c"} {
		if r.IntN(5) > 1 {
			parts = append(parts, `"`+k+`": `+randomValue(r, depth-1))
		}
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// References to elsewhere are not followed: neither over the network nor into files, which are what the
// library would read by itself.
func TestSchemaFetchesNothing(t *testing.T) {
	file := filepath.Join(t.TempDir(), "number.json")
	if err := os.WriteFile(file, []byte(`{"type":"number"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	asked := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked++
		_, _ = w.Write([]byte(`{"type":"number"}`))
	}))
	defer s.Close()
	for _, schema := range []string{`{"$ref":"file://` + file + `"}`, `{"$ref":"` + s.URL + `"}`, `{"$schema":"` + s.URL + `"}`, `{"$schema":"file://` + file + `"}`} {
		if c := compile([]byte(schema)); c.problem == "" {
			t.Errorf("%s: taken", schema)
		}
	}
	if asked > 0 {
		t.Error("a client's schema made a request")
	}
}
