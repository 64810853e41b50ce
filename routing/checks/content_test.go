package checks

import (
	"fmt"
	"strings"
	"testing"

	"ockham/routing"
)

func TestLoop(t *testing.T) {
	sentence := "The harbour master counts the boats, and then he counts them again. "
	tests := []struct {
		name, in string
		want     bool
	}{
		{"a sentence over and over", "It was late. " + strings.Repeat(sentence, 4), true},
		{"cut in the repeat", "It was late. " + strings.Repeat(sentence, 4) + sentence[:30], true},
		{"one letter", "Yes" + strings.Repeat("a", 200), true},
		{"a word in Japanese", "答えは" + strings.Repeat("はい、", 40), true},
		{"twice is no loop", sentence + sentence + "Then he goes home.", false},
		{"a loop that ended", strings.Repeat(sentence, 5) + "Then he went home and slept, for the day had been long, and so had the one before it.", false},
		{"prose", four(), false},
		{"the rule of a table", "| a | b |\n" + strings.Repeat("|---", 60) + "|", false},
		{"zeros", "[" + strings.Repeat("0, ", 80) + "0]", false},
		{"too many zeros", "[" + strings.Repeat("0, ", 400), true},
		{"short", "no no no", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := verdictOf(t, "loop", Options{}, &routing.Prompt{}, routing.Answer{Text: tt.in})
			if (got.Reason == routing.ReasonLoop) != tt.want {
				t.Errorf("got %+v, want loop %v", got, tt.want)
			}
		})
	}
	c, _ := New("loop", Options{})
	if _, seen := feed(c.Start(&routing.Prompt{}), routing.Answer{Text: strings.Repeat(sentence, 1000)}, 7); seen > 2*loopStep {
		t.Errorf("a looping stream: seen %d bytes before it was stopped, want at most %d", seen, 2*loopStep)
	}
}

func TestCutByItsLook(t *testing.T) {
	tests := []struct {
		in   string
		want bool
	}{
		{"The harbour was built in the ninth century. Its walls were raised by the", true},
		{"The harbour was built in the ninth century, and its walls,", true},
		{"The harbour was built in the ninth century.", false},
		{"यह बंदरगाह देश के सबसे पुराने बंदरगाहों में से एक है और मछुआरे एक हज़ार साल से इसका। उपयोग कर रहे", true},
		{"Lisbon", false},
		{"- bread\n- butter from the dairy at the corner\n- a bottle of milk and some eggs", false},
		{"- Bread is baked on Monday.\n- Butter comes from the dairy at the corner.\n- Milk is sold out and we will have to wait for the", true},
		{"The sea is wide\nThe boats are small\nAnd every tide\nBrings home them all", false},
		{"Dear Ada,\n\nthank you for the letter that you wrote in May.\n\nWith kind regards,\nBen", false},
		{"See this:\n```go\nfunc main() {", true},
	}
	for _, tt := range tests {
		got := verdictOf(t, "cut", Options{}, &routing.Prompt{}, routing.Answer{Text: tt.in})
		if (got.Reason == routing.ReasonTruncated) != tt.want {
			t.Errorf("%q: got %+v, want truncated %v", tt.in, got, tt.want)
		}
	}
}

func TestCode(t *testing.T) {
	tests := []struct {
		lang, in string
		want     bool
	}{
		{"go", "func add(a, b int) int {\n\treturn a + b\n}", false},
		{"go", "x := add(1, 2)\nfmt.Println(x)", false},
		{"go", "package main\n\nfunc main() {\n\tfmt.Println(\"hi\"\n}", true},
		{"go", "func main() {\n\t...\n}", false},
		{"json", `{"a": [1, 2]}`, false},
		{"json", `"a": 1, "b": 2`, false},
		{"json", "{\"a\": 1}\n{\"a\": 2}", false},
		{"json", `{"a": "http://example.com`, true},
		{"json", "// settings\n{\"a\": 1, ...}", false},
		{"yaml", "a:\n  - b: 1\n    c: \"x\"", false},
		{"yaml", "a: \"x\n  b: [1", true},
		{"yaml", "a:\n\tb: 1", true},
		{"python", "def f(x):\n    return '{' + x  # isn't it\n", false},
		{"python", "print('hi'", true},
		{"python", "print('hi)", true},
		{"python", "\"\"\"It's a text\"\"\"\nx = [1, 2]", false},
		{"python", "for x in y:", true},
		{"python", "while True:\n    # ...", false},
		{"js", "const a = `x ${f({b: 1})} y`; // it's", false},
		{"js", "const r = /['\"]/.test(s);", false},
		{"js", "const a = {b: 1;", true},
		{"js", "return <p>Don't</p>;", false},
		{"sql", "SELECT 'it''s' FROM t WHERE a IN (1, 2); -- don't", false},
		{"sql", "SELECT count(* FROM t", true},
		{"brainfuck", "[[[", false},
		{"", "it's [", false},
	}
	for _, tt := range tests {
		text := "See:\n```" + tt.lang + "\n" + tt.in + "\n```\nThat is all."
		got := verdictOf(t, "code", Options{}, &routing.Prompt{}, routing.Answer{Text: text})
		if (got.Reason == routing.ReasonCode) != tt.want {
			t.Errorf("%s %q: got %+v, want fault %v", tt.lang, tt.in, got, tt.want)
		}
	}
}

// Of long Go the parser reads the end; what it objects to there, or a bracket or string anywhere, it reads as a whole.
func TestCodeOfLongGo(t *testing.T) {
	var b strings.Builder
	b.WriteString("package main\n\nconst tmpl = `C:\\`\n\nconst more = `\nfunc {{.Name}}() {`\n")
	for i := 0; b.Len() < 2*maxGo; i++ {
		fmt.Fprintf(&b, "\nfunc f%d(a, b int) int {\n\tif a > b { // it's larger\n\t\treturn '}' + a\n\t}\n\treturn len(\"(\") - b\n}\n", i)
	}
	good := b.String()
	for name, tt := range map[string]struct {
		in   string
		want bool
	}{
		"as it is":                    {good, false},
		"statements":                  {strings.Repeat("x := f(1)\n", maxGo/5), false},
		"a template at its end":       {good + "\nconst last = `\nfunc {{.Name}}() {`\n", false},
		"a bracket is missing before": {strings.Replace(good, "a > b {", "a > b", 1), true},
		"a quote is missing before":   {strings.Replace(good, `"("`, `"(`, 1), true},
		"cut":                         {good[:len(good)-20], true},
		"no expression at its end":    {good[:len(good)-len("- b\n}\n")] + "-\n}\n", true},
	} {
		got := verdictOf(t, "code", Options{}, &routing.Prompt{}, routing.Answer{Text: "```go\n" + tt.in + "\n```\n"})
		if (got.Reason == routing.ReasonCode) != tt.want {
			t.Errorf("%s: got %+v, want fault %v", name, got, tt.want)
		}
	}
}

func TestTools(t *testing.T) {
	const weather = `{"type": "object", "required": ["city"], "properties": {"city": {"type": "string"}, "days": {"type": "integer"}, "unit": {"enum": ["C", "F"]}}}`
	prompt := func(must string) routing.Prompt {
		return routing.Prompt{
			Turns: []routing.Turn{{Role: "user", Text: "What will the weather be in Lisbon for the next 3 days?"}}, MustCall: must,
			Tools: []routing.Tool{{Name: "weather", Schema: []byte(weather)}, {Name: "time"}},
		}
	}
	call := func(name, args string) []routing.ToolCall { return []routing.ToolCall{{Name: name, Args: args}} }
	tests := []struct {
		name string
		p    routing.Prompt
		a    routing.Answer
		want bool
	}{
		{"good", prompt(""), routing.Answer{Stop: "tool_use", Tools: call("weather", `{"city": "Lisbon", "days": 3}`)}, false},
		{"unknown tool", prompt(""), routing.Answer{Stop: "tool_use", Tools: call("wether", `{"city": "Lisbon"}`)}, true},
		{"required argument missing", prompt(""), routing.Answer{Stop: "tool_use", Tools: call("weather", `{"days": 3}`)}, true},
		{"no arguments at all", prompt(""), routing.Answer{Stop: "tool_use", Tools: call("weather", ``)}, true},
		{"wrong type", prompt(""), routing.Answer{Stop: "tool_use", Tools: call("weather", `{"city": "Lisbon", "days": "3"}`)}, true},
		{"not in the enum", prompt(""), routing.Answer{Stop: "tool_use", Tools: call("weather", `{"city": "Lisbon", "unit": "K"}`)}, true},
		{"an argument that nobody knows", prompt(""), routing.Answer{Stop: "tool_use", Tools: call("weather", `{"city": "Lisbon", "mood": "glad"}`)}, true},
		{"cut arguments", prompt(""), routing.Answer{Stop: "tool_use", Tools: call("weather", `{"city": "Lis`)}, true},
		{"arguments that are no object", prompt(""), routing.Answer{Stop: "tool_use", Tools: call("time", `["now"]`)}, true},
		{"a tool without a schema", prompt(""), routing.Answer{Stop: "tool_use", Tools: append(call("weather", `{"city": "Lisbon", "days": 3}`), call("time", "")...)}, false},
		{"any call required", prompt("*"), routing.Answer{Text: "It will rain.", Stop: "end_turn"}, true},
		{"another call required", prompt("time"), routing.Answer{Stop: "tool_use", Tools: call("weather", `{"city": "Lisbon", "days": 3}`)}, true},
		{"none required", prompt(""), routing.Answer{Text: "I am sorry, I cannot see the future.", Stop: "end_turn"}, false},
		{"stopped by a guardrail", prompt("*"), routing.Answer{Stop: "guardrail_intervened"}, false},
		{"the call is written down as text", prompt(""), routing.Answer{Text: "Sure: I will use weather(city=\"Lisbon\", days=3).", Stop: "end_turn"}, true},
		{"nothing of the request is in it", prompt(""), routing.Answer{Stop: "tool_use", Tools: call("weather", `{"city": "Springfield Heights"}`)}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := verdictOf(t, "tools", Options{}, &tt.p, tt.a); (got.Reason == routing.ReasonToolArgs) != tt.want {
				t.Errorf("got %+v, want rejected %v", got, tt.want)
			}
		})
	}
}

func TestEcho(t *testing.T) {
	system := "You are the clerk of a small town by the sea and answer the questions of its residents with patience and in plain words, " +
		"never longer than needed, and you always end with the sentence \"This is advice of the town, which is given to the best of its " +
		"knowledge and without any warranty, and it does not replace a visit to the office.\""
	p := routing.Prompt{System: system, Turns: []routing.Turn{{Role: "user", Text: "When is the market?"}}}
	tests := []struct {
		name, in string
		want     bool
	}{
		{"an answer", "The market is on Monday.", false},
		{"the prompt itself", "Here you are: " + system, true},
		{"in other letters", strings.ToUpper(system), true},
		{"what it is told to say", "On Monday. " + system[strings.Index(system, "This is"):], false},
	}
	for _, tt := range tests {
		if got := verdictOf(t, "echo", Options{}, &p, routing.Answer{Text: tt.in}); (got.Decision == routing.Reject) != tt.want {
			t.Errorf("%s: got %+v, want rejected %v", tt.name, got, tt.want)
		}
	}
	p.Turns[0].Text = "Improve this prompt: " + system
	if got := verdictOf(t, "echo", Options{}, &p, routing.Answer{Text: system}); got.Decision == routing.Reject {
		t.Errorf("words of the user's own: got %+v, want accept", got)
	}
}

func TestCustom(t *testing.T) {
	p := &routing.Prompt{Task: "reply", Metadata: map[string]string{"brand": "Harwick"}}
	tests := []struct {
		good, in string
		want     routing.Reason
		skipped  bool
	}{
		{`words < 5`, "a b c", "", false},
		{`words < 5`, "a b c d e", routing.ReasonCustom, false},
		{`task_type != "reply" || answer.contains(metadata.brand)`, "Harwick greets you", "", false},
		{`task_type != "reply" || answer.contains(metadata.brand)`, "Hello", routing.ReasonCustom, false},
		{`answer.contains(metadata.missing)`, "Hello", "", true},
		{`answer.matches("^(a+)+$")`, strings.Repeat("a", 50) + "!", routing.ReasonCustom, false},
	}
	for _, tt := range tests {
		got := verdictOf(t, "custom", Options{Good: tt.good, Name: "brand"}, p, routing.Answer{Text: tt.in})
		if got.Reason != tt.want || got.Skipped != tt.skipped {
			t.Errorf("%s of %q: got %+v, want reason %q, skipped %v", tt.good, tt.in, got, tt.want, tt.skipped)
		}
	}
	for _, good := range []string{"", "words", "words <", "unknown == 1"} {
		if _, err := New("custom", Options{Good: good}); err == nil {
			t.Errorf("good %q: got no error", good)
		}
	}
}

func TestGrounded(t *testing.T) {
	source := "Passage 1: The harbour of Harwick was built in 1841 by Ada Meyer and cost 12,500 pounds. Passage 2: \"We shall never regret it\", " +
		"the mayor said. It is open from 6 to 22 o'clock in summer. See https://harwick.example/harbour for the tides."
	p := &routing.Prompt{Turns: []routing.Turn{{Role: "user", Text: "Tell me about the harbour in 50 words.", Sources: []string{source}}}}
	tests := []struct {
		name, in string
		want     bool
	}{
		{"supported", "The harbour was built in 1841 by Ada Meyer. It cost 12500 pounds and opens at six in summer.", false},
		{"another year", "The harbour was built in 1851 by Ada Meyer.", true},
		{"another name", "The harbour was built in 1841 by Ben Carter.", true},
		{"a link", "See https://harwick.example/boats for more.", true},
		{"the link", "See https://harwick.example/harbour.", false},
		{"a quotation", `The mayor said "we will have to pay for it twice".`, true},
		{"the quotation", `"We shall never regret it," the mayor said.`, false},
		{"a passage that is not there", "It was built in 1841 (passage 7).", true},
		{"numbered items", "1. It was built in 1841.\n2. It cost 12,500 pounds.\n3. It is open in summer.", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := verdictOf(t, "numbers", Options{}, p, routing.Answer{Text: tt.in}); (got.Reason == routing.ReasonUngrounded) != tt.want {
				t.Errorf("got %+v, want ungrounded %v", got, tt.want)
			}
		})
	}
	invented := "The harbour is famous for its lighthouse festival. Thousands of tourists admire dolphins, fireworks and sailing competitions. " +
		"Local restaurants serve grilled sardines, and musicians perform traditional melodies. It is important to note that reservations are recommended."
	if got := verdictOf(t, "grounded", Options{}, p, routing.Answer{Text: invented}); got.Reason != routing.ReasonUngrounded {
		t.Errorf("invented: got %+v, want ungrounded", got)
	}
	if got := verdictOf(t, "grounded", Options{Novelty: 100}, p, routing.Answer{Text: invented}); got.Reason != "" {
		t.Errorf("invented, never mind: got %+v, want accept", got)
	}
	c, _ := New("grounded", Options{})
	look := c.Start(&routing.Prompt{Turns: []routing.Turn{{Role: "user", Text: "Hello"}}})
	if got := look(&routing.Answer{Text: "Twelve"}); got.Decision != routing.Accept {
		t.Errorf("without a source: got %+v, want accept, so that a stream is let go", got)
	}
}

// Each check is given 2 MiB of what is worst for it, in pieces; one that looks at everything anew for each
// piece would not come to an end.
func TestLargeAnswers(t *testing.T) {
	const size = 2 << 20
	texts := map[string]string{
		"brackets": strings.Repeat("{[", size/2), "quotes": `{"a": "` + strings.Repeat(`" `, size/2), "spaces": strings.Repeat(" ", size),
		"escapes": `{"a": "` + strings.Repeat(`\x`, size/2), "commas": "[" + strings.Repeat("1,", size/2), "fences": strings.Repeat("```\n", size/4),
		"letters": strings.Repeat("a", size), "lines": strings.Repeat("a\n", size/2), "keys": "{" + strings.Repeat(`"a":1,`, size/6),
		"stops": strings.Repeat(". ", size/2), "words": strings.Repeat("the harbour 12 ", size/15), "prose brackets": strings.Repeat("{a ", size/3),
		"backticks": strings.Repeat("`", size), "capitals": strings.Repeat("Ada Meyer ", size/10),
	}
	p := &routing.Prompt{
		System: four(), Format: routing.FormatSchema, Schema: []byte(rowsSchema), Metadata: map[string]string{"format": `{"words": {"min": 1}, "items": {"max": 3}}`},
		Turns: []routing.Turn{{Role: "user", Text: "Tell me about the harbour.", Sources: []string{four()}}},
	}
	for _, name := range Names() {
		c, err := New(name, Options{Good: `answer.contains("harbour")`})
		if err != nil {
			t.Fatal(err)
		}
		for what, text := range texts {
			look := c.Start(p)
			if look == nil {
				continue
			}
			for n := size / 500; n < len(text); n += size / 500 {
				if look(&routing.Answer{Text: text[:n]}).Decision == routing.Reject {
					look = c.Start(p)
				}
			}
			if v := look(&routing.Answer{Text: text, Done: true}); v.Decision == routing.Undecided && name != "loop" && name != "empty" {
				t.Errorf("%s of %s: got %+v, want a decision", name, what, v)
			}
		}
	}
}
