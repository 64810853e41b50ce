package checks

import (
	"testing"

	"ockham/routing"
)

const pastedMail = `Dear team, the crane (order 77-20931) costs 31,400 a day instead of 28,900, from 14 April 2026 at 17:30. ` +
	`The ship brings 1.2 million litres; 8.42 million were planned. Two lorries, forty-five men, 12 % less. Call 0171 440 92 18 or (030) 2300-417.`

// What is summarised, extracted, translated or rewritten has the figures of its text, however they are written.
func TestPastedNumbers(t *testing.T) {
	for _, tt := range []struct {
		name, ask, answer string
		want              bool // ungrounded
	}{
		{"as they stand", "Summarise:", "31,400 instead of 28,900 from 14 April 2026, 17:30.", false},
		{"other separators", "Translate to German:", "31.400 statt 28 900, ab 17.30 Uhr.", false},
		{"an ISO date", "Extract the date:", `{"date": "2026-04-14T17:30:00"}`, false},
		{"the other half of the day", "Rewrite this:", "It comes at 5:30 pm.", false},
		{"rounded", "Summarise:", "About 31,000 a day.", false},
		{"in millions", "Summarise:", "1,200,000 litres, 8 million planned.", false},
		{"written as words", "Summarise:", "2 lorries, 45 men.", false},
		{"a telephone number", "Extract the numbers:", "+49 171 4409218, +49302300417", false},
		{"a difference", "Summarise: 17 last week, 41 now.", "It rose by 24.", false},
		{"counts and list numbers", "Summarise:", "1. Three points\n2. more", false},
		{"JSON escapes", "Extract:", `{"city": "M\u00fcnchen", "pay": 31400}`, false},
		{"miscopied", "Summarise:", "34,100 a day.", true},
		{"miscopied in a translation", "Traduis en français :", "34 100 par jour.", true},
		{"another day", "Extract the date:", `{"date": "2026-04-16"}`, true},
		{"another order", "Please rewrite this for a customer:", "Your order 77-20913.", true},
		{"a time of the afternoon", "Translate: we meet at 2 pm.", "Wir treffen uns um 14:00 Uhr.", false},
		{"a total that is wanted", "Extract both prices and their total:", "31,400, 28,900, 60,300", false},
		{"a score that is wanted", "Summarise and give a score:", "Score: 87", false},
		{"no work on a text", "What do you think of this?", "I have seen 75 of them.", false},
		{"code", "Rewrite this:\n```go\nx := 1\n```\n", "x := 4711", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := tt.ask
			if numbersIn(text) == nil {
				text += "\n\n" + pastedMail
			}
			p := &routing.Prompt{Turns: []routing.Turn{{Role: "user", Text: text}}}
			got := verdictOf(t, "numbers", Options{}, p, routing.Answer{Text: tt.answer})
			if (got.Reason == routing.ReasonUngrounded) != tt.want {
				t.Errorf("got %+v, want ungrounded %v", got, tt.want)
			}
		})
	}
}

func TestTaskTypeMakesTheTextASource(t *testing.T) {
	p := &routing.Prompt{Task: "summarize", Turns: []routing.Turn{{Role: "user", Text: "For the board:\n" + pastedMail}}}
	if got := verdictOf(t, "numbers", Options{}, p, routing.Answer{Text: "34,100 a day."}); got.Reason != routing.ReasonUngrounded {
		t.Errorf("got %+v, want ungrounded", got)
	}
}

// Some letters have another length in lower case; what is cited after them is left out all the same.
func TestWithoutCitations(t *testing.T) {
	for in, want := range map[string]string{
		"See [4]":           "See ",
		"İİİ [4]":           "İİİ ",
		"Kelvin K, Step 3x": "Kelvin K, x",
		"\xe1[":             "\xe1",
		"ẞ (Passages 1, 3)": "ẞ ()",
	} {
		if got := withoutCitations(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}
