package dialect

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"ockham/bedrock"
)

// parsed returns a call of every dialect for a small request.
func parsed(t testing.TB) map[string]*Call {
	t.Helper()
	calls := map[string]*Call{}
	for path, body := range map[string]string{
		"/api/v1/generate":            `{"prompt":"hi","stream":true}`,
		"/v1/chat/completions":        `{"messages":[{"role":"user","content":"hi"}],"stream":true}`,
		"/v1/messages":                `{"messages":[{"role":"user","content":"hi"}],"stream":true}`,
		"/model/auto/converse-stream": `{"messages":[{"role":"user","content":[{"text":"hi"}]}]}`,
	} {
		d, _ := For("POST", path)
		call, err := d.Parse(input(path, body))
		if err != nil {
			t.Fatal(err)
		}
		calls[d.Name()] = call
	}
	return calls
}

// TestBrokenStreams: wherever a stream breaks, nothing in it looks like its end.
func TestBrokenStreams(t *testing.T) {
	ends := []string{"[DONE]", `"finish_reason":"`, "message_stop", "message_delta", "messageStop", "metadata", "event: done"}
	events := (&bedrock.Answer{
		Content: []bedrock.Block{
			{Kind: bedrock.Reasoning, Text: "hm", Signature: "s"},
			{Kind: bedrock.Text, Text: "a"},
			{Kind: bedrock.ToolUse, ID: "1", Name: "w", Raw: []byte("{}")},
		},
		Stop: "end_turn",
	}).Events()
	for name, call := range parsed(t) {
		for n := range len(events) + 1 {
			s := call.Dialect.Stream(call, &Reply{ID: "r1", Answer: &bedrock.Answer{}})
			var out []byte
			for i := range n {
				out = s.Event(out, &events[i])
			}
			out = s.Fail(out, &Error{Code: UpstreamFailed, Message: "It broke off."}, "r1")
			for _, end := range ends {
				if bytes.Contains(out, []byte(end)) {
					t.Errorf("%s, broken after %d events: got %q in\n%s", name, n, end, out)
				}
			}
			if !bytes.Contains(out, []byte("It broke off.")) {
				t.Errorf("%s, broken after %d events: no error in\n%s", name, n, out)
			}
		}
	}
}

// TestEmptyAnswers: an answer without content is still a whole reply.
func TestEmptyAnswers(t *testing.T) {
	r := &Reply{ID: "r1", Answer: &bedrock.Answer{Stop: "end_turn"}}
	want := map[string]string{
		"generate": "event: done", "openai": "data: [DONE]", "anthropic": `"stop_reason":"end_turn"`, "converse": `"stopReason":"end_turn"`,
	}
	for name, call := range parsed(t) {
		if got := call.Dialect.Stream(call, r).Done(nil, r); !strings.Contains(string(got), want[name]) {
			t.Errorf("%s: got %s, want %s in it", name, got, want[name])
		}
		if got := call.Dialect.Answer(nil, call, r); !json.Valid(got) {
			t.Errorf("%s: got %s, want JSON", name, got)
		}
	}
}

// TestStopReasons maps each of Bedrock's.
func TestStopReasons(t *testing.T) {
	for _, c := range []struct{ stop, openai, anthropic string }{
		{"end_turn", "stop", "end_turn"},
		{"tool_use", "tool_calls", "tool_use"},
		{"max_tokens", "length", "max_tokens"},
		{"stop_sequence", "stop", "stop_sequence"},
		{"guardrail_intervened", "content_filter", "refusal"},
		{"content_filtered", "content_filter", "refusal"},
		{"malformed_model_output", "stop", "end_turn"},
		{"malformed_tool_use", "stop", "end_turn"},
		{"model_context_window_exceeded", "length", "model_context_window_exceeded"},
		{"something_new", "stop", "end_turn"},
	} {
		if got := finishReason(c.stop); got != c.openai {
			t.Errorf("openai, %s: got %s, want %s", c.stop, got, c.openai)
		}
		if got := anthropicStop(c.stop); got != c.anthropic {
			t.Errorf("anthropic, %s: got %s, want %s", c.stop, got, c.anthropic)
		}
	}
}

// TestBrokenToolInput: an input that was cut is still told as JSON.
func TestBrokenToolInput(t *testing.T) {
	r := &Reply{ID: "r1", Answer: &bedrock.Answer{Stop: "max_tokens", Content: []bedrock.Block{{Kind: bedrock.ToolUse, ID: "1", Name: "w", Raw: []byte(`{"a":`)}}}}
	for name, call := range parsed(t) {
		if got := call.Dialect.Answer(nil, call, r); !json.Valid(got) {
			t.Errorf("%s: got %s, want JSON", name, got)
		}
	}
}

// TestLargeDeltas: a whole answer that goes out as one event is cut to what an event-stream message
// may hold, and nothing of it is lost.
func TestLargeDeltas(t *testing.T) {
	want := strings.Repeat("äöü€", 900_000)
	a := &bedrock.Answer{Content: []bedrock.Block{{Kind: bedrock.Text, Text: want}}, Stop: "end_turn"}
	call := parsed(t)["converse"]
	var d bedrock.Decoder
	d.Feed(writeStream(call, &Reply{Answer: a}, a.Events()))
	var c bedrock.Collector
	for {
		ev, ok, err := d.Next()
		if err != nil {
			t.Fatal(err)
		}
		if !ok {
			break
		}
		c.Add(&ev)
	}
	if err := d.End(); err != nil || c.Text() != want {
		t.Errorf("got %d bytes, err %v; want %d bytes", len(c.Text()), err, len(want))
	}
}

// TestUnwrittenPadding: events differ in length though they say the same.
func TestPadding(t *testing.T) {
	s := Converse{}.Stream(nil, nil)
	lengths := map[int]bool{}
	for range 200 {
		lengths[len(s.Event(nil, &bedrock.Event{Kind: bedrock.TextDelta, Text: "a"}))] = true
	}
	if len(lengths) < 10 {
		t.Errorf("got %d lengths in 200 events, want many", len(lengths))
	}
}
