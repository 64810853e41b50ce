package checks

import (
	"regexp"
	"strings"
)

// counts reads how many words, sentences, paragraphs and so on are asked for.
func (r *formatReader) counts() {
	r.count("word", func(f *Format, s *sentence, a amount) {
		after, ok := a.of("word")
		if ok && hasAnyPrefix(after, " in all", " with all", " or phrases in all") {
			f.capitals(bound(a.relation, a.n))
		} else if n, bounded := a.bounds(after); ok && bounded && !s.ofParts() {
			f.Words = f.Words.and(n.loose())
		}
	})
	r.count("sentence", func(f *Format, s *sentence, a amount) {
		after, ok := a.of("sentence")
		if !ok {
			after, ok = a.described().of("sentence")
		}
		n, bounded := a.bounds(after)
		if !bounded && strings.Contains(s.lower, " in "+a.word+" sentences") {
			n, bounded = Range{a.n, a.n}, true
		}
		if ok && bounded {
			f.Sentences = f.Sentences.and(n)
		}
	})
	r.count("paragraphs", func(f *Format, s *sentence, a amount) {
		if _, ok := a.of("paragraph"); !ok {
			return
		}
		if strings.Contains(s.all, "***") && !strings.Contains(s.all, "****") {
			f.Divider = "***"
		} else if !hasAny(s.all, []string{"new line", "line break", `\n\n`}) {
			return
		}
		f.Paragraphs = bound(a.relation, a.n)
	})
	r.count("bullet", func(f *Format, _ *sentence, a amount) {
		if n, ok := a.bullets(); ok {
			f.Items = n
		}
	})
	r.count("placeholder", func(f *Format, _ *sentence, a amount) {
		if _, ok := a.of("placeholder"); ok {
			f.Counts = append(f.Counts, Count{`\[.*?\]`, Range{Min: a.n}})
		}
	})
	r.sections()
	r.capitalsAndLetters()
}

// count is on for amounts: ask gets each of them.
func (r *formatReader) count(trigger string, ask func(*Format, *sentence, amount)) {
	r.on(trigger, func(f *Format, s *sentence) {
		for _, a := range s.amounts() {
			ask(f, s, a)
		}
	})
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
func (s *sentence) ofParts() bool {
	return hasAny(s.lower, []string{" each", " per ", " every ", " both ", "each ", " of at most ", " of no more than "})
}

// bullets are exactly as many as said, unless bounds are.
func (a amount) bullets() (Range, bool) {
	for _, b := range []amount{a, a.described()} {
		for _, unit := range []string{"bullet", "bulleted"} {
			if after, ok := b.of(unit); ok && !a.article {
				n, bounded := a.bounds(after)
				if !bounded && a.second == 0 {
					n, bounded = Range{a.n, a.n}, true
				}
				return n, bounded
			}
		}
	}
	return Range{}, false
}

func (f *Format) capitals(n Range) {
	f.Counts = append(f.Counts, Count{`\b\p{Lu}[\p{Lu}\d'-]*\b`, n})
}

// sections reads "5 sections, each marked with SECTION X", in one sentence or in two.
func (r *formatReader) sections() {
	marker := regexp.MustCompile(`["'“]?([A-Za-z]+) X\b`)
	amount := regexp.MustCompile(number + ` sections`)
	r.on(" x", func(f *Format, s *sentence) {
		name, n := marker.FindStringSubmatch(s.raw), amount.FindStringSubmatch(s.all)
		if name != nil && n != nil && strings.Contains(s.lower, "section") {
			f.Section, f.Sections = name[1], Range{Min: numberOf(n[1])}
		}
	})
}

func (r *formatReader) capitalsAndLetters() {
	const often = relation + ` (?:NUM(?: times)?|(once|twice))\b`
	r.match("capital letter+words ", `words (?:with|in) (?:all )?capital letters? .*?`+often, func(f *Format, _ *sentence, m []string) {
		f.capitals(bound(m[1], numberOf(m[2]+m[3])))
	})
	r.match("capitalized word", `NUM to NUM such capitalized words`, func(f *Format, _ *sentence, m []string) {
		f.capitals(Range{numberOf(m[1]), numberOf(m[2])})
	})
	r.match("letter ", `letter ["'“]?(\S)["'”]? (?:should |must |to )?(?:appears?|occurs?|is used|be used|in your response)? ?`+often, func(f *Format, _ *sentence, m []string) {
		f.occurs(m[1], bound(m[2], numberOf(m[3]+m[4])))
	})
	r.match("letter ", often+`.{0,20} letter ["'“]?(\S)["'”]?`, func(f *Format, _ *sentence, m []string) {
		f.occurs(m[4], bound(m[1], numberOf(m[2]+m[3])))
	})
	const word = `(?:word|keyword|term|phrase) ["'“‘]?([\p{L}-]+)["'”’]?`
	for _, trigger := range []string{"appear", " times"} {
		r.match(trigger, word+`,? (?:should |must |to )?(?:appears?|occurs?|is used|be used|be mentioned)? ?(?:for )?`+often, func(f *Format, _ *sentence, m []string) {
			f.occurs(m[1], bound(m[2], numberOf(m[3]+m[4])))
		})
	}
	for _, trigger := range []string{"once", "twice"} {
		r.match("word+"+trigger, relation+` (`+trigger+`)\b.{0,20} `+word, func(f *Format, _ *sentence, m []string) {
			f.occurs(m[3], bound(m[1], numberOf(m[2])))
		})
	}
}

// occurs asks for a word or letter so many times.
func (f *Format) occurs(word string, n Range) {
	f.Counts = append(f.Counts, Count{"(?i)" + regexp.QuoteMeta(word), n})
}
