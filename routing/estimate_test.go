package routing

import (
	"math"
	"testing"
)

// The counts are those of the tokenizer that Anthropic publishes (@anthropic-ai/tokenizer 0.0.4).
func TestEstimateIsNear(t *testing.T) {
	for _, tt := range samples {
		got := Estimate(tt.text)
		if off := math.Abs(float64(got-tt.tokens)) / float64(tt.tokens); off > tt.off {
			t.Errorf("%.40q: estimated %d, it has %d tokens: off by %.0f %%, allowed %.0f %%", tt.text, got, tt.tokens, 100*off, 100*tt.off)
		}
	}
}

func TestEstimateOfNothingAndNonsense(t *testing.T) {
	for text, want := range map[string]int{"": 0, " ": 0, "a": 2, "\xff\xfe": 2, "\x00": 0, "----------------": 3} {
		if got := Estimate(text); got != want {
			t.Errorf("Estimate(%q) = %d, want %d", text, got, want)
		}
	}
}

// A text costs about what its parts cost, wherever it is cut between words.
func TestEstimateAddsUp(t *testing.T) {
	whole := Estimate(page + page)
	if parts := 2 * Estimate(page); parts < whole || parts > whole+2 {
		t.Errorf("twice a page is %d tokens, the page twice %d", whole, parts)
	}
}

func FuzzExtract(f *testing.F) {
	for _, s := range samples {
		f.Add(s.text)
	}
	f.Add("<context>\xff</context>\n1. a\n```")
	f.Fuzz(func(t *testing.T, text string) {
		got := Extract(ask(text))
		if got.Tokens < 0 || got.Tokens > 4*len(text)+1 {
			t.Errorf("%d tokens in %d bytes", got.Tokens, len(text))
		}
	})
}
