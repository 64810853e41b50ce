package dialect

import (
	"fmt"
	"strings"
	"testing"

	"ockham/bedrock"

	"github.com/google/go-cmp/cmp"
)

// sketch draws a conversation, a line a turn.
func sketch(turns []bedrock.Message) string {
	var b strings.Builder
	for _, t := range turns {
		b.WriteString(t.Role[:1])
		for i := range t.Content {
			b.WriteString(" " + sketchBlock(&t.Content[i]))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func sketchBlock(c *bedrock.Block) string {
	switch c.Kind {
	case bedrock.Text:
		return fmt.Sprintf("%q", c.Text)
	case bedrock.ToolUse:
		return fmt.Sprintf("use(%s %s %s)", c.ID, c.Name, c.Raw)
	case bedrock.ToolResult:
		s := "result(" + c.ID
		if c.Failed {
			s = "failed(" + c.ID
		}
		for i := range c.Content {
			s += " " + sketchBlock(&c.Content[i])
		}
		return s + ")"
	case bedrock.Reasoning:
		return "thought(" + c.Text + string(c.Raw) + ")"
	case bedrock.CachePoint:
		return "cache"
	}
	return string(c.Kind)
}

const (
	weather = `,"tools":[{"type":"function","function":{"name":"w"}}]`
	goOn    = "u \"Go on from exactly where your last message ends. Repeat none of it.\"\n"
)

// callW is an assistant's message that calls w under each of ids.
func callW(ids ...string) string {
	var calls []string
	for _, id := range ids {
		calls = append(calls, `{"id":"`+id+`","type":"function","function":{"name":"w","arguments":"{}"}}`)
	}
	return `{"role":"assistant","content":null,"tool_calls":[` + strings.Join(calls, ",") + `]}`
}

func toolSays(id, text string) string {
	return `{"role":"tool","tool_call_id":"` + id + `","content":"` + text + `"}`
}

// TestConversations sends awkward histories as OpenAI's clients do; what becomes of them must be a
// conversation that Bedrock takes. The cases are those on which other gateways were seen to fail.
func TestConversations(t *testing.T) {
	const hi = `{"role":"user","content":"hi"}`
	long := strings.Repeat("x", 80)
	for _, c := range []struct{ name, messages, more, want string }{
		{"plain", hi, "", "u \"hi\"\n"},
		{"same role twice", hi + `,{"role":"user","content":"there"},{"role":"assistant","content":"a"},{"role":"assistant","content":"b"},` + hi, "", "u \"hi\" \"there\"\na \"a\" \"b\"\nu \"hi\"\n"},
		{"assistant first", `{"role":"assistant","content":"hello"},` + hi, "", "u \"Begin.\"\na \"hello\"\nu \"hi\"\n"},
		{"assistant last", hi + `,{"role":"assistant","content":"The answer is"}`, "", "u \"hi\"\na \"The answer is\"\n" + goOn},
		{"system only", `{"role":"system","content":"Write a poem."}`, "", "u \"Begin.\"\n"},
		{"system in the middle", hi + `,{"role":"system","content":"s"},{"role":"user","content":"b"}`, "", "u \"hi\" \"b\"\n"},
		{"blank user text", hi + `,{"role":"user","content":" \n\t"}`, "", "u \"hi\"\n"},
		{"blank part", `{"role":"user","content":[{"type":"text","text":""},{"type":"text","text":"hi"}]}`, "", "u \"hi\"\n"},
		{"empty assistant is dropped and its neighbours merge", hi + `,{"role":"assistant","content":""},{"role":"user","content":"b"}`, "", "u \"hi\" \"b\"\n"},
		{"null assistant", hi + `,{"role":"assistant","content":null},{"role":"user","content":"b"}`, "", "u \"hi\" \"b\"\n"},
		{
			"text and calls", hi + `,{"role":"assistant","content":"Let me see.","tool_calls":[{"id":"1","type":"function","function":{"name":"w","arguments":"{\"a\":1}"}}]},` + toolSays("1", "ok"), weather,
			"u \"hi\"\na \"Let me see.\" use(1 w {\"a\":1})\nu result(1 \"ok\")\n",
		},
		{
			"a run of results is one turn, in the order of the calls", hi + "," + callW("1", "2") + "," + toolSays("2", "b") + "," + toolSays("1", "a"), weather,
			"u \"hi\"\na use(1 w {}) use(2 w {})\nu result(1 \"a\") result(2 \"b\")\n",
		},
		{
			"text after results stays in their turn", hi + "," + callW("1") + "," + toolSays("1", "a") + `,{"role":"user","content":"and?"}`, weather,
			"u \"hi\"\na use(1 w {})\nu result(1 \"a\") \"and?\"\n",
		},
		{
			"text before results goes behind them", hi + "," + callW("1") + `,{"role":"user","content":"and?"},` + toolSays("1", "a"), weather,
			"u \"hi\"\na use(1 w {})\nu result(1 \"a\") \"and?\"\n",
		},
		{"empty result", hi + "," + callW("1") + "," + toolSays("1", ""), weather, "u \"hi\"\na use(1 w {})\nu result(1 \"[no output]\")\n"},
		{
			"two results for one call: the last counts", hi + "," + callW("1") + "," + toolSays("1", "a") + "," + toolSays("1", "b"), weather,
			"u \"hi\"\na use(1 w {})\nu result(1 \"b\")\n",
		},
		{"orphan result", hi + "," + toolSays("9", "a"), weather, "u \"hi\" \"[The tool returned: a]\"\n"},
		{"orphan result first", toolSays("9", "a"), weather, "u \"[The tool returned: a]\"\n"},
		{
			"result two turns late", hi + "," + callW("1") + `,{"role":"user","content":"b"},{"role":"assistant","content":"c"},` + toolSays("1", "a"), weather,
			"u \"hi\"\na use(1 w {})\nu failed(1 \"[no result]\") \"b\"\na \"c\"\nu \"[The tool w returned: a]\"\n",
		},
		{
			"call without result", hi + "," + callW("1", "2") + "," + toolSays("2", "b"), weather,
			"u \"hi\"\na use(1 w {}) use(2 w {})\nu failed(1 \"[no result]\") result(2 \"b\")\n",
		},
		{"call last", hi + "," + callW("1"), weather, "u \"hi\"\na use(1 w {})\nu failed(1 \"[no result]\")\n"},
		{
			"one id in two turns", hi + "," + callW("1") + "," + toolSays("1", "a") + "," + callW("1") + "," + toolSays("1", "b"), weather,
			"u \"hi\"\na use(1 w {})\nu result(1 \"a\")\na use(1_" + digest("1#1") + " w {})\nu result(1_" + digest("1#1") + " \"b\")\n",
		},
		{
			"one id twice in a turn", hi + "," + callW("1", "1") + "," + toolSays("1", "a") + "," + toolSays("1", "b"), weather,
			"u \"hi\"\na use(1 w {}) use(1_" + digest("1#1") + " w {})\nu result(1 \"a\") result(1_" + digest("1#1") + " \"b\")\n",
		},
		{
			"id of other characters", hi + "," + callW("call/1|ä") + "," + toolSays("call/1|ä", "a"), weather,
			"u \"hi\"\na use(call_1____" + digest("call/1|ä") + " w {})\nu result(call_1____" + digest("call/1|ä") + " \"a\")\n",
		},
		{
			"id too long", hi + "," + callW(long) + "," + toolSays(long, "a"), weather,
			"u \"hi\"\na use(" + long[:47] + "_" + digest(long) + " w {})\nu result(" + long[:47] + "_" + digest(long) + " \"a\")\n",
		},
		{
			"no id", hi + "," + callW("") + "," + toolSays("", "a"), weather,
			"u \"hi\"\na use(_" + digest("") + " w {})\nu result(_" + digest("") + " \"a\")\n",
		},
		{
			"arguments that are no object", hi + `,{"role":"assistant","tool_calls":[{"id":"1","function":{"name":"w","arguments":"[1]"}},{"id":"2","function":{"name":"w","arguments":"{\"a\":"}},{"id":"3","function":{"name":"w"}}]},` + toolSays("1", "a") + "," + toolSays("2", "b") + "," + toolSays("3", "c"), weather,
			"u \"hi\"\na use(1 w {\"arguments\":[1]}) use(2 w {\"arguments\":\"{\\\"a\\\":\"}) use(3 w {})\nu result(1 \"a\") result(2 \"b\") result(3 \"c\")\n",
		},
		{"history with tools, none offered", hi + "," + callW("1") + "," + toolSays("1", "a"), "", "u \"hi\"\na \"[Called the tool w with {}]\"\nu \"[The tool w returned: a]\"\n"},
		{"empty list of tools", hi + "," + callW("1") + "," + toolSays("1", ""), `,"tools":[]`, "u \"hi\"\na \"[Called the tool w with {}]\"\nu \"[The tool w returned: [no output]]\"\n"},
		{
			"thoughts stay before calls", hi + `,{"role":"assistant","tool_calls":[{"id":"1","function":{"name":"w"}}],"thinking_blocks":[{"type":"thinking","thinking":"hm","signature":"s"}]},` + toolSays("1", "a"), weather,
			"u \"hi\"\na thought(hm) use(1 w {})\nu result(1 \"a\")\n",
		},
		{"a document needs a text", `{"role":"user","content":[{"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,QUJD"}}]}`, "", "u document \".\"\n"},
		{"cache points", `{"role":"user","content":[{"type":"text","text":" ","cache_control":{"type":"ephemeral"}},{"type":"text","text":"a","cache_control":{"type":"ephemeral"}},{"type":"text","text":"","cache_control":{"type":"ephemeral"}}]}`, "", "u \"a\" cache\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			call, err := OpenAI{}.Parse(input("/v1/chat/completions", `{"model":"auto","messages":[`+c.messages+`]`+c.more+`}`))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, sketch(call.Request.Messages)); diff != "" {
				t.Errorf("conversation (-want +got):\n%s", diff)
			}
		})
	}
}

// TestConversationsOfOthers holds what only the other dialects can say.
func TestConversationsOfOthers(t *testing.T) {
	const tools = `,"toolConfig":{"tools":[{"toolSpec":{"name":"w","inputSchema":{"json":{"type":"object"}}}}]}`
	for _, c := range []struct{ name, messages, want string }{
		{"calls in the user's turn are told", `{"role":"user","content":[{"text":"a"},{"toolUse":{"toolUseId":"1","name":"w","input":{}}}]}`, "u \"a\" \"[Called the tool w with {}]\"\n"},
		{
			"results in the assistant's turn are told", `{"role":"user","content":[{"text":"a"}]},{"role":"assistant","content":[{"text":"b"},{"toolResult":{"toolUseId":"1","content":[{"json":{"x":1}}],"status":"error"}}]},{"role":"user","content":[{"text":"c"}]}`,
			"u \"a\"\na \"b\" \"[The tool failed: {\\\"x\\\":1}]\"\nu \"c\"\n",
		},
		{"an orphan's image is kept", `{"role":"user","content":[{"toolResult":{"toolUseId":"1","content":[{"image":{"format":"png","source":{"bytes":"QUJD"}}}]}}]}`, "u \"[The tool returned: [no output]]\" image\n"},
		{"thoughts of the user go", `{"role":"user","content":[{"reasoningContent":{"reasoningText":{"text":"hm"}}},{"text":"a"}]}`, "u \"a\"\n"},
		{
			"cache after result", `{"role":"user","content":[{"text":"a"}]},{"role":"assistant","content":[{"toolUse":{"toolUseId":"1","name":"w","input":{}}}]},{"role":"user","content":[{"text":"b"},{"toolResult":{"toolUseId":"1","content":[]}},{"cachePoint":{"type":"default"}}]}`,
			"u \"a\"\na use(1 w {})\nu result(1 \"[no output]\") cache \"b\"\n",
		},
		{
			"server tools are left out", `{"role":"user","content":[{"text":"a"}]},{"role":"assistant","content":[{"toolUse":{"toolUseId":"1","name":"g","input":{},"type":"server_tool_use"}},{"toolResult":{"toolUseId":"1","content":[],"type":"x"}},{"text":"b"}]},{"role":"user","content":[{"text":"c"}]}`,
			"u \"a\"\na \"b\"\nu \"c\"\n",
		},
		{"null members of a union", `{"role":"user","content":[{"text":"a","image":null,"toolUse":null}]}`, "u \"a\"\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			call, err := Converse{}.Parse(input("/model/auto/converse", `{"messages":[`+c.messages+`]`+tools+`}`))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, sketch(call.Request.Messages)); diff != "" {
				t.Errorf("conversation (-want +got):\n%s", diff)
			}
		})
	}
}

// TestIDsAreStable: a call keeps its id while the history grows.
func TestIDsAreStable(t *testing.T) {
	history := `{"role":"user","content":"hi"}`
	before := ""
	for i := range 5 {
		history += "," + callW("1", "b|c") + "," + toolSays("1", "x") + "," + toolSays("b|c", "y")
		call, err := OpenAI{}.Parse(input("/", `{"messages":[`+history+`]`+weather+`}`))
		if err != nil {
			t.Fatal(err)
		}
		now := sketch(call.Request.Messages)
		if !strings.HasPrefix(now, before) {
			t.Errorf("after %d rounds the earlier turns changed: got\n%s\nwant as a beginning\n%s", i+1, now, before)
		}
		before = now
	}
}

func TestDocumentNames(t *testing.T) {
	var d documents
	for _, c := range []struct{ want, name string }{
		{"My_report (1)", "My report (1)"},
		{"My_report (1)", "My report (1) 2"},
		{"My_report (1)", "My report (1) 3"},
		{"", "document"},
		{"  ..  ", "document 5"},
		{"ä/b\\c", "b c"},
		{strings.Repeat("a", 300), strings.Repeat("a", 200)},
		{strings.Repeat("a", 300), strings.Repeat("a", 160) + " 8"},
	} {
		if got := d.name(c.want); got != c.name {
			t.Errorf("name(%q): got %q, want %q", c.want, got, c.name)
		}
	}
}
