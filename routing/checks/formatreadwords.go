package checks

import (
	"regexp"
	"strings"
)

// words reads which words and phrases are wanted, not wanted, and where.
func (r *formatReader) words() {
	l := newLister()
	for _, trigger := range []string{"word", "say", "term", "mention"} {
		r.on(trigger, l.read)
	}
	r.openings()
	r.beginningsAndEnds()
}

// lister reads lists of words: "the words 'a', 'b' or 'c'".
type lister struct {
	negative, positive     *regexp.Regexp // before the list
	heading, saying        *regexp.Regexp // what introduces it
	quotedRun, quoted      *regexp.Regexp
	bareRun, bareSeparator *regexp.Regexp
}

func newLister() *lister {
	return &lister{
		negative:      regexp.MustCompile(`\b(?:do not|don't|doesn't|not|avoid|without|never|exclude|refrain|no)\b`),
		positive:      regexp.MustCompile(`\b(?:includ\w+|uses?|using|contains?|mentions?|has|have)\b`),
		heading:       regexp.MustCompile(`(?i)\b(?:words?|keywords?|terms?)\b( and phrases)?[: ]*`),
		saying:        regexp.MustCompile(`(?i)\b(?:say|saying|mention|use|using) ["'“]`),
		quotedRun:     regexp.MustCompile(`^(?:,? ?(?:and|or|nor)? ?["'“‘]([^"'”’]{1,40}?)[,.]?["'”’])+`),
		quoted:        regexp.MustCompile(`["'“‘]([^"'”’]+?)[,.]?["'”’]`),
		bareRun:       regexp.MustCompile(`^([\p{L}-]+)((?:, (?:and |or )?[\p{L}-]+)*(?: (?:and|or) [\p{L}-]+)?)[ .?!]*(?:$|in |throughout|anywhere)`),
		bareSeparator: regexp.MustCompile(`, (?:and |or )?| (?:and|or) `),
	}
}

// read asks for the words of a list, or forbids them. Lists that are to be counted are read elsewhere.
func (l *lister) read(f *Format, s *sentence) {
	if len(f.Counts) > 0 && strings.Contains(s.lower, " times") {
		return
	}
	at := l.heading.FindStringIndex(s.raw)
	if at == nil {
		if at = l.saying.FindStringIndex(s.raw); at == nil {
			return
		}
		at[1]--
	}
	words, before := l.listed(s.raw[at[1]:]), strings.ToLower(s.raw[:at[1]])
	switch {
	case l.negative.MatchString(before):
		f.Excludes = union(f.Excludes, words)
	case l.positive.MatchString(before):
		f.Contains = union(f.Contains, words)
	}
}

// listed are the words at the beginning of s, in quotation marks or not.
func (l *lister) listed(s string) []string {
	s = strings.TrimLeft(s, " :[(")
	if run := l.quotedRun.FindString(s); run != "" {
		var words []string
		for _, w := range l.quoted.FindAllStringSubmatch(run, -1) {
			words = append(words, w[1])
		}
		return words
	}
	if m := l.bareRun.FindStringSubmatch(s); m != nil {
		return l.bareSeparator.Split(m[1]+m[2], -1)
	}
	return nil
}

func union(a, b []string) []string {
	for _, s := range b {
		if s = strings.TrimSpace(s); s != "" {
			a = append(a, s)
		}
	}
	return a
}

// openings reads with which word a paragraph is to begin.
func (r *formatReader) openings() {
	const which = `(first|second|third|fourth|fifth|sixth|seventh|last|\d(?:st|nd|rd|th))`
	const word = `(?:the word )?["'“]?([\p{L}]+)`
	ask := func(f *Format, _ *sentence, m []string) {
		n := map[string]int{"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "last": f.Paragraphs.Max}[m[1]]
		if n == 0 {
			n = digits(m[1][:1])
		}
		if n > 0 {
			f.Openings = map[int]string{n: m[2]}
		}
	}
	r.match("paragraph+ with ", `\b`+which+` paragraph (?:must |should |has to |needs to )?(?:starts?|begins?) with `+word, ask)
	r.match("paragraph+ with ", `(?:start|begin) the `+which+` paragraph with `+word, ask)
	r.match("paragraph+ with ", `paragraph (\d) (?:must |should )?(?:starts?|begins?) with `+word, ask)
	r.match("paragraph+ with ", `(?:start|begin) paragraph (\d) with `+word, ask)
}

// beginningsAndEnds reads what the answer is to begin or end with.
func (r *formatReader) beginningsAndEnds() {
	r.match(" with+\"", `\b(?:end|finish|conclude)\b[^"“\n]{0,60}\bwith\b[^"“\n]{0,45}["“]([^"”\n]{2,120}?)["”]`, func(f *Format, _ *sentence, m []string) {
		f.Ends = strings.Trim(m[1], ",")
	})
	r.match("end", `(?:very end of your (?:entire )?response should read|end with the exact phrase|end with:|exact question:|exact phrase:?)(?: exactly)?(?: like)?:? ["“]?([^"”\n]{2,120}?)["”]?\s*$`, func(f *Format, _ *sentence, m []string) {
		f.Ends = m[1]
	})
	r.match("end", `end of your (?:entire )?response should read ["“]([^"”\n]{2,120}?)["”]`, func(f *Format, _ *sentence, m []string) {
		f.Ends = m[1]
	})
	r.on("repeat", func(f *Format, s *sentence) {
		exact := strings.Contains(s.all, "word for word") || strings.Contains(s.all, "without change") || strings.Contains(s.all, "exactly as it is") || strings.Contains(s.all, "exactly as")
		if before := strings.TrimSpace(s.before); exact && before != "" && f.Starts == "" && len(before) < 400 {
			f.Starts = before
		}
	})
}
