package checks

import (
	"os"
	"strings"
	"testing"

	"ockham/routing"
)

func TestRefusal(t *testing.T) {
	text, err := os.ReadFile("testdata/refusals.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		sign, in, ok := strings.Cut(strings.TrimSpace(line), " ")
		if !ok || sign == "#" {
			continue
		}
		in = strings.ReplaceAll(in, `\n`, "\n")
		got := verdictOf(t, "refusal", Options{}, &routing.Prompt{}, routing.Answer{Text: in})
		if (got.Reason == routing.ReasonRefusal) != (sign == "+") {
			t.Errorf("%q: got %+v, want refusal %v", in, got, sign == "+")
		}
	}
}

// A request may say what to answer where there is no answer.
func TestRefusalAsAsked(t *testing.T) {
	p := &routing.Prompt{
		System: "If the text does not tell, answer: I cannot answer this.",
		Turns:  []routing.Turn{{Role: "user", Text: "Who built the bridge?"}},
	}
	if got := verdictOf(t, "refusal", Options{}, p, routing.Answer{Text: "I cannot answer this."}); got.Decision != routing.Accept {
		t.Errorf("got %+v, want accept", got)
	}
}

// A stream is not held for longer than the beginning in which models decline.
func TestRefusalDecidesEarly(t *testing.T) {
	c, err := New("refusal", Options{})
	if err != nil {
		t.Fatal(err)
	}
	text := four()
	look := c.Start(&routing.Prompt{})
	if got := look(&routing.Answer{Text: text[:refusalRunes-1]}); got.Decision != routing.Undecided {
		t.Errorf("before: got %+v, want undecided", got)
	}
	if got := look(&routing.Answer{Text: text[:refusalRunes]}); got.Decision != routing.Accept {
		t.Errorf("after %d characters: got %+v, want accept", refusalRunes, got)
	}
	if got := c.Start(&routing.Prompt{})(&routing.Answer{Text: "Sorry, but I cannot help with"}); got.Decision != routing.Reject {
		t.Errorf("a refusal that is still being written: got %+v, want reject", got)
	}
}
