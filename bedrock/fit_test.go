package bedrock

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func fitted(t *testing.T, id string, r Request) Fitted {
	t.Helper()
	m, _, ok := Lookup(id)
	if !ok {
		t.Fatalf("the catalogue lacks %s", id)
	}
	if r.Messages == nil {
		r.Messages = []Message{said("user", "hi")}
	}
	return Fit(&r, m, FitOptions{})
}

// Each Claude is asked to think in its own way.
func TestThinkingFitsTheModel(t *testing.T) {
	warm := 0.5
	for _, c := range []struct {
		name, id, thinking string
		most               int
		temperature        *float64
		want               string // in the body
		dropped            string
	}{
		{"a budget to a model that has none", "anthropic.claude-opus-5-5", `{"type":"enabled","budget_tokens":2000}`, 0, nil, `{"thinking":{"type":"adaptive"}}`, "thinking.budget_tokens"},
		{"and how it is shown", "anthropic.claude-opus-4-7", `{"type":"enabled","budget_tokens":2000,"display":"omitted"}`, 0, nil, `{"thinking":{"type":"adaptive","display":"omitted"}}`, "thinking.budget_tokens"},
		{"adaptive to one that knows it", "anthropic.claude-sonnet-5-5", `{"type":"adaptive"}`, 0, nil, `{"thinking":{"type":"adaptive"}}`, ""},
		{"both to 4.6", "anthropic.claude-sonnet-4-6", `{"type":"adaptive"}`, 0, nil, `{"thinking":{"type":"adaptive"}}`, ""},
		{"adaptive to one that wants a budget", "anthropic.claude-haiku-4-5-20251001-v1:0", `{"type":"adaptive"}`, 0, nil, `{"thinking":{"type":"enabled","budget_tokens":8192}}`, ""},
		{"with half of the answer's length", "anthropic.claude-haiku-4-5-20251001-v1:0", `{"type":"adaptive"}`, 4000, &warm, `{"thinking":{"type":"enabled","budget_tokens":2000}}`, "temperature"},
		{"where there is no room for it", "anthropic.claude-haiku-4-5-20251001-v1:0", `{"type":"adaptive"}`, 1000, nil, "", "thinking"},
		{"off, where it is always on", "anthropic.claude-opus-4-7", `{"type":"disabled"}`, 0, nil, "", "thinking"},
		{"a budget at another temperature", "anthropic.claude-sonnet-4-5-20250929-v1:0", `{"type":"enabled","budget_tokens":2000}`, 0, &warm, `{"thinking":{"type":"enabled","budget_tokens":2000}}`, "temperature"},
		{"to another family", "amazon.nova-pro-v1:0", `{"type":"adaptive"}`, 0, nil, "", "thinking"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := fitted(t, c.id, Request{MaxTokens: c.most, Temperature: c.temperature, Additional: []byte(`{"thinking":` + c.thinking + `}`)})
			if c.want != "" && !strings.Contains(string(f.Body), `"additionalModelRequestFields":`+c.want) || c.want == "" && strings.Contains(string(f.Body), "thinking") {
				t.Errorf("got %s, want %q", f.Body, c.want)
			}
			if got := strings.Join(f.Dropped, ","); got != c.dropped {
				t.Errorf("dropped: got %q, want %q", got, c.dropped)
			}
			if c.dropped == "temperature" && strings.Contains(string(f.Body), `"temperature"`) {
				t.Errorf("got a temperature: %s", f.Body)
			}
		})
	}
}

// Llama and Mistral take no words beside tool calls or results.
func TestTurnsAreDividedWhereTheyMustBe(t *testing.T) {
	history := []Message{
		said("user", "Weather?"),
		{Role: "assistant", Content: []Block{{Kind: Text, Text: "Let me see."}, {Kind: ToolUse, ID: "1", Name: "w", Raw: []byte(`{}`)}}},
		{Role: "user", Content: []Block{{Kind: ToolResult, ID: "1", Content: []Block{{Kind: Text, Text: "18 C"}}}, {Kind: Text, Text: "And tomorrow?"}}},
	}
	tools := []Tool{{Name: "w"}}
	got := fitted(t, "meta.llama3-3-70b-instruct-v1:0", Request{Messages: history, Tools: tools})
	const want = `{"messages":[{"role":"user","content":[{"text":"Weather?"}]},` +
		`{"role":"assistant","content":[{"text":"Let me see."}]},{"role":"user","content":[{"text":"Go on."}]},` +
		`{"role":"assistant","content":[{"toolUse":{"toolUseId":"1","name":"w","input":{}}}]},` +
		`{"role":"user","content":[{"toolResult":{"toolUseId":"1","content":[{"text":"18 C"}]}}]},` +
		`{"role":"assistant","content":[{"text":"Noted."}]},{"role":"user","content":[{"text":"And tomorrow?"}]}]`
	if !strings.HasPrefix(string(got.Body), want) {
		t.Errorf("got %s, want it to begin with %s", got.Body, want)
	}
	if diff := cmp.Diff([]string{"turns"}, got.Bridged); diff != "" {
		t.Errorf("bridged (-want +got):\n%s", diff)
	}
	if claude := fitted(t, "anthropic.claude-opus-5-5", Request{Messages: history, Tools: tools}); len(claude.Bridged) > 0 {
		t.Errorf("Claude: got %v bridged, want nothing", claude.Bridged)
	}
}

// A call that a model cannot be forced to make is asked for in words.
func TestForcedCallsAreAskedFor(t *testing.T) {
	for id, want := range map[string]string{
		"anthropic.claude-opus-5-5":        `"toolChoice":{"auto":{}}`,
		"meta.llama3-3-70b-instruct-v1:0":  "",
		"anthropic.claude-haiku-5-5":       `"toolChoice":{"tool":{"name":"w"}}`,
		"mistral.ministral-3-14b-instruct": `"toolChoice":{"tool":{"name":"w"}}`,
	} {
		f := fitted(t, id, Request{Tools: []Tool{{Name: "w"}}, Choice: ToolChoice{Mode: "tool", Name: "w"}})
		if want != "" && !strings.Contains(string(f.Body), want) || want == "" && strings.Contains(string(f.Body), "toolChoice") {
			t.Errorf("%s: got %s, want %q", id, f.Body, want)
		}
		if forced := strings.Contains(want, "tool"+`":{"name`); forced == strings.Contains(string(f.Body), "Call the tool w.") || forced == (len(f.Bridged) == 1) {
			t.Errorf("%s: got %v bridged: %s", id, f.Bridged, f.Body)
		}
	}
}

// What a model has no room for is folded in elsewhere, or dropped and named.
func TestFitNamesWhatItDrops(t *testing.T) {
	warm, half := 0.5, 0.9
	r := Request{
		Messages: []Message{
			{Role: "user", Content: []Block{{Kind: Text, Text: "hi"}, {Kind: CachePoint}}},
			{Role: "assistant", Content: []Block{{Kind: Reasoning, Text: "hm", Signature: "s"}, {Kind: Text, Text: "yes"}}},
			{Role: "user", Content: []Block{{Kind: Text, Text: "and?"}}},
		},
		System:      []Block{{Kind: Text, Text: "Be brief."}, {Kind: CachePoint}},
		Tools:       []Tool{{Name: "w", Strict: true}, {CachePoint: true}},
		Temperature: &warm, TopP: &half, Stop: []string{"x"}, MaxTokens: 1 << 20, Effort: "low",
		Additional: []byte(`{"top_k":5,"tool_choice":{"disable_parallel_tool_use":true}}`),
	}
	without := r
	without.Tools = nil
	for _, c := range []struct {
		id            string
		r             Request
		dropped       string
		has, hasNot   []string
		bridgedSystem bool
	}{
		{
			"anthropic.claude-opus-5-5", r, "strict,temperature,top_p,top_k",
			[]string{`"cachePoint"`, `"reasoningContent"`, `"stopSequences":["x"]`, `"maxTokens":128000`, `"effort":"low"`, `"disable_parallel_tool_use"`},
			[]string{`"strict"`, `"temperature"`, `"topP"`, `"top_k"`},
			false,
		},
		{
			"us.amazon.nova-micro-v1:0", r, "strict,reasoning_effort,tool_choice",
			[]string{`"temperature":0.5`, `"cachePoint"`, `"top_k":5`, `"maxTokens":10000`},
			[]string{`"reasoningContent"`, `"effort"`, `"disable_parallel_tool_use"`},
			false,
		},
		{
			"openai.gpt-6.1-sol", r, "strict,stop,tool_choice",
			[]string{`"effort":"low"`},
			[]string{`"stopSequences"`, `"cachePoint"`, `"reasoningContent"`},
			false,
		},
		{
			"amazon.titan-text-express-v1", without, "reasoning_effort,tool_choice",
			[]string{`{"role":"user","content":[{"text":"Be brief."},{"text":"hi"}]}`},
			[]string{`"system"`, `"cachePoint"`},
			true,
		},
	} {
		t.Run(c.id, func(t *testing.T) {
			f := fitted(t, c.id, c.r)
			if got := strings.Join(f.Dropped, ","); got != c.dropped {
				t.Errorf("dropped: got %s, want %s", got, c.dropped)
			}
			for _, s := range c.has {
				if !strings.Contains(string(f.Body), s) {
					t.Errorf("got %s, want it to hold %s", f.Body, s)
				}
			}
			for _, s := range c.hasNot {
				if strings.Contains(string(f.Body), s) {
					t.Errorf("got %s, want it not to hold %s", f.Body, s)
				}
			}
			if bridged := strings.Join(f.Bridged, ",") == "system"; bridged != c.bridgedSystem {
				t.Errorf("bridged: got %v", f.Bridged)
			}
		})
	}
}

// Thoughts are signed by the model that had them: another one must not be shown them.
func TestAnotherModelSeesNoThoughts(t *testing.T) {
	r := Request{Messages: []Message{
		said("user", "hi"),
		{Role: "assistant", Content: []Block{{Kind: Reasoning, Text: "hm", Signature: "s"}}},
		said("user", "and?"),
	}}
	m, _, _ := Lookup("anthropic.claude-opus-5-5")
	if kept := Fit(&r, m, FitOptions{}); !strings.Contains(string(kept.Body), "reasoningContent") {
		t.Errorf("the same model: got %s, want the thoughts", kept.Body)
	}
	if fresh := Fit(&r, m, FitOptions{Fresh: true}); strings.Contains(string(fresh.Body), "reasoningContent") || !strings.Contains(string(fresh.Body), `{"role":"assistant","content":[{"text":"."}]}`) {
		t.Errorf("another model: got %s, want the turn without thoughts", fresh.Body)
	}
}
