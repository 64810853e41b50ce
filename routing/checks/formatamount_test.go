package checks

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAmountsIn(t *testing.T) {
	for in, want := range map[string][]amount{
		"use at least 300 words":        {{relation: "at least", word: "300", n: 300, rest: " words"}},
		"a minimum of five words":       {{word: "a", n: 1, article: true, rest: " minimum of five words"}, {relation: "a minimum of", word: "five", n: 5, rest: " words"}},
		"no more than 3 to 5 words":     {{relation: "no more than", word: "3", n: 3, second: 5, rest: " words"}},
		"with 20-30 words":              {{word: "20", n: 20, second: 30, rest: " words"}},
		"200+ words, 3 or more parts":   {{word: "200", n: 200, more: true, rest: " words, 3 or more parts"}, {word: "3", n: 3, more: true, rest: " parts"}},
		"exactly a total of 7 points":   {{word: "a", n: 1, article: true, relation: "exactly", rest: " total of 7 points"}, {relation: "exactly", word: "7", n: 7, rest: " points"}},
		"someone, bone and the stone's": nil,
	} {
		if d := cmp.Diff(want, amountsIn(in), cmp.AllowUnexported(amount{})); d != "" {
			t.Errorf("%q (-want +got):\n%s", in, d)
		}
	}
}
