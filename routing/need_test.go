package routing

import (
	"strings"
	"testing"
)

func TestNeedIsToldFromTheHarness(t *testing.T) {
	code := "func main() {\n\tfor i := 0; i < 3; i++ {\n\t\tfmt.Println(i);\n\t}\n}\n"
	tests := []struct {
		name  string
		turns []Turn
		want  string
	}{
		{"plain", []Turn{{Role: "user", Text: "Say hello to Anna and tell her when the train to Vienna leaves today."}}, "Say hello to Anna and tell her when the train to Vienna leaves today."},
		{"reminder", []Turn{{Role: "user", Text: "<system-reminder>Prove theorems. Write code.</system-reminder>Say hello."}}, "Say hello."},
		{"open files", []Turn{{Role: "user", Text: "<open_files path=\"a.go\">" + code + "</open_files>\nWhat is the weather like?"}}, "\nWhat is the weather like?"},
		{"only harness", []Turn{{Role: "user", Text: "<context>What is two plus two?</context>"}}, "<context>What is two plus two?</context>"},
		{"never closed", []Turn{{Role: "user", Text: "<context>What is two plus two?"}}, "<context>What is two plus two?"},
		{"no harness tag", []Turn{{Role: "user", Text: "<b>bold</b> words"}}, "<b>bold</b> words"},
		{"leans on earlier turns", []Turn{
			{Role: "user", Text: "Write a Python function that reverses a list and explain every line of it to me."},
			{Role: "assistant", Text: "def f(): ..."},
			{Role: "user", Text: "now in Go"},
		}, "Write a Python function that reverses a list and explain every line of it to me.\n\nnow in Go"},
		{"an agent at work", []Turn{
			{Role: "user", Text: "Find out which of the two services is slow, and mend it for good please, today if possible."},
			{Role: "assistant", Text: "calling"},
			{Role: "user", Sources: []string{code}},
			{Role: "assistant", Text: "calling"},
			{Role: "user", Sources: []string{code}},
			{Role: "assistant", Text: "calling"},
			{Role: "user", Sources: []string{code}},
			{Role: "assistant", Text: "calling"},
			{Role: "user", Sources: []string{code}},
		}, "Find out which of the two services is slow, and mend it for good please, today if possible.\n\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if n := readNeed(&Prompt{Turns: tt.turns}); n.asked != tt.want {
				t.Errorf("got %q, want %q", n.asked, tt.want)
			}
		})
	}
}

// Boilerplate counts in the size and decides nothing else.
func TestBoilerplateDoesNotDecide(t *testing.T) {
	harness := strings.Repeat("You are an agent. Write code, prove theorems, plan step by step; ```def f(): return x === y && z```\n", 60)
	p := ask("Thanks! What is the capital of Austria, and how do people there say good morning to each other?")
	want := Extract(p)
	p.System = harness
	p.Turns[0].Text = "<system-reminder>" + harness + "</system-reminder>\n" + p.Turns[0].Text
	got := Extract(p)
	if shown(&got) != shown(&want) {
		t.Errorf("with a harness it shows %q, without %q", shown(&got), shown(&want))
	}
	if got.SourceTokens < 1000 || got.SystemTokens < 1000 || got.UserTokens > want.UserTokens+5 {
		t.Errorf("sizes: %s", got.sizes())
	}
}

func TestLongNeedKeepsItsEnds(t *testing.T) {
	text := "Summarise this: " + strings.Repeat("ä long report. ", 5000) + "In one sentence."
	n := readNeed(ask(text))
	if len(n.asked) > needBytes+10 || !strings.HasPrefix(n.asked, "Summarise") || !strings.HasSuffix(n.asked, "sentence.") {
		t.Errorf("%d bytes, from %.20q to %q", len(n.asked), n.asked, n.asked[len(n.asked)-20:])
	}
}

// Hostile texts must take time linear in their length: anything else shows here as a test that hangs,
// and in BenchmarkHostile.
func TestHostileTextsAreRead(t *testing.T) {
	for name, unit := range hostile {
		Extract(ask(strings.Repeat(unit, 2<<20/len(unit))))
		t.Log(name)
	}
}

var hostile = map[string]string{
	"open tags": "<context>", "angles": "<", "closed tags": "<doc></doc>", "letters": "a", "accents": "é",
	"marks": "{", "lines": "\n", "digits": "7", "broken": "\xff", "han": "函", "almost tags": "<cccccccccccccccc",
}
