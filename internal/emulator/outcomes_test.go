package emulator

import (
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// write puts a file into the test's directory.
func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const (
	demoLines = `{"id":"sum-1","kind":"summarize","request":{"prompt":"Sum up:\n\nThe tea  arrived."},"right":"Tea arrived.","wrong":[{"how":"figure","text":"Coffee arrived."},{"how":"cut","text":"Tea arr"}],"expect":{"contains":["tea"]}}

{"id":"ext-1","kind":"extract","request":{"messages":[{"role":"user","content":"first"},{"role":"assistant","content":"ok"},{"role":"user","content":"Extract the sum of 12 Euro."}],"response_format":{"type":"json_object"}},"right":"{\"sum\":12}","wrong":[{"how":"json","text":"{\"sum\" 1"},{"how":"empty","text":""}],"expect":{}}
`
	demoRates = `{"as_of":"2026-11","sources":[{"name":"a","url":"b","note":"c"}],"rates":[
	{"models":"*haiku*","kind":"summarize","right":1,"wrong":{}},
	{"models":"*nova-micro*","kind":"*","right":0,"wrong":{"figure":1,"json":1}},
	{"models":"*titan*","kind":"*","right":0,"wrong":{"cut":3}},
	{"models":"*nova-lite*","kind":"*","right":0,"wrong":{"empty":1,"unheard":9}},
	{"models":"*opus*","kind":"*","right":1,"wrong":{}}]}`
)

func demoServer(t *testing.T, config Config) *Server {
	t.Helper()
	config.NoVerify = true
	config.Outcomes = append(config.Outcomes, write(t, "requests.jsonl", demoLines))
	config.Rates = write(t, "rates.json", demoRates)
	return newServer(t, config)
}

// told is text, outcome and stop reason of an answer.
func told(t *testing.T, s *Server, model, body string) string {
	t.Helper()
	r := call(t, s, model, "converse", body)
	c := r.converse(t)
	text := c.text()
	for _, b := range c.Output.Message.Content {
		if b.ToolUse != nil {
			text += mustJSON(b.ToolUse.Input)
		}
	}
	return fmt.Sprintf("%s|%s|%s", text, r.header.Get("X-Emulator-Outcome"), c.StopReason)
}

func TestKnownAnswers(t *testing.T) {
	s := demoServer(t, Config{})
	const lite = "amazon.nova-lite-v1:0"
	sum, extract := "Sum up:\n\nThe tea  arrived.", "Extract the sum of 12 Euro."
	for name, c := range map[string]struct{ model, body, want string }{
		"right":             {haiku, ask(sum), "Tea arrived.|right|end_turn"},
		"other white space": {haiku, ask("  Sum up: The tea arrived.\n"), "Tea arrived.|right|end_turn"},
		"system folded in":  {haiku, ask("Be brief and kind.\n\n" + sum), "Tea arrived.|right|end_turn"},
		"in two blocks":     {haiku, turns(user(`{"text":"Be brief."},{"text":` + mustJSON(sum) + `}`)), "Tea arrived.|right|end_turn"},
		"last of turns":     {opus, turns(user(`{"text":"a"}`), assistant(`{"text":"b"}`), user(`{"text":`+mustJSON(extract)+`}`)), `{"sum":12}|right|end_turn`},
		"wrong":             {micro, ask(sum), "Coffee arrived.|wrong;figure|end_turn"},
		"wrong JSON":        {micro, ask(extract), `{"sum" 1|wrong;json|end_turn`},
		"no common way":     {lite, ask(sum), ""},
		"empty":             {lite, ask(extract), "|wrong;empty|end_turn"},
		"fault":             {haiku, ask(sum + "[[fault:refusal]]"), "I'm sorry, but I can't help with that request.||end_turn"},
		"other form":        {haiku, ask(sum + "[[fault:two_text_blocks]]"), "Tea arrived.|right|end_turn"},
		"too long":          {haiku, strings.TrimSuffix(ask(sum), "}") + `,"inferenceConfig":{"maxTokens":1}}`, "Tea||max_tokens"},
		"stop fault":        {haiku, ask(sum + "[[fault:stop_max_tokens]]"), "Tea ar||max_tokens"},
		"forced tool":       {haiku, `{"messages":[` + user(`{"text":`+mustJSON(extract)+`}`) + `],` + chosen(`{"any":{}}`) + `}`, ""},
		"forced tool right": {"us.anthropic.claude-opus-4-5-20251101-v1:0", `{"messages":[` + user(`{"text":`+mustJSON(extract)+`}`) + `],` + chosen(`{"any":{}}`) + `}`, `{"sum":12}|right|tool_use`},
		"forced tool wrong": {micro, `{"messages":[` + user(`{"text":`+mustJSON(extract)+`}`) + `],` + chosen(`{"any":{}}`) + `}`, "|wrong;json|malformed_tool_use"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := told(t, s, c.model, c.body); c.want != "" && got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
	for name, body := range map[string]string{"unknown": ask("Something else."), "inside": ask(sum + " And more."), "part": ask("The tea arrived.")} {
		if got := told(t, s, haiku, body); !strings.Contains(got, "||") {
			t.Errorf("%s: %s claims an outcome", name, got)
		}
	}
	if got := told(t, s, haiku, ask(extract)); !strings.Contains(got, "||") {
		t.Errorf("without a rate: %s claims an outcome", got)
	}
}

// TestCutAnswers end by themselves or at the model's limit, about half of them each.
func TestCutAnswers(t *testing.T) {
	seen := map[string]int{}
	for seed := range uint64(40) {
		seen[told(t, demoServer(t, Config{Seed: seed}), titan, ask("Sum up: The tea arrived."))]++
	}
	if len(seen) != 2 || seen["Tea arr|wrong;cut|end_turn"] < 8 || seen["Tea arr|wrong;cut|max_tokens"] < 8 {
		t.Errorf("got %v", seen)
	}
}

func TestScores(t *testing.T) {
	lines := `{"id":"a","prompt":"2+2?","weak_score":0,"strong_score":1,"weak_format_ok":false}
{"id":"b","prompt":"Capital of Peru?","weak_score":0.5,"strong_score":0.5,"cluster":4}`
	packed := write(t, "rows.jsonl.gz", "")
	file, err := os.Create(packed)
	if err != nil {
		t.Fatal(err)
	}
	writer := gzip.NewWriter(file)
	_, _ = writer.Write([]byte(lines))
	_ = writer.Close()
	_ = file.Close()
	outcome := func(seed uint64, model, prompt string) string {
		s := newServer(t, Config{NoVerify: true, Seed: seed, Outcomes: []string{packed}})
		return call(t, s, model, "converse", ask(prompt)).header.Get("X-Emulator-Outcome")
	}
	if small, large := outcome(1, micro, "2+2?"), outcome(1, opus, "2+2?"); small != "wrong;format" || large != "right" {
		t.Errorf("small %q, large %q", small, large)
	}
	seen := map[string]int{}
	for seed := range uint64(60) {
		first := outcome(seed, micro, "Capital of Peru?")
		if first != outcome(seed, micro, "Capital of Peru?") {
			t.Error("the same seed gave two outcomes")
		}
		seen[first]++
	}
	if seen["right"] < 15 || seen["wrong"] < 15 || len(seen) != 2 {
		t.Errorf("of a score of 0.5: %v", seen)
	}
}

func TestBadOutcomes(t *testing.T) {
	good := write(t, "good.jsonl", demoLines)
	rates := write(t, "rates.json", demoRates)
	for name, c := range map[string]struct{ outcomes, rates, want string }{
		"not JSON":         {"{", "", ":1: unexpected end of JSON input"},
		"empty":            {"", "", " is empty"},
		"no id":            {`{"prompt":"a"}`, "", `:1: "id" is missing`},
		"no prompt":        {`{"id":"a","weak_score":1,"strong_score":1}`, "", ":1: the prompt is empty"},
		"no score":         {`{"id":"a","prompt":"a","weak_score":1}`, "", `:1: "strong_score" is missing; a line has either scores or a request with answers`},
		"score":            {"\n" + `{"id":"a","prompt":"a","weak_score":2,"strong_score":1}`, "", `:2: "weak_score" is 2, not between 0 and 1`},
		"no wrong":         {`{"id":"a","request":{"prompt":"a"},"right":"b"}`, "", `:1: "right" and at least one "wrong" answer are needed`},
		"no how":           {`{"id":"a","request":{"prompt":"a"},"right":"b","wrong":[{"text":"c"}]}`, "", `:1: "wrong" 1 has no "how"`},
		"request":          {`{"id":"a","request":{"prompt":5},"right":"b","wrong":[{"how":"c"}]}`, "", ":1: request: json: cannot unmarshal number into Go struct field .prompt of type string"},
		"no rates":         {demoLines, "-", " holds requests with answers: they need a file of success rates"},
		"rates not JSON":   {demoLines, "{", ": unexpected EOF"},
		"rates field":      {demoLines, `{"rats":[]}`, `: json: unknown field "rats"`},
		"rates right":      {demoLines, `{"rates":[{"models":"*","kind":"*","right":2}]}`, `: rates[0]: "right" must be between 0 and 1`},
		"rates no right":   {demoLines, `{"rates":[{"models":"*","kind":"*"}]}`, `: rates[0]: "right" must be between 0 and 1`},
		"rates no models":  {demoLines, `{"rates":[{"kind":"*","right":1}]}`, `: rates[0]: "models" and "kind" are needed; * stands for all`},
		"rates bad weight": {demoLines, `{"rates":[{"models":"*","kind":"*","right":1,"wrong":{"cut":-1}}]}`, ": rates[0]: wrong.cut is -1, not a weight"},
	} {
		t.Run(name, func(t *testing.T) {
			config := Config{Outcomes: []string{write(t, "outcomes.jsonl", c.outcomes)}, Rates: rates}
			if c.rates == "-" {
				config.Rates = ""
			} else if c.rates != "" {
				config.Rates = write(t, "bad.json", c.rates)
			}
			if _, err := New(config); err == nil || !strings.HasSuffix(err.Error(), c.want) {
				t.Errorf("got %v, want ...%s", err, c.want)
			}
		})
	}
	for _, config := range []Config{{Outcomes: []string{"nowhere.jsonl"}}, {Outcomes: []string{good}, Rates: "nowhere.json"}, {Profiles: map[string]string{"a": "nosuch"}}} {
		if _, err := New(config); err == nil {
			t.Errorf("New took %+v", config)
		}
	}
}

// judged is a question of the judge or the verifier.
func judged(tag, text string) string {
	return `{"system":[{"text":"You are ` + tag + `. Reply with 1 or 2 only."}],"messages":[` + user(`{"text":`+mustJSON(text)+`}`) + `]}`
}

func TestJudge(t *testing.T) {
	s := demoServer(t, Config{})
	fence := func(text string) string {
		return "Tools: 2\n----- request 0123456789abcdef -----\n" + text + "\n----- end of request 0123456789abcdef -----\n\nSort it."
	}
	sum := "Sum up:\n\nThe tea  arrived."
	for name, c := range map[string]struct{ model, body, want string }{
		"known, small is right":    {haiku, judged(judgeTag, fence(sum)), "1"},
		"known, small is wrong":    {micro, judged(judgeTag, fence(sum)), "2"},
		"known, large judge":       {opus, judged(judgeTag, fence(sum)), "1"},
		"known, XML":               {micro, judged(judgeTag, "<prompt>\n"+sum+"\n</prompt>"), "2"},
		"known, angles":            {micro, judged(judgeTag, "<<<\n"+sum+"\n>>>\nWell?"), "2"},
		"known, ticks":             {micro, judged(judgeTag, "```\n"+sum+"\n```"), "2"},
		"known, bare":              {micro, judged(judgeTag, sum), "2"},
		"known, cut":               {micro, judged(judgeTag, fence("Extract the sum of 12 Eu")), "2"},
		"unknown, simple":          {haiku, judged(judgeTag, fence("Translate 'house' into Danish.")), "1"},
		"unknown, hard":            {haiku, judged(judgeTag, fence("Prove that there are infinitely many primes.")), "2"},
		"unknown, long":            {haiku, judged(judgeTag, fence(strings.Repeat("More and more words. ", 100))), "2"},
		"marker is not for it":     {haiku, judged(judgeTag, fence("Translate 'house'.[[fault:throttle]]")), "1"},
		"verify, right":            {opus, judged(verifyTag, fence(sum)+"\n<answer>\nTea arrived.\n</answer>"), "1"},
		"verify, wrong":            {opus, judged(verifyTag, fence(sum)+"\n<answer>\nCoffee arrived.\n</answer>"), "2"},
		"verify, unknown and cut":  {opus, judged(verifyTag, fence("What?")+"\n<answer>\nIt is the\n</answer>"), "2"},
		"verify, unknown complete": {opus, judged(verifyTag, fence("What?")+"\n<answer>\nIt is the sea.\n</answer>"), "1"},
		"verify, empty":            {opus, judged(verifyTag, fence("What?")+"\n<answer>\n\n</answer>"), "2"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := call(t, s, c.model, "converse", c.body).converse(t).text(); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
	if got := call(t, s, haiku, "converse", judged(judgeTag, "hi [[fault:judge_ramble]]")).converse(t).text(); len(got) < 20 {
		t.Errorf("told to ramble, it says %q", got)
	}
	if got := call(t, s, haiku, "converse", judged(judgeTag, "hi [[fault:judge_error]]")); got.status != 429 {
		t.Errorf("told to fail, it answers %d", got.status)
	}
	if got := call(t, s, haiku, "converse", ask("hi [[fault:judge_error]]")); got.status != 200 {
		t.Errorf("a judge's fault hit another call: %d", got.status)
	}
}

func TestGlob(t *testing.T) {
	for pattern, texts := range map[string][2]string{
		"*":       {"anything", ""},
		"a*":      {"abc", "bac"},
		"*c":      {"abc", "cab"},
		"*b*":     {"abc", "ac"},
		"a*b*c":   {"a1b2c", "acb"},
		"abc":     {"abc", "abcd"},
		"*a*a*":   {"aa", "a"},
		"a[b]*":   {"a[b]c", "abc"},
		"*-5-5*":  {"claude-haiku-5-5", "claude-haiku-4-5"},
		"ab*ba":   {"abba", "aba"},
		"*x*yz*z": {"xyzz", "xyz"},
	} {
		if !glob(pattern, texts[0]) || texts[1] != "" && glob(pattern, texts[1]) {
			t.Errorf("%q: %v for %q, %v for %q", pattern, glob(pattern, texts[0]), texts[0], glob(pattern, texts[1]), texts[1])
		}
	}
}
