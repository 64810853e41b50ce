package main

import (
	"encoding/json"
	"strings"
	"testing"

	"ockham/routing"
)

const explained = `→ pipe green   decided by tokens: short and plain

Steps
  1  features      8 tokens, en  8 from the user
  2  rules         green         short and plain: tokens < 500 && !code && !math && !steps

Models, in order
  1  haiku         us.anthropic.claude-haiku-5-5             $0.000221 a call
  2  sonnet        us.anthropic.claude-sonnet-5-5            $0.004418 a call
  3  opus          us.anthropic.claude-opus-5-5              $0.008835 a call
  expected $0.000751, escalations included; always opus: $0.008835 (92 % saved)

Checks     json
           rejected for format, schema, tool_args: repair
           rejected for code, custom, disagreement, language, loop, refusal, ungrounded, verifier: escalate
           at opus, rejected for code, custom, disagreement, language, loop, refusal, ungrounded, verifier: serve
Hold       the first 40 tokens of a stream, or 800ms of it, are judged before any is released
Ahead      a plain answer is judged when it is whole; the next model is called when the one before it is rejected or late
Deadlines  first token 5s, whole answer 1m, all attempts 2m
Limits     4 attempts, no further one past $0.50
`

func TestExplain(t *testing.T) {
	file := tempFile(t, "ockham.yml", "checks: [json]\n")
	for name, run := range map[string]func() (string, string, int){
		"an argument": func() (string, string, int) {
			return ockham(t, "", "explain", "--config", file, "What is the capital of France?")
		},
		"standard input": func() (string, string, int) {
			return ockham(t, "What is the capital of France?", "explain", "--config", file)
		},
		"a request": func() (string, string, int) {
			return ockham(t, `{"prompt": "What is the capital of France?"}`, "explain", "--config", file, "--request", "-")
		},
		"OpenAI's request": func() (string, string, int) {
			return ockham(t, `{"model": "auto", "messages": [{"role": "user", "content": "What is the capital of France?"}]}`, "explain", "--config", file, "--request", "-", "--dialect", "openai")
		},
	} {
		out, errs, status := run()
		if out != explained || errs != "" || status != 0 {
			t.Errorf("%s: status %d, %s\ngot:\n%s\nwant:\n%s", name, status, errs, out, explained)
		}
	}
}

func TestExplainJSON(t *testing.T) {
	out, errs, status := ockham(t, "", "explain", "--json", "--task", "code", "What is the capital of France?")
	var e routing.Explanation
	if err := json.Unmarshal([]byte(out), &e); err != nil || status != 0 {
		t.Fatalf("status %d, %v, %s", status, err, errs)
	}
	if e.Plan.Pipe != "purple" || e.Plan.Strategy != "flag" || len(e.Plan.Models) != 2 || e.Features.Task != "code" || e.ExpectedCostUSD <= 0 || e.Plan.Deadlines.AnswerMS != 60_000 {
		t.Errorf("got %+v", e)
	}
	var contract map[string]json.RawMessage
	if err := json.Unmarshal([]byte(out), &contract); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"features", "steps", "plan", "expected_cost_usd"} {
		if _, ok := contract[key]; !ok {
			t.Errorf("no %s", key)
		}
	}
}

func TestExplainInputs(t *testing.T) {
	file := tempFile(t, "ockham.yml", `
inputs: {headers: [x-team]}
allow: {concrete_models: true}
rules:
  - {name: legal, when: 'headers["x-team"] == "legal"', model: opus}
  - {name: voice, when: 'route == "voice" && tenant == "acme"', pipe: green}
  - {name: ask, when: 'true', ask: [judge]}
routes: {voice: {real_time: true}}
`)
	tests := []struct {
		args []string
		want string
	}{
		{[]string{"--header", "X-Team=legal"}, "→ model opus   decided by rules: legal"},
		{[]string{"--header", "x-team=legal"}, "→ model opus   decided by rules: legal"},
		{[]string{"--route", "voice", "--tenant", "acme"}, "→ pipe green   decided by rules: voice"},
		{[]string{"--pipe", "purple"}, "→ pipe purple   decided by pipe: pipe purple was asked for"},
		{[]string{"--model", "haiku"}, "only reported: a model that was asked for is not left"},
		{nil, "judge         would be asked  asking costs $0.0000"},
		{[]string{"--route", "voice"}, "this route is marked real-time"},
	}
	for _, tt := range tests {
		out, errs, status := ockham(t, "", append([]string{"explain", "--config", file, "Hello, who are you?"}, tt.args...)...)
		if status != 0 || !strings.Contains(out, tt.want) {
			t.Errorf("%q: status %d, %s\n%s\nwant %q in it", tt.args, status, errs, out, tt.want)
		}
	}
}

func TestExplainShowsThePrompt(t *testing.T) {
	file := tempFile(t, "ockham.yml", `
pipes: {green: [amazon.titan-text-express-v1, amazon.nova-micro-v1:0, haiku]}
prompts: [{models: haiku, task: classify, system: "One word. {client}"}]
checks: []
`)
	out, errs, status := ockham(t, `{"system": "You sort mail.", "prompt": "Win a phone!", "task_type": "classify"}`, "explain", "--config", file, "--request", "-", "--show-prompt")
	if status != 0 {
		t.Fatal(errs)
	}
	for _, want := range []string{
		"What amazon.titan-text-express-v1 is sent\n  in another way: system\n",
		"You sort mail.\\n\\nAnswer with the label alone",
		"What haiku is sent\n", `"text": "One word. You sort mail."`,
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}

func TestExplainErrors(t *testing.T) {
	bad := tempFile(t, "bad.yml", "rules: [{when: 'cod', pipe: gren}]\n")
	tests := []struct {
		in   string
		args []string
		want string
	}{
		{"", []string{"--request", "/nonexistent.json"}, "request cannot be read"},
		{"{", []string{"--request", "-"}, "request: invalid_request"},
		{"{}", []string{"--request", "-", "--dialect", "latin"}, `there is no dialect "latin"; there are generate, openai, anthropic`},
		{"{}", []string{"--request", "-", "a prompt"}, "give a prompt or --request, not both"},
		{"", []string{"--config", bad, "x"}, "2 faults in " + bad},
		{"", []string{"--config", "/nonexistent.yml", "x"}, "configuration cannot be read: /nonexistent.yml: no such file or directory"},
		{"", []string{"--header", "x-team", "x"}, `--header "x-team" is not NAME=VALUE`},
		{"", []string{"--header", "x-team=legal", "x"}, "--header x-team: inputs.headers does not name it, so no rule would see it"},
		{"", []string{"--pipe", "red", "x"}, `there is no pipe "red"; there are green, purple`},
	}
	for _, tt := range tests {
		_, errs, status := ockham(t, tt.in, append([]string{"explain"}, tt.args...)...)
		if status != 1 || !strings.Contains(errs, tt.want) {
			t.Errorf("%q: status %d, %q; want %q", tt.args, status, errs, tt.want)
		}
	}
}

func TestCheck(t *testing.T) {
	out, errs, status := ockham(t, "", "check")
	for _, want := range []string{
		"Bedrock in us-east-1; nothing leaves geography us",
		"  green      haiku > sonnet > opus   for task_type summarize, format, extract, classify, translate, rewrite\n",
		"  purple     when tokens > 50000   (long document)\n",
		"  otherwise  as the classifier, then the judge says; unsure: purple\n",
		"Up to 4 attempts for an answer, 2m in all, no further one past $0.50\n",
	} {
		if status != 0 || !strings.Contains(out, want) {
			t.Errorf("status %d, %s: no %q in\n%s", status, errs, want, out)
		}
	}
	bad := tempFile(t, "bad.yml", "aims: 1\nrules:\n  - {when: 'cod', pipe: gren}\nchecks: [jsn]\n")
	_, errs, status = ockham(t, "", "check", bad)
	for _, want := range []string{
		bad + `:1:1: aims: unknown key; did you mean "aim"?`, bad + `:3:13: rules[0].when: there is no "cod" to read; did you mean "code"?`,
		bad + `:3:25: rules[0].pipe: there is no pipe "gren"; did you mean "green"?`, bad + `:4:10: checks[0]: no check is called "jsn"`, "4 faults in " + bad,
	} {
		if status != 1 || !strings.Contains(errs, want) {
			t.Errorf("status %d: no %q in\n%s", status, want, errs)
		}
	}
}
