package emulator

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const claudeBody = `{"anthropic_version":"bedrock-2023-05-31","max_tokens":100,"messages":[{"role":"user","content":"What is a fjord?"}]}`

// chunks unwraps the model's own events.
func chunks(t *testing.T, body []byte) []map[string]any {
	t.Helper()
	all, err := frames(t, body)
	if err != nil {
		t.Fatal(err)
	}
	var own []map[string]any
	for _, f := range all {
		text, err := base64.StdEncoding.DecodeString(f.payload["bytes"].(string))
		if err != nil || f.name != "chunk" {
			t.Fatalf("%v: %v", f, err)
		}
		var event map[string]any
		if err := json.Unmarshal(text, &event); err != nil {
			t.Fatal(err)
		}
		own = append(own, event)
	}
	return own
}

func TestInvokeAnthropic(t *testing.T) {
	s := newServer(t, Config{NoVerify: true})
	r := call(t, s, haiku, "invoke", claudeBody)
	var got struct {
		ID, Type, Role, Model string
		Content               []struct{ Type, Text string }
		StopReason            string `json:"stop_reason"`
		StopSequence          *string
		Usage                 struct {
			Input  int `json:"input_tokens"`
			Output int `json:"output_tokens"`
		}
	}
	if err := json.Unmarshal(r.body, &got); err != nil || r.status != 200 {
		t.Fatalf("%d %v %s", r.status, err, r.body)
	}
	if !strings.HasPrefix(got.ID, "msg_bdrk_") || got.Type != "message" || got.Role != "assistant" || got.StopReason != "end_turn" || len(got.Content) != 1 || got.Content[0].Type != "text" || got.Usage.Output == 0 {
		t.Errorf("got %s", r.body)
	}
	if r.header.Get("X-Amzn-Bedrock-Input-Token-Count") == "" || r.header.Get("X-Amzn-Bedrock-Invocation-Latency") == "" {
		t.Errorf("headers %v", r.header)
	}
	own := chunks(t, call(t, s, haiku, "invoke-with-response-stream", claudeBody).body)
	var kinds []string
	var text strings.Builder
	for _, e := range own {
		if kind := e["type"].(string); len(kinds) == 0 || kinds[len(kinds)-1] != kind {
			kinds = append(kinds, kind)
		}
		part, _ := asObject(e["delta"])["text"].(string)
		text.WriteString(part)
	}
	want := []string{"message_start", "content_block_start", "content_block_delta", "content_block_stop", "message_delta", "message_stop"}
	if diff := cmp.Diff(want, kinds); diff != "" || text.String() != got.Content[0].Text {
		t.Errorf("streamed %q, plain %q (-want +got):\n%s", text.String(), got.Content[0].Text, diff)
	}
	if asObject(own[len(own)-1]["amazon-bedrock-invocationMetrics"])["outputTokenCount"] != float64(got.Usage.Output) {
		t.Errorf("last event %v", own[len(own)-1])
	}
}

func TestInvokeAnthropicTools(t *testing.T) {
	s := newServer(t, Config{NoVerify: true})
	body := `{"anthropic_version":"bedrock-2023-05-31","max_tokens":100,"system":"Be kind.","tools":[{"name":"weather","description":"Weather of a city","input_schema":{"type":"object","properties":{"city":{"type":"string"}}}}],"tool_choice":{"type":"tool","name":"weather"},
	"messages":[{"role":"user","content":[{"type":"text","text":"Oslo?"}]},{"role":"assistant","content":[{"type":"text","text":"Let me see."},{"type":"tool_use","id":"t1","name":"weather","input":{"city":"Oslo"}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":"rain"}]},{"role":"user","content":"And Bergen?"}]}`
	got := call(t, s, haiku, "invoke", body)
	if !strings.Contains(string(got.body), `"stop_reason":"tool_use"`) || !strings.Contains(string(got.body), `"input":{"city":"bergen"},"name":"weather","type":"tool_use"`) {
		t.Errorf("got %d %s", got.status, got.body)
	}
}

func TestInvokeNova(t *testing.T) {
	s := newServer(t, Config{NoVerify: true})
	body := `{"schemaVersion":"messages-v1","system":[{"text":"Be kind."}],"messages":[{"role":"user","content":[{"text":"What is a fjord?"}]}],"inferenceConfig":{"max_new_tokens":4}}`
	plain := call(t, s, micro, "invoke", body).converse(t)
	if plain.StopReason != "max_tokens" || plain.Usage["outputTokens"] != 4 || plain.text() == "" {
		t.Errorf("got %+v", plain)
	}
	own := chunks(t, call(t, s, micro, "invoke-with-response-stream", body).body)
	var text strings.Builder
	for _, e := range own {
		part, _ := asObject(asObject(e["contentBlockDelta"])["delta"])["text"].(string)
		text.WriteString(part)
	}
	last := own[len(own)-1]
	if text.String() != plain.text() || own[0]["messageStart"] == nil || last["metadata"] == nil || last["amazon-bedrock-invocationMetrics"] == nil {
		t.Errorf("streamed %q, plain %q, last %v", text.String(), plain.text(), last)
	}
}

func TestInvokeFaults(t *testing.T) {
	s := newServer(t, Config{NoVerify: true})
	marked := func(fault string) string {
		return strings.Replace(claudeBody, "fjord?", "fjord?[[fault:"+fault+"]]", 1)
	}
	if got := call(t, s, haiku, "invoke", marked("model_error")); got.status != 424 || got.kind() != "ModelErrorException" {
		t.Errorf("model_error: %d %s", got.status, got.body)
	}
	all, err := frames(t, call(t, s, haiku, "invoke-with-response-stream", marked("stream_throttle")).body)
	if last := all[len(all)-1]; err != nil || last.kind != "exception" || last.name != "throttlingException" {
		t.Errorf("stream_throttle: %v, %v", last, err)
	}
	for reason, want := range map[string]string{"max_tokens": "max_tokens", "guardrail_intervened": "refusal", "malformed_tool_use": "end_turn"} {
		if got := call(t, s, haiku, "invoke", marked("stop_"+reason)); !strings.Contains(string(got.body), `"stop_reason":"`+want+`"`) {
			t.Errorf("stop_%s: %s", reason, got.body)
		}
	}
}

func TestInvokeRules(t *testing.T) {
	s := newServer(t, Config{NoVerify: true})
	for name, c := range map[string]struct{ model, body, want string }{
		"not JSON":        {haiku, `{`, "Malformed input request, please reformat your input and try again."},
		"no version":      {haiku, `{"max_tokens":1,"messages":[]}`, "anthropic_version: Field required"},
		"no max_tokens":   {haiku, `{"anthropic_version":"bedrock-2023-05-31","messages":[]}`, "max_tokens: Field required"},
		"no messages":     {haiku, `{"anthropic_version":"bedrock-2023-05-31","max_tokens":1}`, "messages: Field required"},
		"model in body":   {haiku, strings.Replace(claudeBody, `"max_tokens"`, `"model":"x","max_tokens"`, 1), "model: Extra inputs are not permitted"},
		"stream in body":  {haiku, strings.Replace(claudeBody, `"max_tokens"`, `"stream":true,"max_tokens"`, 1), "stream: Extra inputs are not permitted"},
		"Converse's body": {haiku, ask("hi"), "anthropic_version: Field required"},
		"nova, extra":     {micro, `{"messages":[],"prompt":"a"}`, "Malformed input request: #: extraneous key [prompt] is not permitted, please reformat your input and try again."},
		"nova, messages":  {micro, `{}`, "Malformed input request: #: required key [messages] not found, please reformat your input and try again."},
		"other model":     {titan, `{"inputText":"hi"}`, "emulator: InvokeModel knows the bodies of Anthropic and Nova models only; use Converse for amazon.titan-text-express-v1"},
		"temperature":     {opus, strings.Replace(claudeBody, `"max_tokens"`, `"temperature":0.5,"max_tokens"`, 1), "The model returned the following errors: `temperature` is deprecated for this model."},
		"too large":       {haiku, claudeBody + strings.Repeat(" ", maxInvokeBody), "1 validation error detected: Value at 'body' failed to satisfy constraint: Member must have length less than or equal to 25000000"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := call(t, s, c.model, "invoke", c.body); got.message() != c.want || got.status != 400 {
				t.Errorf("got %d %q, want 400 %q", got.status, got.message(), c.want)
			}
		})
	}
}
