package checks

import (
	"testing"

	"ockham/routing"
)

func TestMend(t *testing.T) {
	tests := []struct {
		name, in, want string
		fixes          fix
		wrapped        bool
		wrong          string
	}{
		{name: "bare", in: ` {"a": [1, -2.5e+3, true, null]} `, want: `{"a": [1, -2.5e+3, true, null]}`},
		{name: "bare scalar", in: `42`, want: `42`},
		{name: "byte order mark", in: "\ufeff{}", want: `{}`},
		{name: "fence", in: "```json\n{\"a\": 1}\n```", want: `{"a": 1}`, wrapped: true},
		{name: "fence never closed", in: "```\n[1]", want: `[1]`, wrapped: true},
		{name: "prose", in: `Here you are: {"a": "x}"} Anything else?`, want: `{"a": "x}"}`, wrapped: true},
		{name: "the object, not the array", in: `Of [1, 2, 3, 4, 5]: {"a": 1}`, want: `{"a": 1}`, wrapped: true},
		{name: "the longer object", in: `{"a": 1} or rather {"a": 1, "b": 2}`, want: `{"a": 1, "b": 2}`, wrapped: true},
		{name: "set notation before", in: `For {x | x > 0}: {"a": 1}`, want: `{"a": 1}`, wrapped: true},
		{name: "raw line break", in: "{\"a\": \"x\ny\tz\x01\"}", want: `{"a": "x\ny\tz\u0001"}`, fixes: fixControl},
		{name: "bad escape", in: `{"a": "\pi \(x\) it\'s \u12 \d"}`, want: `{"a": "\\pi \\(x\\) it's \\u12 \\d"}`, fixes: fixEscape},
		{name: "trailing commas", in: `{"a": [1, 2, ], }`, want: `{"a": [1, 2 ] }`, fixes: fixComma},
		{
			name: "quotation marks inside", in: `{"a": "he said "no", twice", "b": "f("x", 'y')"}`,
			want: `{"a": "he said \"no\", twice", "b": "f(\"x\", 'y')"}`, fixes: fixQuote,
		},
		{name: "comma forgotten at the end of a line", in: "{\"a\": \"x\"\n \"b\": \"y\"}", want: "{\"a\": \"x\"\n ,\"b\": \"y\"}", fixes: fixComma},
		{name: "a broken fence, then a whole one", in: "```json\n{\"a\": 1 2}\n```\nI mean:\n```json\n{\"a\": 12}\n```", want: `{"a": 12}`, wrapped: true},
		{name: "cut", in: `{"a": {"b": 1}, "c": "x`, wrong: "the JSON value does not end"},
		{name: "cut in a fence", in: "```json\n{\"a\": [1, 2], \"b\"", wrong: "the JSON value does not end"},
		{name: "no JSON", in: "I would rather not.", wrong: "no JSON value where one must stand"},
		{name: "empty", in: " \n", wrong: "no JSON value"},
		{name: "single quotes", in: `{'a': 1}`, wrong: "no key where one must stand"},
		{name: "a broken object is not searched", in: `{"a": 1 2, "b": {"c": 2}}`, wrong: "no comma or closing bracket where one must stand"},
		{name: "leading zero", in: `[01]`, wrong: "no comma or closing bracket where one must stand"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := mend(tt.in)
			want := mended{text: tt.want, fixes: tt.fixes, wrapped: tt.wrapped, wrong: tt.wrong}
			if got != want {
				t.Errorf("mend(%q)\n got %+v\nwant %+v", tt.in, got, want)
			}
		})
	}
}

// feed gives look an answer in pieces of n bytes and then its end, and returns the first verdict that
// rejects, or the last, and how many bytes had been seen.
func feed(look routing.Look, a routing.Answer, n int) (routing.Verdict, int) {
	text := a.Text
	for i := n; i < len(text); i += n {
		part := routing.Answer{Text: text[:i]}
		if v := look(&part); v.Decision == routing.Reject {
			return v, i
		}
	}
	a.Done = true
	return look(&a), len(text)
}

func TestJSONStream(t *testing.T) {
	tests := []struct {
		name, in string
		want     routing.Decision
		seen     int  // bytes at which it was decided; 0: at the end
		held     bool // before the end
	}{
		{name: "clean", in: `{"a": [1, 2, {"b": "c"}], "d": null}`, want: routing.Accept},
		{name: "wrong from the start", in: `{a: 1, b: 2, c: 3, d: "and so on and on"}`, want: routing.Reject, seen: 2},
		{name: "prose", in: `Here is what you asked for: {"a": 1}`, want: routing.Accept, held: true},
		{name: "fence", in: "```json\n{\"a\": 1}\n```", want: routing.Accept, held: true},
		{name: "fence of something else", in: "```python\nprint()\n```\nno", want: routing.Reject, held: true},
		{name: "raw line break", in: "{\"a\": \"x\ny\"    }", want: routing.Accept, held: true},
		{name: "text after", in: `{"a": 1} as you see`, want: routing.Accept, held: true},
		{name: "a quotation mark inside", in: `{"a": "he said "no" to it", "b": 1}`, want: routing.Accept, held: true},
		{name: "cut", in: `{"a": [1, 2, 3`, want: routing.Reject},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := &routing.Prompt{Format: routing.FormatJSON}
			got, seen := feed(jsonCheck{}.Start(p), routing.Answer{Text: tt.in}, 1)
			if tt.seen == 0 {
				tt.seen = len(tt.in)
			}
			if got.Decision != tt.want || seen != tt.seen {
				t.Errorf("got %+v after %d bytes, want decision %d after %d", got, seen, tt.want, tt.seen)
			}
			look := jsonCheck{}.Start(p)
			v := look(&routing.Answer{Text: tt.in[:len(tt.in)-1]})
			if v.Hold != tt.held {
				t.Errorf("one byte before the end: got hold %v, want %v", v.Hold, tt.held)
			}
		})
	}
}
