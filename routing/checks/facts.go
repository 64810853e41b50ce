package checks

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// fact is something in an answer that must stand in its source word for word.
type fact struct {
	what string // "number", "link", "quotation", "name"
	text string
}

// maxFacts bounds how many links, quotations and names of an answer are looked up.
const maxFacts = 100

// unsupported finds the first fact of an answer that neither the source nor the request has.
func (s *source) unsupported(answer string) (fact, bool) {
	for _, n := range numbersIn(withoutCounting(answer)) {
		if !s.hasNumber(n) {
			return fact{"number", n}, true
		}
	}
	if c := s.wrongCitation(answer); c != "" {
		return fact{"number", c}, true
	}
	for _, l := range atMost(linksIn(answer)) {
		if !strings.Contains(s.text, l) {
			return fact{"link", l}, true
		}
	}
	for _, q := range atMost(quotationsIn(answer)) {
		if !s.quotes(q) {
			return fact{"quotation", q}, true
		}
	}
	for _, n := range fullNamesIn(answer) {
		if !s.hasWords(n) {
			return fact{"name", n}, true
		}
	}
	return fact{}, false
}

func atMost(list []string) []string { return list[:min(len(list), maxFacts)] }

// hasNumber tells whether the source has a number, in digits or in words, or as a percentage.
func (s *source) hasNumber(n string) bool {
	if s.numbers[n] {
		return true
	}
	s.readValues()
	x, err := strconv.ParseFloat(n, 64)
	if err == nil && (s.values[rounded(x)] || s.values[rounded(100*x)] || s.values[rounded(x/100)]) {
		return true
	}
	s.readAll()
	return s.known.spells(s.all, digits(n))
}

// readValues makes ready to compare numbers that are written otherwise.
func (s *source) readValues() {
	if s.values != nil {
		return
	}
	s.values = make(map[float64]bool, len(s.numbers))
	for n := range s.numbers {
		if x, err := strconv.ParseFloat(n, 64); err == nil {
			s.values[rounded(x)] = true
		}
	}
}

// rounded makes numbers comparable that were computed.
func rounded(x float64) float64 { return math.Round(x*1e6) / 1e6 }

// spells tells whether words has a number up to 99, or a round one, in English words.
func (v *vocabulary) spells(words *wordSet, n int) bool {
	one := func(n int) bool { return slices.ContainsFunc(v.spelled[n], words.has) }
	return one(n) || n < 100 && n%10 > 0 && one(n-n%10) && one(n%10)
}

// spelledNumbers are the hashes of the English words that stand for numbers.
func spelledNumbers() map[int][]uint64 {
	list := map[int][]uint64{}
	for n, words := range map[int]string{
		1: "one once first single a an", 2: "two twice second both pair couple half", 3: "three third thrice triple", 4: "four fourth quarter",
		5: "five fifth", 6: "six sixth", 7: "seven seventh", 8: "eight eighth", 9: "nine ninth", 10: "ten tenth", 11: "eleven eleventh",
		12: "twelve twelfth dozen", 13: "thirteen", 14: "fourteen", 15: "fifteen fifteenth", 16: "sixteen", 17: "seventeen",
		18: "eighteen", 19: "nineteen", 20: "twenty", 30: "thirty", 40: "forty", 50: "fifty", 60: "sixty", 70: "seventy", 80: "eighty", 90: "ninety",
		100: "hundred", 1000: "thousand", 1_000_000: "million",
	} {
		eachWord(words, func(w []byte) { list[n] = append(list[n], hash(w)) })
	}
	return list
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
	lower := []byte(s) // of the same length: some letters are longer or shorter in lower case
	for i, c := range lower {
		if 'A' <= c && c <= 'Z' {
			lower[i] |= 0x20
		}
	}
	var b strings.Builder
	at := 0
	for _, m := range findCitations(string(lower)) {
		b.WriteString(s[at:m[0]])
		at = m[1]
	}
	b.WriteString(s[at:])
	return b.String()
}

// wrongCitation finds a cited passage that the source, which numbers its passages, does not have.
func (s *source) wrongCitation(answer string) string {
	if !strings.Contains(s.text, "passage 1") {
		return ""
	}
	known := map[string]bool{}
	lower := strings.ToLower(answer)
	for _, at := range occurrences(lower, "passage ") {
		for _, n := range numbersIn(lower[at:min(len(lower), at+11)]) {
			if !known[n] && !strings.Contains(s.text, "passage "+n) {
				return n
			}
			known[n] = true
		}
	}
	return ""
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
	if !strings.ContainsAny(s, "\"“”") {
		return nil
	}
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

// hasWords tells whether the source has one of the words of a name.
func (s *source) hasWords(name string) bool {
	s.readAll()
	found := false
	eachWord(name, func(w []byte) { found = found || s.all.has(hash(w)) })
	return found
}

// readAll makes ready for hasWords and for numbers that are written as words.
func (s *source) readAll() {
	if s.all != nil {
		return
	}
	s.all = newWordSet(len(s.text) / 12)
	eachWord(s.text, func(w []byte) { s.all.add(hash(w)) })
}
