package dialect

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ockham/bedrock"

	"github.com/rogpeppe/go-internal/txtar"
)

// invalid tells what Bedrock would refuse in a request, "" if nothing.
func invalid(r *bedrock.Request) string {
	turns := r.Messages
	tools := len(r.Tools) > 0 || len(r.ToolsRaw) > 0
	seen := map[string]bool{}
	var open []string
	for i, t := range turns {
		want := []string{"user", "assistant"}[i%2]
		if t.Role != want {
			return fmt.Sprintf("turn %d is the %s's, not the %s's", i, t.Role, want)
		}
		if len(t.Content) == 0 {
			return fmt.Sprintf("turn %d is empty", i)
		}
		calls := open
		open = nil
		for j := range t.Content {
			b := &t.Content[j]
			switch b.Kind {
			case bedrock.Text:
				if blank(b.Text) {
					return fmt.Sprintf("turn %d, block %d is blank", i, j)
				}
			case bedrock.ToolUse:
				if t.Role == "user" || !tools || seen[b.ID] || safeToken(b.ID, ".:") != b.ID || safeToken(b.Name, "") != b.Name || !json.Valid(b.Raw) {
					return fmt.Sprintf("turn %d, block %d: bad call %s", i, j, sketchBlock(b))
				}
				seen[b.ID] = true
				open = append(open, b.ID)
			case bedrock.ToolResult:
				if t.Role != "user" || j >= len(calls) || calls[j] != b.ID || len(b.Content) == 0 {
					return fmt.Sprintf("turn %d, block %d: bad result %s for the calls %v", i, j, sketchBlock(b), calls)
				}
			}
		}
		if n := len(slices.DeleteFunc(slices.Clone(t.Content), func(b bedrock.Block) bool { return b.Kind != bedrock.ToolResult })); n != len(calls) {
			return fmt.Sprintf("turn %d: %d results for %d calls", i, n, len(calls))
		}
	}
	if len(turns)%2 == 0 {
		return "the last turn is not the user's"
	}
	return ""
}

// tryParse parses and, where that succeeds, holds the request and the replies to their rules.
func tryParse(t *testing.T, path string, body []byte) {
	d, refused := For("POST", path)
	if refused != nil {
		t.Fatal(refused)
	}
	call, err := d.Parse(input(path, string(body)))
	if err != nil {
		e, ok := err.(*Error)
		if !ok || call != nil {
			t.Fatalf("got call %v and error %v", call, err)
		}
		if !json.Valid(d.Error(nil, e, "r1")) {
			t.Fatalf("the error is no JSON: %s", d.Error(nil, e, "r1"))
		}
		return
	}
	if call.Passthrough {
		return
	}
	if fault := invalid(&call.Request); fault != "" {
		t.Fatalf("%s in\n%s", fault, sketch(call.Request.Messages))
	}
	if out := bedrock.Fit(&call.Request, able, bedrock.FitOptions{}).Body; !json.Valid(out) {
		t.Fatalf("the Converse body is no JSON: %s", out)
	}
	for _, name := range call.Dropped {
		if !plainName(name) {
			t.Fatalf("%q cannot stand in a header", name)
		}
	}
	r := reply()
	r.Answer.Content = append(r.Answer.Content, bedrock.Block{Kind: bedrock.ToolUse, ID: "1", Name: "w", Raw: []byte("{}")})
	if out := d.Answer(nil, call, r); !json.Valid(out) {
		t.Fatalf("the answer is no JSON: %s", out)
	}
	out := writeStream(call, r, r.Answer.Events())
	if d.ContentType(true) != "text/event-stream" {
		return
	}
	for line := range strings.Lines(string(out)) {
		data, ok := strings.CutPrefix(line, "data: ")
		if ok && data != "[DONE]\n" && !json.Valid([]byte(data)) {
			t.Fatalf("the event is no JSON: %s", line)
		}
	}
}

// seed adds the bodies of a dialect's golden cases.
func seed(f *testing.F, dialect string) {
	files, err := filepath.Glob("testdata/" + dialect + "/*.txtar")
	if err != nil || len(files) == 0 {
		f.Fatalf("no cases of %s: %v", dialect, err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for _, part := range txtar.Parse(data).Files {
			if part.Name == "in.json" {
				f.Add(part.Data)
			}
		}
	}
}

func FuzzGenerate(f *testing.F) {
	seed(f, "generate")
	f.Fuzz(func(t *testing.T, body []byte) { tryParse(t, "/api/v1/generate", body) })
}

func FuzzOpenAI(f *testing.F) {
	seed(f, "openai")
	f.Fuzz(func(t *testing.T, body []byte) { tryParse(t, "/v1/chat/completions", body) })
}

func FuzzAnthropic(f *testing.F) {
	seed(f, "anthropic")
	f.Fuzz(func(t *testing.T, body []byte) { tryParse(t, "/v1/messages", body) })
}

func FuzzConverse(f *testing.F) {
	seed(f, "converse")
	f.Fuzz(func(t *testing.T, body []byte) { tryParse(t, "/model/auto/converse", body) })
}

// FuzzPath: whatever the path, a model taken from it can stand in a path again.
func FuzzPath(f *testing.F) {
	for _, path := range []string{"/model/auto/converse", "/model/a%3A0/invoke", "/v1/messages", "/", "/model/..%2f/converse"} {
		f.Add(path)
	}
	f.Fuzz(func(t *testing.T, path string) {
		d, refused := For("POST", path)
		if refused != nil || d.Name() != "converse" {
			return
		}
		call, err := d.Parse(input(path, `{"messages":[{"role":"user","content":[{"text":"a"}]}]}`))
		if err == nil && strings.ContainsAny(call.Model, "?#%\\ \r\n\x00") || err == nil && strings.Contains(call.Model, "..") {
			t.Fatalf("%q gave the model %q", path, call.Model)
		}
	})
}

// FuzzConversation makes histories of tool calls out of a few letters, which a mutating fuzzer reaches
// far more often than through JSON.
func FuzzConversation(f *testing.F) {
	f.Add("ucr", true)
	f.Add("aucrrcoru", true)
	f.Add("accxrdrc", false)
	f.Fuzz(func(t *testing.T, script string, tools bool) {
		turns := script2turns(script)
		c := &Call{}
		if tools {
			c.Request.Tools = []bedrock.Tool{{Name: "w"}}
		}
		if err := repair(c, turns); err != nil {
			return
		}
		if fault := invalid(&c.Request); fault != "" {
			t.Fatalf("%s in\n%s", fault, sketch(c.Request.Messages))
		}
	})
}

// script2turns reads a letter a turn.
func script2turns(script string) (turns []bedrock.Message) {
	block := func(role string, b ...bedrock.Block) { turns = append(turns, bedrock.Message{Role: role, Content: b}) }
	use := func(id string) bedrock.Block {
		return bedrock.Block{Kind: bedrock.ToolUse, ID: id, Name: "w", Raw: []byte("{}")}
	}
	result := func(id string) bedrock.Block { return bedrock.Block{Kind: bedrock.ToolResult, ID: id} }
	for _, c := range script {
		switch c {
		case 'u':
			block("user", textBlock("hi"))
		case 'a':
			block("assistant", textBlock("ho"))
		case 'b':
			block("user", textBlock(" "), *cachePoint(""))
		case 'c':
			block("assistant", use("1"))
		case 'd':
			block("assistant", use("1"), use("1"), use("2"))
		case 'r':
			block("user", result("1"))
		case 's':
			block("user", textBlock("x"), result("2"), *cachePoint("1h"), result("1"))
		case 'x':
			block("user", use("1"))
		case 'y':
			block("assistant", result("2"), textBlock("z"))
		case 'o':
			block("user", result("?"))
		case 'e':
			block("assistant")
		case 't':
			block("user", bedrock.Block{Kind: bedrock.Reasoning, Text: "t"})
		case 'p':
			block("user", bedrock.Block{Kind: bedrock.Document, Raw: []byte("{}")})
		}
	}
	return turns
}
