package checks

import (
	"regexp"
	"strings"
)

// counts reads how many words, sentences, paragraphs and so on are asked for.
func (r *formatReader) counts() {
	const unit = `(?: of)?(?: a total of)? ?NUM(?:\s*(?:to|-|–|or|and)\s*NUM)?(\s*\+|\s+or more)?`
	r.match("word", relation+`?`+unit+`[ -]words?\b( or less| or fewer| in all| with all| or phrases in all)?`, func(f *Format, s sentence, m []string) {
		if strings.HasSuffix(m[5], "all") {
			f.capitals(bound(m[1], numberOf(m[2])))
			return
		}
		if n, ok := asked(m); ok && !s.ofParts() {
			f.Words = f.Words.and(n.loose())
		}
	})
	r.match("sentence", relation+`?`+unit+`[ -](?:\w+ )?sentences?\b( or less| or fewer)?`, func(f *Format, s sentence, m []string) {
		if n, ok := asked(m); ok || m[4] == "" && strings.Contains(s.lower, " in "+m[2]+" sentences") {
			if !ok {
				n = Range{numberOf(m[2]), numberOf(m[2])}
			}
			f.Sentences = f.Sentences.and(n)
		}
	})
	r.match("paragraph", relation+`?`+unit+` paragraphs\b()`, func(f *Format, s sentence, m []string) {
		if strings.Contains(s.all, "***") && !strings.Contains(s.all, "****") {
			f.Divider = "***"
		} else if !strings.Contains(s.all, "new line") && !strings.Contains(s.all, "line break") && !strings.Contains(s.all, `\n\n`) {
			return
		}
		if m[1] == "" {
			m[1] = "exactly"
		}
		f.Paragraphs = bound(m[1], numberOf(m[2]))
	})
	r.match("bullet", relation+`?`+unit+` (?:\w+ )?bullet(?:ed|s| points?| list items?)?\b()`, func(f *Format, _ sentence, m []string) {
		if m[2] == "a" || m[2] == "an" {
			return
		}
		if m[1] == "" && m[3] == "" && m[4] == "" {
			m[1] = "exactly"
		}
		if n, ok := asked(m); ok {
			f.Items = n
		}
	})
	r.match("placeholder", `(?:at least )?NUM (?:or more )?placeholders?`, func(f *Format, _ sentence, m []string) {
		f.Counts = append(f.Counts, Count{`\[.*?\]`, Range{Min: numberOf(m[1])}})
	})
	r.sections()
	r.capitalsAndLetters()
}

// loose lets a longer text pass its limit of words by a tenth: numbers and dashes are counted in more than one way.
func (r Range) loose() Range {
	if r.Max >= 20 && r.Min == 0 {
		r.Max += r.Max / 10
	}
	return r
}

// ofParts tells whether a count may be of parts of the answer: "at most ten words each", "a reason of at
// most 12 words".
func (s sentence) ofParts() bool {
	return hasAny(s.lower, []string{" each", " per ", " every ", " both ", "each ", " of at most ", " of no more than "})
}

// asked reads the groups of a unit: relation, number, a second number, "+", and what follows.
func asked(m []string) (Range, bool) {
	n, second := numberOf(m[2]), numberOf(m[3])
	switch {
	case n == 0 || m[2] == "a" || m[2] == "an":
		return Range{}, false
	case second > n:
		return Range{n, second}, true
	case m[4] != "":
		return Range{Min: n}, true
	case m[5] == " or less" || m[5] == " or fewer":
		return Range{Max: n}, true
	}
	return bound(m[1], n), m[1] != ""
}

func (f *Format) capitals(n Range) {
	f.Counts = append(f.Counts, Count{`\b\p{Lu}[\p{Lu}\d'-]*\b`, n})
}

// sections reads "5 sections, each marked with SECTION X", in one sentence or in two.
func (r *formatReader) sections() {
	marker := regexp.MustCompile(`["'“]?([A-Za-z]+) X\b`)
	amount := regexp.MustCompile(number + ` sections`)
	r.on(" x", func(f *Format, s sentence) {
		name, n := marker.FindStringSubmatch(s.raw), amount.FindStringSubmatch(s.all)
		if name != nil && n != nil && strings.Contains(s.lower, "section") {
			f.Section, f.Sections = name[1], Range{Min: numberOf(n[1])}
		}
	})
}

func (r *formatReader) capitalsAndLetters() {
	const often = relation + ` (?:NUM(?: times)?|(once|twice))\b`
	r.match("capital letter+words ", `words (?:with|in) (?:all )?capital letters? .*?`+often, func(f *Format, _ sentence, m []string) {
		f.capitals(bound(m[1], numberOf(m[2]+m[3])))
	})
	r.match("capitalized word", `NUM to NUM such capitalized words`, func(f *Format, _ sentence, m []string) {
		f.capitals(Range{numberOf(m[1]), numberOf(m[2])})
	})
	r.match("letter ", `letter ["'“]?(\S)["'”]? (?:should |must |to )?(?:appears?|occurs?|is used|be used|in your response)? ?`+often, func(f *Format, _ sentence, m []string) {
		f.occurs(m[1], bound(m[2], numberOf(m[3]+m[4])))
	})
	r.match("letter ", often+`.{0,20} letter ["'“]?(\S)["'”]?`, func(f *Format, _ sentence, m []string) {
		f.occurs(m[4], bound(m[1], numberOf(m[2]+m[3])))
	})
	const word = `(?:word|keyword|term|phrase) ["'“‘]?([\p{L}-]+)["'”’]?`
	for _, trigger := range []string{"appear", " times"} {
		r.match(trigger, word+`,? (?:should |must |to )?(?:appears?|occurs?|is used|be used|be mentioned)? ?(?:for )?`+often, func(f *Format, _ sentence, m []string) {
			f.occurs(m[1], bound(m[2], numberOf(m[3]+m[4])))
		})
	}
	r.match("word", often+`.{0,20} `+word, func(f *Format, _ sentence, m []string) {
		if m[3] != "" || m[2] == "" {
			f.occurs(m[4], bound(m[1], numberOf(m[2]+m[3])))
		}
	})
}

// occurs asks for a word or letter so many times.
func (f *Format) occurs(word string, n Range) {
	f.Counts = append(f.Counts, Count{"(?i)" + regexp.QuoteMeta(word), n})
}
