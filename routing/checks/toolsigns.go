package checks

import (
	"math"
	"slices"
	"strings"
	"unicode"

	"ockham/routing"
)

// toolSigns weigh what makes a call, or the lack of one, improbable, beyond what the schemas say: much of
// the request is not in the arguments, or much of the arguments is not in the request. The points were set
// by hand and measured on recorded calls of BFCL (Berkeley Function Calling Leaderboard, 2024-08-11).
type toolSigns struct {
	prompt  string   // in lower case
	words   *wordSet // of the prompt, by their stems
	numbers []string // of the prompt
	spelled [13]bool // numbers that the prompt writes as words
}

// Scores from which an answer is rejected: where only what is nearly certain counts, and by all signs.
const (
	certainSigns = 2.75
	likelySigns  = 1.45
)

// newToolSigns reads a request. It is nil, and nothing is weighed, in a conversation or behind a system
// prompt: arguments then come from everywhere, and an answer without a call is as common as one with.
func newToolSigns(p *routing.Prompt) *toolSigns {
	if len(p.Turns) != 1 || len(p.Turns[0].Sources) > 0 || p.System != "" {
		return nil
	}
	text := ends(p.Turns[0].Text, 4000)
	s := &toolSigns{prompt: strings.ToLower(text), words: newWordSet(len(text) / 6), numbers: numbersIn(text)}
	eachWord(s.prompt, func(w []byte) {
		s.words.add(hash(w[:stemLen(w)]))
		if n := numberOf(string(w)); n > 0 && n < len(s.spelled) && len(w) > 2 {
			s.spelled[n] = true
		}
	})
	return s
}

// score adds the signs up.
func (s *toolSigns) score(t tools, p *routing.Prompt, a *routing.Answer) float64 {
	clauses := math.Min(1, float64(s.clauses())/8)
	score := clauses - 1.5*math.Min(1, float64(len(s.numbers))/10)
	if len(a.Tools) == 0 {
		return score + s.textScore(p, strings.ToLower(a.Text))
	}
	v := arguments{signs: s}
	overlap := 0.0
	calls, used := map[[2]string]bool{}, map[string]bool{}
	known := toolsByName(p)
	for _, c := range a.Tools {
		calls[[2]string{c.Name, c.Args}], used[c.Name] = true, true
		v.read(c.Args, t.schemas.get(known[c.Name].Schema).shape)
		overlap += s.overlap(c.Name)
	}
	unused := portion(len(s.numbers), func(i int) bool {
		return !anySame(s.numbers[i], v.numbers) && !slices.ContainsFunc(a.Tools, func(c routing.ToolCall) bool { return strings.Contains(c.Args, s.numbers[i]) })
	})
	score += 2.5*unused - 0.5*math.Min(1, math.Log(float64(len(a.Tools)))/2) - overlap/float64(len(a.Tools))
	score += 1.5 * portion(len(v.checked), func(i int) bool { return !s.supports(v.checked[i]) })
	score += 2 * v.newWords()
	score -= 0.5 * (1 - float64(len(used))/float64(len(p.Tools)))
	score += points(len(calls) < len(a.Tools), 2) + points(v.unknown, 4) + points(v.blank, 2)
	if len(a.Tools) == 1 {
		score += 0.5 + 2*clauses + 3*unused
	}
	return score
}

// textScore weighs an answer without a call: most are right to have none, but one that writes the call
// down as text is not.
func (s *toolSigns) textScore(p *routing.Prompt, text string) float64 {
	names, writes := false, false
	for _, t := range p.Tools {
		name := strings.ToLower(t.Name)
		names = names || strings.Contains(text, name)
		writes = writes || strings.Contains(text, name+"(")
	}
	eager := strings.HasPrefix(text, "sure") || strings.HasPrefix(text, "here") || strings.Contains(text, "i will use") || strings.Contains(text, "i would use")
	head, _ := beginning(text, 200)
	declines := hasAny(head, []string{"sorry", "apologize", "unfortunately", "do not have", "don't have", "cannot", "can't", "unable", "not relevant", "does not", "not able"})
	return -2 + points(names, 1) + points(writes, 3) + points(eager, 1) - points(declines, 1) - points(strings.Contains(text, "?"), 1)
}

func points(holds bool, n float64) float64 {
	if holds {
		return n
	}
	return 0
}

func toolsByName(p *routing.Prompt) map[string]routing.Tool {
	known := make(map[string]routing.Tool, len(p.Tools))
	for _, t := range p.Tools {
		known[t.Name] = t
	}
	return known
}

// clauses counts words and signs with which people string requests together.
func (s *toolSigns) clauses() int {
	commas := 0
	for i := range len(s.prompt) {
		if s.prompt[i] == ',' && at(s.prompt, i+1) == ' ' && !isDigit(s.prompt, i+2) {
			commas++
		}
	}
	return commas + count(s.prompt, "?", ";", " and ", " also", " then ", " second", " third", " finally", " another", " next", " respectively", " both ")
}

// overlap is how many of the words of a tool's name stand in the prompt.
func (s *toolSigns) overlap(name string) float64 {
	all, found := 0.0, 0.0
	eachWord(spaceCamel(name), func(w []byte) {
		all++
		if s.words.has(hash(w[:stemLen(w)])) {
			found++
		}
	})
	if all == 0 {
		return 1
	}
	return found / all
}

// supports tells whether the prompt has a number, also as a percentage or a word.
func (s *toolSigns) supports(n string) bool {
	d := digits(n)
	return anySame(n, s.numbers) || d > 0 && d < len(s.spelled) && s.spelled[d]
}

func anySame(n string, list []string) bool {
	for _, m := range list {
		if sameNumber(n, m) {
			return true
		}
	}
	return false
}

// portion is the share of n things of which is holds.
func portion(n int, is func(int) bool) float64 {
	if n == 0 {
		return 0
	}
	k := 0
	for i := range n {
		if is(i) {
			k++
		}
	}
	return float64(k) / float64(n)
}

// spaceCamel divides getTheWeather into words.
func spaceCamel(s string) string {
	var b strings.Builder
	for i, r := range s {
		if i > 0 && unicode.IsUpper(r) {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}
