package checks

import "strings"

// amount is a number in a sentence, with what bounds it: "at least 5", "three to five", "7 or more".
type amount struct {
	relation  string // "at least"; "" where nothing bounds it
	word      string // the number as written
	n, second int
	article   bool   // "a" and "an", which hardly count
	more      bool   // "+", "or more"
	from      int    // where the relation begins; set by tongues
	rest      string // of the sentence, behind it
}

// relations are what may stand before a number. The longest that does is meant.
var relations = []string{
	"at least", "at minimum", "a minimum of", "minimum", "no fewer than", "no less than", "not less than", "at most", "a maximum of",
	"no more than", "not more than", "up to", "less than", "fewer than", "under", "below", "more than", "exactly", "only", "just",
}

// amountsIn finds the numbers of a sentence in lower case. It reads by hand what a regular expression,
// which may begin with any of so many words, takes a hundred times as long for.
func amountsIn(s string) []amount {
	var list []amount
	for i := 0; i < len(s); {
		w := wordAt(s, i)
		n := numberOf(s[i : i+w])
		if n == 0 || i > 0 && asciiWord(s[i-1]) {
			i += max(w, 1)
			continue
		}
		a := amount{relation: relationBefore(s[:i]), word: s[i : i+w], n: n, article: s[i] == 'a'}
		i += w
		if second, w := secondOf(s[i:]); second > 0 {
			a.second = second
			i += w
		}
		a.rest = s[i:]
		for _, more := range []string{" or more", "+", " +"} {
			if rest, ok := strings.CutPrefix(a.rest, more); ok {
				a.more, a.rest = true, rest
			}
		}
		list = append(list, a)
	}
	return list
}

// wordAt is the length of the run of letters or of digits at i: of "200word" the number is one.
func wordAt(s string, i int) int {
	j := i
	for j < len(s) && asciiWord(s[j]) && isDigit(s, j) == isDigit(s, i) {
		j++
	}
	return j - i
}

// secondOf reads the other end of a range.
func secondOf(s string) (n, width int) {
	rest := strings.TrimLeft(s, " ")
	for _, to := range []string{"to", "-", "–", "or", "and"} {
		if after, ok := strings.CutPrefix(rest, to); ok {
			after = strings.TrimLeft(after, " ")
			w := wordAt(after, 0)
			return numberOf(after[:w]), len(s) - len(after) + w
		}
	}
	return 0, 0
}

func relationBefore(s string) string {
	s = strings.TrimSuffix(strings.TrimSuffix(s, " "), " a total of")
	longest := ""
	for _, r := range relations {
		if len(r) > len(longest) && (strings.HasSuffix(s, r) || strings.HasSuffix(strings.TrimSuffix(s, " of"), r)) {
			longest = r
		}
	}
	return longest
}

// of tells whether the amount is one of a unit, with an adjective before it or none, and what follows.
func (a amount) of(unit string) (after string, ok bool) {
	if a.rest == "" || a.rest[0] != ' ' && a.rest[0] != '-' {
		return "", false
	}
	rest := a.rest[1:]
	if after, ok := strings.CutPrefix(rest, unit); ok && !startsWord(strings.TrimPrefix(after, "s")) {
		return strings.TrimPrefix(after, "s"), true
	}
	return "", false
}

// described steps over a word before the unit: "three short sentences".
func (a amount) described() amount {
	if w := wordAt(a.rest, 1); w > 0 && a.rest != "" && at(a.rest, 1+w) == ' ' {
		a.rest = a.rest[1+w:]
	}
	return a
}

func startsWord(s string) bool { return s != "" && asciiWord(s[0]) }

// bounds are those that an amount says clearly, with what follows its unit.
func (a amount) bounds(after string) (Range, bool) {
	switch {
	case a.article:
		return Range{}, false
	case a.second > a.n:
		return Range{a.n, a.second}, true
	case a.more:
		return Range{Min: a.n}, true
	case strings.HasPrefix(after, " or less"), strings.HasPrefix(after, " or fewer"):
		return Range{Max: a.n}, true
	}
	return bound(a.relation, a.n), a.relation != ""
}
