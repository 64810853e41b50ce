package emulator

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// TestConverseShape compares a whole answer with what Bedrock sends.
func TestConverseShape(t *testing.T) {
	s := newServer(t, Config{NoVerify: true})
	got := call(t, s, micro, "converse", with(`"inferenceConfig":{"maxTokens":3}`))
	const want = `{"metrics":{"latencyMs":0},"output":{"message":{"content":[{"text":"With hello, the"}],"role":"assistant"}},"stopReason":"max_tokens","usage":{"cacheReadInputTokens":0,"cacheWriteInputTokens":0,"inputTokens":4,"outputTokens":3,"totalTokens":7}}`
	if timeless(string(got.body)) != want || got.header.Get("Content-Type") != "application/json" || len(got.header.Get("X-Amzn-RequestId")) != 36 {
		t.Errorf("got %v\n%s\nwant\n%s", got.header, got.body, want)
	}
}

// timeless puts 0 for the time that a call took.
func timeless(text string) string {
	return regexp.MustCompile(`"latencyMs":\d+`).ReplaceAllString(text, `"latencyMs":0`)
}

func TestStreamShape(t *testing.T) {
	s := newServer(t, Config{NoVerify: true})
	got := call(t, s, haiku, "converse-stream", `{"messages":[`+user(`{"text":"weather in Oslo?"}`)+`],`+oneTool+`,"performanceConfig":{"latency":"optimized"},"serviceTier":{"type":"flex"}}`)
	all, err := frames(t, got.body)
	if err != nil || got.header.Get("Content-Type") != "application/vnd.amazon.eventstream" {
		t.Fatalf("%v %v", got.header, err)
	}
	var shape []string
	for i, f := range all {
		if pad, ok := f.payload["p"].(string); !ok || pad == "" || !strings.HasPrefix(padding, pad) {
			t.Errorf("frame %d has the padding %v", i, f.payload["p"])
		}
		delete(f.payload, "p")
		shape = append(shape, timeless(f.name+" "+mustJSON(f.payload)))
	}
	id := asObject(asObject(all[1].payload["start"])["toolUse"])["toolUseId"].(string)
	var input strings.Builder
	for _, f := range all[2 : len(all)-3] {
		input.WriteString(asObject(asObject(f.payload["delta"])["toolUse"])["input"].(string))
	}
	want := []string{
		`messageStart {"role":"assistant"}`,
		`contentBlockStart {"contentBlockIndex":0,"start":{"toolUse":{"name":"weather","toolUseId":"` + id + `"}}}`,
		`contentBlockDelta {"contentBlockIndex":0,"delta":{"toolUse":{"input":""}}}`,
	}
	end := []string{
		`contentBlockStop {"contentBlockIndex":0}`,
		`messageStop {"stopReason":"tool_use"}`,
		`metadata {"metrics":{"latencyMs":0},"performanceConfig":{"latency":"optimized"},"serviceTier":{"type":"flex"},"usage":{"cacheReadInputTokens":0,"cacheWriteInputTokens":0,"inputTokens":21,"outputTokens":14,"totalTokens":35}}`,
	}
	if diff := cmp.Diff(want, shape[:3]); diff != "" {
		t.Errorf("beginning (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(end, shape[len(shape)-3:]); diff != "" {
		t.Errorf("end (-want +got):\n%s", diff)
	}
	if input.String() != `{"city":"weather"}` {
		t.Errorf("tool input %s", input.String())
	}
}

// TestTextHasNoStart: a block of text begins with its first delta.
func TestTextHasNoStart(t *testing.T) {
	s := newServer(t, Config{NoVerify: true})
	all, err := frames(t, call(t, s, haiku, "converse-stream", ask("What is a fjord?[[fault:two_text_blocks]]")).body)
	want := []string{"messageStart", "contentBlockDelta", "contentBlockStop", "contentBlockDelta", "contentBlockStop", "messageStop", "metadata"}
	if diff := cmp.Diff(want, names(all)); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

// TestFrameBits holds one frame against the bytes that the format prescribes.
func TestFrameBits(t *testing.T) {
	got := fmt.Sprintf("%x", appendFrame(nil, []frameHeader{{":a", "b"}}, []byte("{}")))
	// 12 prelude, 7 headers (2 ':a', 7 string, 0001 'b'), 2 payload, 4 checksum.
	const want = "00000019" + "00000007" + "2a3ed6ea"
	if !strings.HasPrefix(got, want[:16]) || got[24:38] != "023a6107000162" || got[38:42] != "7b7d" || len(got) != 50 {
		t.Errorf("got %s", got)
	}
}

var prompts = []string{
	"What is a fjord?", "Write a Python function that reverses a list.", "Give me three bullet points about cheese.",
	"Wie funktioniert eine Wärmepumpe und was kostet sie?", "Explique la photosynthèse dans une phrase pour les enfants.", "日本の首都はどこですか。",
	"中国的首都是哪里？", "Как дела?", "x", "42", "🙂", "Reply with a JSON object with the keys a and b.",
	"Summarise: The ship left on 3 May. It carried 40 crates of tea. The captain was Ann Lee. A storm came on 7 May. Nine crates were lost. They reached Cork on 12 May.",
}

func TestAnswersAreTheSamePlainAndStreamed(t *testing.T) {
	s := newServer(t, Config{NoVerify: true, Seed: 7})
	for _, prompt := range prompts {
		for _, model := range []string{micro, haiku, opus, titan} {
			plain := call(t, s, model, "converse", ask(prompt)).converse(t)
			all, err := frames(t, call(t, s, model, "converse-stream", ask(prompt)).body)
			if got := streamText(all); err != nil || got != plain.text() || got == "" || !utf8.ValidString(got) {
				t.Errorf("%s, %q: streamed %q, plain %q, %v", model, prompt, got, plain.text(), err)
			}
		}
	}
}

func TestWhatAnswersDependOn(t *testing.T) {
	long := prompts[len(prompts)-1] + strings.Repeat(" The train leaves at noon. It is late today. Nobody knows why it is so.", 20)
	text := func(config Config, model, body string) string {
		config.NoVerify = true
		return call(t, newServer(t, config), model, "converse", body).converse(t).text()
	}
	first := text(Config{Seed: 1}, haiku, ask(long))
	if again := text(Config{Seed: 1}, haiku, ask(long)); again != first {
		t.Errorf("the same seed gave %q after %q", again, first)
	}
	for name, other := range map[string]string{
		"seed": text(Config{Seed: 2}, haiku, ask(long)), "model": text(Config{Seed: 1}, micro, ask(long)), "conversation": text(Config{Seed: 1}, haiku, ask(long+" One more.")),
	} {
		if other == first {
			t.Errorf("another %s gave the same answer", name)
		}
	}
	s := newServer(t, Config{NoVerify: true})
	warm := strings.TrimSuffix(ask(long), "}") + `,"inferenceConfig":{"temperature":1}}`
	cold := strings.TrimSuffix(ask(long), "}") + `,"inferenceConfig":{"temperature":0}}`
	if a, b := call(t, s, haiku, "converse", cold).converse(t).text(), call(t, s, haiku, "converse", cold).converse(t).text(); a != b {
		t.Error("temperature 0 gave two answers")
	}
	varied := map[string]bool{}
	for range 5 {
		varied[call(t, s, haiku, "converse", warm).converse(t).text()] = true
	}
	if len(varied) == 1 {
		t.Error("temperature 1 gave one answer five times")
	}
}

func TestLanguages(t *testing.T) {
	s := newServer(t, Config{NoVerify: true})
	for prompt, want := range map[string]string{
		"What is the capital of Norway?": "en", "Wie funktioniert eine Wärmepumpe und was kostet sie?": "de",
		"Comment est-ce que la photosynthèse fonctionne dans les plantes?": "fr", "日本の首都はどこですか。": "ja", "中国的首都是哪里？": "zh",
		"Как работает двигатель?": "ru", "¿Cómo se hace una tortilla y qué es lo mejor para los niños?": "es",
	} {
		got := call(t, s, haiku, "converse", ask(prompt)).converse(t).text()
		if spoken := languageOf(got); spoken == nil || spoken.code != want {
			t.Errorf("%q is answered with %q, want it in %s", prompt, got, want)
		}
	}
}

// TestExtractsAreGrounded: a long text is answered with sentences of its own.
func TestExtractsAreGrounded(t *testing.T) {
	s := newServer(t, Config{NoVerify: true})
	prompt := prompts[len(prompts)-1]
	got := call(t, s, haiku, "converse", ask(prompt)).converse(t).text()
	for _, sentence := range sentencesOf(got) {
		if !strings.Contains(prompt, sentence) {
			t.Errorf("%q is not of the prompt", sentence)
		}
	}
}

func TestLimits(t *testing.T) {
	s := newServer(t, Config{NoVerify: true})
	whole := call(t, s, haiku, "converse", ask("What is a fjord?")).converse(t).text()
	limited := func(config string) converseReply {
		return call(t, s, haiku, "converse", strings.TrimSuffix(ask("What is a fjord?"), "}")+`,"inferenceConfig":`+config+`,"additionalModelResponseFieldPaths":["/stop_sequence"]}`).converse(t)
	}
	if got := limited(`{"maxTokens":4}`); got.StopReason != "max_tokens" || !strings.HasPrefix(whole, got.text()) || got.Usage["outputTokens"] != 4 {
		t.Errorf("maxTokens 4: %+v", got)
	}
	if got := limited(`{"stopSequences":["zzz","about"]}`); got.StopReason != "stop_sequence" || got.text() != whole[:strings.Index(whole, "about")] {
		t.Errorf("stop sequence: %+v", got)
	}
	if got := limited(`{"maxTokens":10000}`); got.StopReason != "end_turn" || got.text() != whole {
		t.Errorf("no limit met: %+v", got)
	}
	body := call(t, s, haiku, "converse", strings.TrimSuffix(ask("What is a fjord?"), "}")+`,"inferenceConfig":{"stopSequences":["about"]},"additionalModelResponseFieldPaths":["/stop_sequence"]}`).body
	if !strings.Contains(string(body), `"additionalModelResponseFields":{"stop_sequence":"about"}`) {
		t.Errorf("no stop sequence in %s", body)
	}
}

// TestSchemas validates answers with an independent validator.
func TestSchemas(t *testing.T) {
	s := newServer(t, Config{NoVerify: true})
	for name, schema := range map[string]string{
		"invoice": `{"type":"object","properties":{"number":{"type":"string","pattern":"^INV-[0-9]{4}$"},"total":{"type":"number","minimum":10},"date":{"type":"string","format":"date"},"paid":{"type":"boolean"},"lines":{"type":"array","minItems":3,"items":{"type":"object","properties":{"name":{"type":"string","minLength":5},"count":{"type":"integer","exclusiveMinimum":0}},"required":["name","count"],"additionalProperties":false}}},"required":["number","total","date","paid","lines"],"additionalProperties":false}`,
		"enum":    `{"type":"object","properties":{"mood":{"enum":["good","bad"]},"kind":{"const":7}},"required":["mood","kind"],"additionalProperties":false}`,
		"ref":     `{"type":"object","properties":{"at":{"$ref":"#/$defs/point"}},"required":["at"],"additionalProperties":false,"$defs":{"point":{"type":"object","properties":{"x":{"type":"integer","maximum":-3}},"required":["x"],"additionalProperties":false}}}`,
		"union":   `{"type":"object","properties":{"a":{"anyOf":[{"type":"integer"},{"type":"null"}]},"b":{"type":["string","null"],"maxLength":3}},"required":["a","b"],"additionalProperties":false}`,
		"allOf":   `{"type":"object","properties":{"a":{"allOf":[{"type":"integer"},{"minimum":100},{"multipleOf":7}]}},"required":["a"],"additionalProperties":false}`,
		"loop":    `{"type":"object","properties":{"next":{"anyOf":[{"type":"null"},{"$ref":"#"}]},"tail":{"type":"array","items":{"$ref":"#"}}},"required":["next"],"additionalProperties":false}`,
		"empty":   `{"type":"object","additionalProperties":false}`,
	} {
		t.Run(name, func(t *testing.T) {
			got := call(t, s, opus, "converse", with(schemaOf(schema))).converse(t).text()
			checkSchema(t, schema, got)
			folded := call(t, s, titan, "converse", ask("Answer with one JSON object that fits this JSON schema: "+schema+"\n\nHow is Ann?")).converse(t).text()
			checkSchema(t, schema, folded)
		})
	}
}

func checkSchema(t *testing.T, schema, text string) {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(schema))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("schema.json", document); err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatalf("%v in %q", err, text)
	}
	if err := compiler.MustCompile("schema.json").Validate(value); err != nil {
		t.Errorf("%s: %v", text, err)
	}
}

// TestHostileSchemas must end, and soon.
func TestHostileSchemas(t *testing.T) {
	s := newServer(t, Config{NoVerify: true})
	wide := `{"type":"object","properties":{"a":{"$ref":"#"},"b":{"$ref":"#"},"c":{"$ref":"#"}},"required":["a","b","c"]}`
	for _, schema := range []string{
		wide, `{"$ref":"#"}`, `{"type":"object","properties":{"a":{"$ref":"#/nowhere"}}}`, `{"type":"object","properties":{"a":{"type":"array","minItems":1e9,"items":{"type":"array","minItems":1e9}}}}`,
		`{"type":"object","properties":{"a":{"type":"string","pattern":"((a{99}){99}){99}"}}}`, `{"type":"object","properties":{"a":{"type":"string","minLength":1e12,"pattern":"("}}}`,
		`{"type":"object","properties":{"a":{"enum":[]},"b":{"type":[]},"c":{"anyOf":["x"]},"d":5,"e":{"type":5},"f":{"minimum":"a"}}}`,
		`{"properties":[]}`,
	} {
		got := call(t, s, titan, "converse", ask("Answer with a JSON object of this JSON schema: "+schema)).converse(t)
		if !json.Valid([]byte(got.text())) && got.StopReason != "max_tokens" {
			t.Errorf("%s: %.200s", schema, got.text())
		}
	}
}

func TestToolChoices(t *testing.T) {
	s := newServer(t, Config{NoVerify: true})
	called := func(prompt, config string) string {
		c := call(t, s, haiku, "converse", `{"messages":[`+user(`{"text":`+mustJSON(prompt)+`}`)+`],`+config+`}`).converse(t)
		for _, b := range c.Output.Message.Content {
			if b.ToolUse != nil {
				return b.ToolUse.Name + " " + mustJSON(b.ToolUse.Input) + " " + c.StopReason
			}
		}
		return c.StopReason
	}
	two := strings.Replace(oneTool, `{"toolSpec"`, `{"toolSpec":{"name":"book_flight","description":"Books a flight","inputSchema":{"json":{"type":"object"}}}},{"toolSpec"`, 1)
	for _, c := range []struct{ prompt, config, want string }{
		{"How is the weather?", oneTool, `weather {"city":"weather"} tool_use`},
		{"Tell me a joke", oneTool, "end_turn"},
		{"Tell me a joke", chosen(`{"any":{}}`), `weather {"city":"tell"} tool_use`},
		{"Tell me a joke", chosen(`{"tool":{"name":"weather"}}`), `weather {"city":"tell"} tool_use`},
		{"Please book two flights", two, "book_flight {} tool_use"},
	} {
		if got := called(c.prompt, c.config); got != c.want {
			t.Errorf("%s: got %s, want %s", c.prompt, got, c.want)
		}
	}
	answered := call(t, s, haiku, "converse", withTools(toolCalled, user(toolResult))).converse(t)
	if answered.StopReason != "end_turn" || !strings.Contains(answered.text(), "sunny") {
		t.Errorf("after a result: %+v", answered)
	}
}

func TestCacheUsage(t *testing.T) {
	s := newServer(t, Config{NoVerify: true})
	long := strings.Repeat("Rules of the house that never change. ", 200)
	body := func(question string) string {
		return `{"system":[{"text":` + mustJSON(long) + `},{"cachePoint":{"type":"default"}}],"messages":[` + user(`{"text":`+mustJSON(question)+`}`) + `]}`
	}
	usage := func(model, question string) map[string]int {
		u := call(t, s, model, "converse", body(question)).converse(t).Usage
		delete(u, "outputTokens")
		delete(u, "totalTokens")
		return u
	}
	first, second := usage(opus, "one?"), usage(opus, "two?")
	if first["cacheWriteInputTokens"] == 0 || first["cacheReadInputTokens"] != 0 || second["cacheReadInputTokens"] != first["cacheWriteInputTokens"] || second["cacheWriteInputTokens"] != 0 {
		t.Errorf("first %v, second %v", first, second)
	}
	if other := usage("us.anthropic.claude-opus-5", "one?"); other["cacheReadInputTokens"] != 0 {
		t.Errorf("another model read the cache: %v", other)
	}
	if small := usage(haiku, "one?"); small["cacheWriteInputTokens"] != 0 {
		t.Errorf("a prefix below the minimum was cached: %v", small)
	}
}

func TestTokensJoin(t *testing.T) {
	for _, text := range append(prompts, "", " ", "  a  b\n\n c", strings.Repeat("é", 50), "\xff\xfe bad", "a\u00a0b") {
		var joined strings.Builder
		for piece := range pieces(text) {
			if piece == "" {
				t.Fatalf("%q has an empty piece", text)
			}
			joined.WriteString(piece)
		}
		if joined.String() != text {
			t.Errorf("pieces of %q join to %q", text, joined.String())
		}
	}
}
