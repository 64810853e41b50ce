package checks

import (
	"regexp"
	"strings"
)

// shapes reads the forms that programs and busy people ask for: one word, one of a few answers, a table,
// comma-separated values, a line each.
func (r *formatReader) shapes() {
	r.short()
	r.picks()
	r.tables()
	r.lines()
	r.match("max", `\bmax(?:imum)?\.?(?: of)? NUM words?\b`, atMostWords)
	r.match("max", `\bNUM words?,? max(?:imum)?\b`, atMostWords)
}

func atMostWords(f *Format, s *sentence, m []string) {
	if s.ofParts() {
		return
	}
	if n := numberOf(m[1]); n > 0 {
		f.Words = f.Words.and(Range{Max: n}.loose())
	}
}

// short reads "in one word" and "only the digit". A word more is let pass: "Category: billing".
func (r *formatReader) short() {
	few := func(f *Format, _ *sentence, _ []string) { f.Words = f.Words.and(Range{Max: 3}) }
	r.match("word", `\b(?:answer|reply|respond)\w*(?: only| just)? (?:with|in)(?: exactly| only| just| the)? (?:one|a single) word(?: only)?\s*[.:!]?\s*$`, few)
	r.match("one word", `^\W*(?:just |only )?one word(?: only)?\W*$`, few)
	for _, only := range []string{"only", "just"} {
		r.match(only+" the ", `^\W*(?:answer|reply|respond)?(?: with)?\s*`+only+` the (?:digit|number|letter|label|code|category)(?: only)?\W*$`, few)
	}
}

// picks reads "Answer yes, no or later."
func (r *formatReader) picks() {
	const item = `(?:["'“][^"'”\n]{1,40}["'”]|[\p{L}\d_-]{1,30})`
	const list = `(` + item + `(?:, ?` + item + `)*,? or ` + item + `)`
	split := regexp.MustCompile(`, ?or | or |, ?`)
	for _, verb := range []string{"answer", "reply", "respond"} {
		r.match(verb, `\b`+verb+`(?: only| just)?(?: with)?(?: either| only| just| exactly)?:? `+list+`\s*[.!]?\s*$`, func(f *Format, _ *sentence, m []string) {
			longest, options := 0, []string{}
			for _, o := range split.Split(m[1], -1) {
				o = strings.Trim(o, ` "'“”`)
				longest = max(longest, len(strings.Fields(o)))
				options = append(options, regexp.QuoteMeta(o))
			}
			f.Matches = append(f.Matches, `(?i)(?:^|\PL)(?:`+strings.Join(options, "|")+`)(?:\PL|$)`)
			f.Words = f.Words.and(Range{Max: longest + 3})
		})
	}
}

func (r *formatReader) tables() {
	r.match("markdown table", `\b(?:as|to|into|in|make|create|write|return|give)\b[^.\n]{0,30}\bmarkdown table\b`, func(f *Format, _ *sentence, _ []string) {
		f.Matches = append(f.Matches, `(?m)^[^\n]*\|[^\n]*\|?\s*\n\s*\|?\s*:?-{2,}`)
	})
	r.match("checklist", `\bmarkdown (?:check|task )list\b`, func(f *Format, _ *sentence, _ []string) {
		f.Matches = append(f.Matches, `(?m)^\s*[-*] \[[ xX]\]`)
	})
	r.match("csv", `^\W*(?:please )?(?:convert|turn|write|give|return|output|export|format|reformat|make|put|list)\b[^.]*\b(?:as|to|into|in) csv\b`, func(f *Format, _ *sentence, _ []string) {
		f.Matches = append(f.Matches, `[,;\t]`)
		f.Lacks = append(f.Lacks, `(?m)^\s*\|.*\|\s*$`)
	})
}

// lines reads how several things are to stand beside or below one another.
func (r *formatReader) lines() {
	const bullet = `(?m)^\s*(?:[-*•]|\d{1,3}[.)]) `
	r.match("per line", `\bone(?: \w+)? per line\b`, func(f *Format, _ *sentence, _ []string) {
		f.Lacks = append(f.Lacks, `\A[^\n]*[,;] [^\n]*[,;] [^\n]*\z`)
	})
	for _, words := range []string{"comma separated", "comma-separated"} {
		r.on(words, func(f *Format, s *sentence) {
			if !strings.Contains(s.all, "csv") {
				f.Lacks = append(f.Lacks, bullet)
			}
		})
	}
	r.match("paragraph", `\b(?:into|as|in|to) (?:one|a|a single)(?: \w+)? paragraph\b`, func(f *Format, _ *sentence, _ []string) {
		f.Lacks = append(f.Lacks, `(?m)^\s*[-*•] `)
	})
}
