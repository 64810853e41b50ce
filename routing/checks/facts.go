package checks

import (
	"slices"
	"strings"
	"unicode"
)

// fact is something in an answer that must stand in its source word for word.
type fact struct {
	what string // "number", "link", "quotation", "name"
	text string
}

// unsupported finds the facts of an answer that neither the source nor the request has.
func (s *source) unsupported(answer string) []fact {
	var list []fact
	for _, n := range numbersIn(withoutCounting(answer)) {
		if !s.hasNumber(n) {
			list = append(list, fact{"number", n})
		}
	}
	for _, c := range s.wrongCitations(answer) {
		list = append(list, fact{"number", c})
	}
	for _, l := range linksIn(answer) {
		if !strings.Contains(s.text, l) {
			list = append(list, fact{"link", l})
		}
	}
	for _, q := range quotationsIn(answer) {
		if !s.quotes(q) {
			list = append(list, fact{"quotation", q})
		}
	}
	for _, n := range fullNamesIn(answer) {
		if !s.names(n) {
			list = append(list, fact{"name", n})
		}
	}
	return list
}

// hasNumber tells whether the source has a number, in digits, in words, or as what is left of a range,
// a rounding or a percentage.
func (s *source) hasNumber(n string) bool {
	if s.numbers[n] {
		return true
	}
	for have := range s.numbers {
		if sameNumber(have, n) {
			return true
		}
	}
	if d := digits(n); d > 0 {
		for _, w := range strings.Fields(numberWords(d)) {
			if hasWord(s.text, w) {
				return true
			}
		}
	}
	return false
}

// numberWords are the ways in which English writes the numbers that texts commonly spell out.
func numberWords(n int) string {
	words := [...]string{
		1: "one once first single a an", 2: "two twice second both pair couple half", 3: "three third thrice triple", 4: "four fourth quarter",
		5: "five fifth", 6: "six sixth", 7: "seven seventh", 8: "eight eighth", 9: "nine ninth", 10: "ten tenth", 11: "eleven eleventh",
		12: "twelve twelfth dozen", 13: "thirteen", 14: "fourteen", 15: "fifteen fifteenth", 16: "sixteen", 17: "seventeen",
		18: "eighteen", 19: "nineteen", 20: "twenty", 24: "twenty-four", 25: "twenty-five quarter", 30: "thirty", 40: "forty",
		50: "fifty half", 60: "sixty", 70: "seventy", 80: "eighty", 90: "ninety", 100: "hundred",
	}
	if n < len(words) {
		return words[n]
	}
	switch n {
	case 1000:
		return "thousand"
	case 1_000_000:
		return "million"
	}
	return ""
}

// withoutCounting leaves out the numbers that count items, and those by which passages are cited.
func withoutCounting(s string) string {
	var b strings.Builder
	for line := range strings.Lines(s) {
		bare := strings.TrimLeft(line, " \t*#-")
		n := len(bare) - len(strings.TrimLeft(bare, "0123456789"))
		if n > 0 && n < 4 && n < len(bare) && (bare[n] == '.' || bare[n] == ')') && (n+1 == len(bare) || bare[n+1] == ' ') {
			bare = bare[n:]
		}
		b.WriteString(bare)
		b.WriteByte('\n')
	}
	return withoutCitations(b.String())
}

// withoutCitations leaves out "(passages 1 and 3)", "step 2" and "[4]".
func withoutCitations(s string) string {
	lower := strings.ToLower(s)
	var b strings.Builder
	at := 0
	for _, m := range findCitations(lower) {
		b.WriteString(s[at:m[0]])
		at = m[1]
	}
	b.WriteString(s[at:])
	return b.String()
}

// wrongCitations finds cited passages that the source, which numbers its passages, does not have.
func (s *source) wrongCitations(answer string) []string {
	if !strings.Contains(s.text, "passage 1") {
		return nil
	}
	var list []string
	lower := strings.ToLower(answer)
	for _, at := range occurrences(lower, "passage ") {
		for _, n := range numbersIn(lower[at:min(len(lower), at+11)]) {
			if !strings.Contains(s.text, "passage "+n) {
				list = append(list, n)
			}
		}
	}
	return list
}

// findCitations finds the words that introduce a number of a passage, and the numbers behind them.
func findCitations(lower string) [][2]int {
	var list [][2]int
	for _, word := range []string{"passage", "step", "source", "document", "paragraph", "option", "section", "["} {
		for _, at := range occurrences(lower, word) {
			end := at + len(word)
			for end < len(lower) && strings.IndexByte("s 0123456789,&:]", lower[end]) >= 0 || end < len(lower) && (strings.HasPrefix(lower[end:], "and ") || strings.HasPrefix(lower[end:], "or ")) {
				end++
				if end > at+len(word)+24 {
					break
				}
			}
			list = append(list, [2]int{at, end})
		}
	}
	slices.SortFunc(list, func(a, b [2]int) int { return a[0] - b[0] })
	return disjoint(list)
}

func disjoint(list [][2]int) [][2]int {
	out := list[:0]
	end := 0
	for _, m := range list {
		if m[0] >= end {
			out = append(out, m)
			end = m[1]
		}
	}
	return out
}

func occurrences(s, word string) []int {
	var list []int
	for at := 0; ; {
		i := strings.Index(s[at:], word)
		if i < 0 {
			return list
		}
		list = append(list, at+i)
		at += i + len(word)
	}
}

// linksIn finds web addresses, in lower case.
func linksIn(s string) []string {
	if !strings.Contains(s, "://") && !strings.Contains(s, "www.") {
		return nil
	}
	var list []string
	for _, w := range strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("()<>[]\"'", r) }) {
		if strings.HasPrefix(w, "http://") || strings.HasPrefix(w, "https://") || strings.HasPrefix(w, "www.") {
			list = append(list, strings.TrimRight(w, ".,;:!?*"))
		}
	}
	return list
}

// quotationsIn finds what stands in quotation marks and has at least four words.
func quotationsIn(s string) []string {
	s = strings.NewReplacer("“", `"`, "”", `"`).Replace(s)
	parts := strings.Split(s, `"`)
	var list []string
	for i := 1; i+1 < len(parts); i += 2 {
		if q := parts[i]; len(strings.Fields(q)) >= 4 && len(q) < 400 {
			list = append(list, q)
		}
	}
	return list
}

// quotes tells whether the source has the words of a quotation one after the other, whatever stands
// between them; an ellipsis divides it.
func (s *source) quotes(q string) bool {
	for _, part := range strings.Split(strings.ReplaceAll(q, "…", "..."), "...") {
		if words := plainWords(part); words != "" && !strings.Contains(s.plain(), words) {
			return false
		}
	}
	return true
}

// plainWords are the letters and digits of a text in lower case, words divided by single spaces.
func plainWords(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }), " ")
}

func (s *source) plain() string {
	if s.bare == "" {
		s.bare = plainWords(s.text)
	}
	return s.bare
}

// fullNamesIn finds runs of two or three capitalised words inside of sentences.
func fullNamesIn(text string) []string {
	var list []string
	var run []string
	flush := func() {
		if len(run) >= 2 && len(run) <= 3 {
			list = append(list, strings.Join(run, " "))
		}
		run = run[:0]
	}
	start := true
	for _, w := range strings.Fields(text) {
		bare := strings.TrimFunc(w, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
		capital := len(bare) > 1 && unicode.IsUpper(firstRune(bare)) && strings.ToUpper(bare) != bare
		if capital && !start {
			run = append(run, strings.ToLower(strings.TrimSuffix(strings.TrimSuffix(bare, "'s"), "’s")))
		} else {
			flush()
		}
		end := w[len(w)-1]
		if start = strings.IndexByte(".!?:*\"", end) >= 0; start || end == ',' || end == ')' {
			flush()
		}
	}
	flush()
	return list
}

// names tells whether each part of a name stands in the source.
func (s *source) names(name string) bool {
	for _, part := range strings.Fields(name) {
		if strings.Contains(s.text, part) {
			return true
		}
	}
	return false
}
