package checks

import (
	"regexp"
	"strings"
)

// formatReader reads the form that a request asks for in words. It knows the ways in which people
// commonly ask, and reads nothing into others.
type formatReader struct{ readings []reading }

// reading is one way of asking: where a sentence holds all triggers, ask is applied to it.
type reading struct {
	triggers []phrase
	ask      func(f *Format, s *sentence)
}

// sentence is a sentence of a request.
type sentence struct {
	raw    string
	lower  string
	all    string // the whole request, in lower case
	before string // of the request, as written
	after  string
	counts []amount // see amounts
}

// amounts are the numbers of the sentence, read once.
func (s *sentence) amounts() []amount {
	if s.counts == nil {
		s.counts = amountsIn(s.lower)
	}
	return s.counts
}

// readFormatBytes is how much of the beginning and end of a request is read.
const readFormatBytes = 2000

func newFormatReader() *formatReader {
	r := &formatReader{}
	r.counts()
	r.words()
	r.looks()
	r.shapes()
	r.labels()
	for i := range tongues {
		r.tongue(&tongues[i])
	}
	return r
}

// on adds a reading. A plus divides triggers.
func (r *formatReader) on(triggers string, ask func(*Format, *sentence)) {
	r.readings = append(r.readings, reading{phrases(strings.Split(triggers, "+")...), ask})
}

// match is on for a pattern: ask gets its groups.
func (r *formatReader) match(trigger, pattern string, ask func(f *Format, s *sentence, m []string)) {
	re := regexp.MustCompile(strings.ReplaceAll(pattern, "NUM", number))
	r.on(trigger, func(f *Format, s *sentence) {
		for _, m := range re.FindAllStringSubmatch(s.lower, -1) {
			ask(f, s, m)
		}
	})
}

// read returns what text asks for, and whether it may ask for anything.
func (r *formatReader) read(text string) (f Format, asks bool) {
	text = ends(text, readFormatBytes)
	all := strings.ToLower(text)
	at := 0
	readings := r.within(all)
	if len(readings) == 0 {
		return f, false
	}
	for _, raw := range sentences(text) {
		s := &sentence{raw: raw, lower: strings.ToLower(raw), all: all, before: text[:at], after: text[at+len(raw):]}
		at += len(raw)
		if isQuotation(raw) {
			continue
		}
		for _, reading := range readings {
			if hasAll(s.lower, reading.triggers, nil) {
				reading.ask(&f, s)
			}
		}
	}
	return f, true
}

// within picks the readings whose triggers a text holds somewhere: of most requests hardly one.
func (r *formatReader) within(text string) (list []reading) {
	var g grams
	g.read(text)
	for i := range r.readings {
		if hasAll(text, r.readings[i].triggers, &g) {
			list = append(list, r.readings[i])
		}
	}
	return list
}

// hasAll tells whether s, whose grams may be given, holds every phrase.
func hasAll(s string, parts []phrase, g *grams) bool {
	for i := range parts {
		if !parts[i].in(s, g) {
			return false
		}
	}
	return true
}

// sentences divides a request at stops and line breaks; the parts add up to the whole. A stop inside of
// quotation marks divides nothing.
func sentences(s string) []string {
	var list []string
	from, quoted := 0, false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"':
			quoted = !quoted
		case strings.HasPrefix(s[i:], "。") && strings.Count(s[from:i], "「") <= strings.Count(s[from:i], "」"):
			list = append(list, s[from:i+len("。")])
			from, quoted = i+len("。"), false
		case c == '\n', (c == '.' || c == '!' || c == '?') && !quoted && i+1 < len(s) && s[i+1] == ' ' && !inAbbreviation(s[:i]):
			list = append(list, s[from:i+1])
			from, quoted = i+1, false
		}
	}
	return append(list, s[from:])
}

func inAbbreviation(s string) bool {
	return strings.HasSuffix(s, "i.e") || strings.HasSuffix(s, "e.g") || strings.HasSuffix(s, "P.S") || strings.HasSuffix(s, "P.P.S")
}

// isQuotation tells whether a sentence is text to work on rather than something asked.
func isQuotation(s string) bool {
	s = strings.TrimSpace(s)
	return len(s) > 60 && strings.HasPrefix(s, `"`) && strings.HasSuffix(s, `"`)
}

// number matches a number in digits or words.
const number = `(\d{1,5}|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|fifty)`

func numberOf(s string) int {
	switch s {
	case "a", "an", "one", "once":
		return 1
	case "two", "twice":
		return 2
	case "three":
		return 3
	case "four":
		return 4
	case "five":
		return 5
	case "six":
		return 6
	case "seven":
		return 7
	case "eight":
		return 8
	case "nine":
		return 9
	case "ten":
		return 10
	case "eleven":
		return 11
	case "twelve":
		return 12
	case "fifteen":
		return 15
	case "twenty":
		return 20
	case "thirty":
		return 30
	case "fifty":
		return 50
	}
	return digits(s)
}

func digits(s string) int {
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0
		}
		n = n*10 + int(s[i]-'0')
	}
	return n
}

// relation matches what may stand before a number, and bound what it says.
const relation = `(at least|at minimum|a minimum of|minimum|no fewer than|no less than|not less than|at most|a maximum of|no more than|not more than|up to|less than|fewer than|under|below|more than|exactly|only|just)`

func bound(relation string, n int) Range {
	switch relation {
	case "at least", "at minimum", "a minimum of", "minimum", "no fewer than", "no less than", "not less than":
		return Range{Min: n}
	case "at most", "a maximum of", "no more than", "not more than", "up to":
		return Range{Max: n}
	case "less than", "fewer than", "under", "below":
		return Range{Max: max(n-1, 1)}
	case "more than":
		return Range{Min: n + 1}
	}
	return Range{Min: n, Max: n}
}

// and narrows a range that was asked for twice.
func (r Range) and(o Range) Range {
	r.Min = max(r.Min, o.Min)
	if r.Max == 0 || o.Max > 0 && o.Max < r.Max {
		r.Max = o.Max
	}
	return r
}
