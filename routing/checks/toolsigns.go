package checks

import (
	"encoding/json"
	"math"
	"strings"
	"unicode"

	"ockham/routing"
)

// toolSigns weigh what makes a call, or the lack of one, improbable, beyond what the schemas say: much of
// the request is not in the arguments, or much of the arguments is not in the request. The points were set
// by hand and measured on recorded calls of BFCL (Berkeley Function Calling Leaderboard, 2024-08-11).
type toolSigns struct {
	prompt  string          // in lower case
	words   map[string]bool // of the prompt, by their stems
	numbers []string        // of the prompt
}

// Scores from which an answer is rejected: where only what is nearly certain counts, and by all signs.
const (
	certainSigns = 3.0
	likelySigns  = 1.5
)

// newToolSigns reads a request. It is nil, and nothing is weighed, in a conversation: arguments then come
// from everywhere, and an answer without a call is as common as one with.
func newToolSigns(p *routing.Prompt) *toolSigns {
	if len(p.Turns) != 1 || len(p.Turns[0].Sources) > 0 || p.System != "" {
		return nil
	}
	text := ends(p.Turns[0].Text, 4000)
	s := &toolSigns{prompt: strings.ToLower(text), words: map[string]bool{}, numbers: numbersIn(text)}
	for _, word := range wordsOf(s.prompt) {
		s.words[stem(word)] = true
	}
	return s
}

// score adds the signs up.
func (s *toolSigns) score(p *routing.Prompt, a *routing.Answer) float64 {
	clauses := math.Min(1, float64(s.clauses())/8)
	score := clauses - 1.5*math.Min(1, float64(len(s.numbers))/10)
	if len(a.Tools) == 0 {
		return score + s.textScore(p, strings.ToLower(a.Text))
	}
	var args strings.Builder
	var v values
	overlap := 0.0
	calls, used := map[string]bool{}, map[string]bool{}
	known := toolsByName(p)
	for _, c := range a.Tools {
		calls[c.Name+c.Args], used[c.Name] = true, true
		args.WriteString(strings.ToLower(c.Args))
		v.collect(c, known[c.Name])
		overlap += s.overlap(c.Name)
	}
	unused := portion(len(s.numbers), func(i int) bool { return !hasNumber(args.String(), s.numbers[i]) })
	score += 2.5*unused - 0.5*math.Min(1, math.Log(float64(len(a.Tools)))/2) - overlap/float64(len(a.Tools))
	score += 1.5 * portion(len(v.numbers), func(i int) bool { return !s.supports(v.numbers[i]) })
	score += 2 * portion(len(v.words), func(i int) bool { return !s.words[stem(v.words[i])] })
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
	n := strings.Count(s.prompt, "?") + strings.Count(s.prompt, ",") + strings.Count(s.prompt, ";")
	for _, w := range []string{" and ", " also", " then ", " second", " third", " finally", " another", " next", " respectively", " both "} {
		n += strings.Count(s.prompt, w)
	}
	return n
}

// overlap is how many of the words of a tool's name stand in the prompt.
func (s *toolSigns) overlap(name string) float64 {
	words := wordsOf(strings.ToLower(spaceCamel(name)))
	return 1 - portion(len(words), func(i int) bool { return !s.words[stem(words[i])] })
}

// values are the arguments of the calls.
type values struct {
	numbers []string
	words   []string
	unknown bool // there is one that the schema does not name
	blank   bool // there is null, nothing or a placeholder
}

func (v *values) collect(c routing.ToolCall, t routing.Tool) {
	var args map[string]any
	if json.Unmarshal([]byte(c.Args), &args) != nil {
		return
	}
	var schema struct {
		Properties map[string]struct {
			Enum []any `json:"enum"`
		} `json:"properties"`
	}
	_ = json.Unmarshal(t.Schema, &schema) // what cannot be read has no properties
	for key, value := range args {
		p, ok := schema.Properties[key]
		if !ok {
			v.unknown = true
		}
		if len(p.Enum) == 0 {
			v.add(value)
		}
	}
}

func (v *values) add(value any) {
	switch value := value.(type) {
	case nil:
		v.blank = true
	case string:
		if strings.TrimSpace(value) == "" || strings.Contains(value, "<") {
			v.blank = true
		}
		v.words = append(v.words, wordsOf(strings.ToLower(value))...)
		v.numbers = append(v.numbers, numbersIn(value)...)
	case float64:
		b, _ := json.Marshal(value)
		v.numbers = append(v.numbers, string(b))
	case []any:
		for _, one := range value {
			v.add(one)
		}
	case map[string]any:
		for _, one := range value {
			v.add(one)
		}
	}
}

// supports tells whether the prompt has a number, also as a percentage or a word.
func (s *toolSigns) supports(n string) bool {
	for _, have := range s.numbers {
		if sameNumber(have, n) {
			return true
		}
	}
	if d := digits(n); d > 0 && d <= 12 {
		for _, word := range wordsOf(s.prompt) {
			if numberOf(word) == d && len(word) > 2 {
				return true
			}
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
