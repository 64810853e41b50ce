package eval

import (
	"context"
	"math/rand/v2"
	"strings"
	"unicode"

	"ockham/routing/classifier"
)

// Noise is a change of a prompt that does not change what is asked.
type Noise struct {
	Name  string
	Apply func(text string, rng *rand.Rand) string
}

// Noises are the changes that decisions are tried against.
func Noises() []Noise {
	plain := func(f func(string) string) func(string, *rand.Rand) string {
		return func(s string, _ *rand.Rand) string { return f(s) }
	}
	return []Noise{
		{"typos", typos},
		{"lower case", plain(strings.ToLower)},
		{"upper case", plain(strings.ToUpper)},
		{"blank lines", plain(func(s string) string { return strings.ReplaceAll(s, "\n", "\n\n") + "\n\n" })},
		{"wide spaces", plain(func(s string) string { return strings.ReplaceAll(s, " ", "  ") })},
		{"indented", plain(func(s string) string { return "    " + strings.ReplaceAll(s, "\n", "\n    ") })},
		{"magic words before", plain(func(s string) string { return "Think step by step, prove every claim. " + s })},
		{"magic words after", plain(func(s string) string { return s + "\nThink step by step and prove it rigorously." })},
		{"easy words before", plain(func(s string) string { return "This is an easy one, keep it short: " + s })},
		{"other words before", plain(func(s string) string { return "Whatever you reckon, mull it over and never rush. " + s })},
		{"German before", plain(func(s string) string { return "Bitte denke gründlich nach und begründe alles. " + s })},
		{"topic words before", plain(func(s string) string { return "Theorem, lemma, eigenvalue, integral: " + s })},
		{"polite", plain(func(s string) string { return "Hi! Could you please help me with this?\n\n" + s + "\n\nThanks a lot!" })},
		{"code fence", plain(func(s string) string { return "```\n" + s + "\n```" })},
		{"quoted", plain(func(s string) string { return "> " + strings.ReplaceAll(s, "\n", "\n> ") })},
		{"harness", plain(func(s string) string {
			return "You are a careful assistant. Answer the user's question below.\n\n<question>\n" + s + "\n</question>"
		})},
	}
}

// typos changes about one word in fifteen: two letters swapped, one left out or doubled.
func typos(text string, rng *rand.Rand) string {
	words := strings.SplitAfter(text, " ")
	for i, w := range words {
		if len(w) < 5 || rng.IntN(15) > 0 {
			continue
		}
		b := []rune(w)
		at := 1 + rng.IntN(len(b)-1)
		if at+1 >= len(b) || !unicode.IsLetter(b[at]) || !unicode.IsLetter(b[at+1]) {
			continue
		}
		switch rng.IntN(3) {
		case 0:
			b[at], b[at+1] = b[at+1], b[at]
		case 1:
			b = append(b[:at], b[at+1:]...)
		default:
			b = append(b[:at+1], b[at:]...)
		}
		words[i] = string(b)
	}
	return strings.Join(words, "")
}

// Flips says how often a change turns the decision, at one setting of the dial.
type Flips struct {
	Noise   string  `json:"noise"`
	Aim     float64 `json:"aim"`
	Flipped float64 `json:"flipped"`  // share of rows decided differently
	ToLarge float64 `json:"to_large"` // share that the change moved to the large model
	ToSmall float64 `json:"to_small"`
	APGR    float64 `json:"apgr"` // of the ranking of the changed prompts
}

// Robust tries every change on every row at each aim.
func Robust(ctx context.Context, rows []Row, judge Judge, aims []float64, step func()) ([]Flips, error) {
	plain, err := ScoreRows(ctx, rows, judge, step)
	if err != nil {
		return nil, err
	}
	var out []Flips
	for _, noise := range Noises() {
		changed := append([]Row(nil), rows...)
		for i := range changed {
			changed[i].Prompt = noise.Apply(changed[i].Prompt, rand.New(rand.NewPCG(uint64(i), 0x7e57)))
		}
		s, err := ScoreRows(ctx, changed, judge, step)
		if err != nil {
			return nil, err
		}
		for _, aim := range aims {
			f := flips(plain.Text, s.Text, judge, aim)
			f.Noise = noise.Name
			f.APGR = Rank(Outcomes(rows), needs(s.Text)).Curve(nil).Metrics().APGR
			out = append(out, f)
		}
	}
	return out, nil
}

func flips(before, after []classifier.Score, judge Judge, aim float64) Flips {
	f := Flips{Aim: aim}
	each := 1 / float64(len(before))
	for i := range before {
		t := judge(i).Threshold(aim)
		was, is := before[i].Need > t, after[i].Need > t
		switch {
		case !was && is:
			f.ToLarge += each
		case was && !is:
			f.ToSmall += each
		}
	}
	f.Flipped = f.ToLarge + f.ToSmall
	return f
}
