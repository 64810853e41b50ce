package checks

import (
	_ "embed"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"ockham/routing"
)

//go:embed refusal.txt
var refusalPhrases string

// refusal finds answers that decline: those that say so, and those that lecture instead. It looks at the
// beginning only, where models that decline do so, so that a stream need not be held for long.
type refusal struct {
	signs  map[[3]byte][]sign // by how they begin
	idioms []sign
}

// refusalRunes is how many characters of an answer are looked at.
const refusalRunes = 180

// sign is one phrase.
type sign struct {
	kind  int
	first string // with a space before it where it begins a word
	then  string // "" or what must follow soon after first
	start bool   // only at the beginning of the answer
}

// The kinds of phrases, in the order of their weights.
const (
	declines = iota
	lacks
	machine
	sorry
	scolds
	warns
	letter
	idiom
	signKinds
)

func newRefusal(Options) (routing.Check, error) {
	signs, err := parseSigns(refusalPhrases)
	r := refusal{signs: map[[3]byte][]sign{}}
	for _, s := range signs {
		if s.kind == idiom {
			r.idioms = append(r.idioms, s)
			continue
		}
		key := [3]byte([]byte(s.first))
		r.signs[key] = append(r.signs[key], s)
	}
	return r, err
}

func (refusal) Name() string { return "refusal" }

func (r refusal) Start(p *routing.Prompt) routing.Look {
	seen := 0
	text := ""
	request := func() string {
		if text == "" {
			text = plain(ends(p.System, askedBytes) + "\n" + ends(p.Last().Text, askedBytes))
		}
		return text
	}
	return func(a *routing.Answer) routing.Verdict {
		head, full := beginning(a.Text, refusalRunes)
		if len(head) == seen && !a.Done {
			return routing.Verdict{Soon: true}
		}
		seen = len(head)
		final := full || a.Done
		said := plain(ownWords(head, a.Done && !full))
		if why := r.why(said, request); why != "" && (final || !r.unsettled(said)) {
			return routing.Rejected(routing.ReasonRefusal, why)
		}
		if !final {
			return routing.Verdict{Soon: true}
		}
		return routing.Verdict{Decision: routing.Accept}
	}
}

// beginning returns the first n characters of s, and whether it has as many.
func beginning(s string, n int) (head string, full bool) {
	at := 0
	for ; n > 0 && at < len(s); n-- {
		size := 1
		if s[at] >= utf8.RuneSelf {
			_, size = utf8.DecodeRuneInString(s[at:])
		}
		at += size
	}
	return s[:at], n == 0
}

// why names what makes head a refusal, or is "".
func (r refusal) why(head string, request func() string) string {
	found := r.find(r.strike(head), request)
	switch {
	case found[letter]: // somebody else's, who may well decline
	case found[declines]:
		return "declines"
	case found[lacks]:
		return "says what it lacks"
	case found[scolds], found[warns] && (found[machine] || found[sorry]):
		return "lectures"
	}
	return ""
}

// strike takes out the idioms, which look like refusals and are none.
func (r refusal) strike(text string) string {
	for _, s := range r.idioms {
		for _, at := range occurrences(text, s.first) {
			if end := at + len(s.first); end <= len(text) && s.follows(text[end:], signReach) {
				text = text[:at] + strings.Repeat(" ", len(s.first)) + text[end:]
			}
		}
	}
	return text
}

// unsettled tells whether a text that is still being written may yet turn out to hold an idiom.
func (r refusal) unsettled(text string) bool {
	for _, s := range r.idioms {
		for at := max(0, len(text)-len(s.first)-signReach); at+3 < len(text); at++ { // three bytes hold no sign
			rest := strings.TrimSuffix(text[at:], " ") // the last word may be half of one
			if begun := strings.HasPrefix(s.first, rest); begun || s.then != "" && strings.HasPrefix(rest, s.first) {
				return true
			}
		}
	}
	return false
}

// askedBytes is how much of a request is searched, at both ends, for phrases of an answer.
const askedBytes = 8 << 10

// find tells which kinds of phrases text holds. A phrase that the request itself uses tells nothing: it
// may say what to answer where there is no answer, or be what is talked about.
func (r refusal) find(text string, request func() string) (found [signKinds]bool) {
	for at := 0; at+3 <= len(text); at++ {
		for _, s := range r.signs[[3]byte{text[at], text[at+1], text[at+2]}] {
			if !found[s.kind] && s.at(text, at) && (s.kind == machine || s.kind == sorry || !s.in(request())) {
				found[s.kind] = true
			}
		}
	}
	return found
}

// at tells whether the phrase stands at text[at:].
func (s sign) at(text string, at int) bool {
	if s.start && at > 0 || !strings.HasPrefix(text[at:], s.first) {
		return false
	}
	within := signReach
	if s.start {
		within = len(text)
	}
	return s.follows(text[at+len(s.first):], within)
}

// signReach is how many bytes behind its first part a sign's second may stand.
const signReach = 48

// in tells whether the phrase stands anywhere.
func (s sign) in(text string) bool {
	for _, at := range occurrences(text, s.first) {
		if s.follows(text[at+len(s.first):], signReach) {
			return true
		}
	}
	return false
}

// follows tells whether what comes after the first part of a sign holds the second within so many bytes.
func (s sign) follows(rest string, within int) bool {
	return s.then == "" || strings.Contains(rest[:min(len(rest), within)], s.then)
}

// parseSigns reads refusal.txt.
func parseSigns(text string) ([]sign, error) {
	names := map[string]int{"declines": declines, "lacks": lacks, "machine": machine, "sorry": sorry, "scolds": scolds, "warns": warns, "letter": letter, "idiom": idiom}
	var signs []sign
	for i, line := range strings.Split(text, "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		head, list, _ := strings.Cut(line, ": ")
		name, _, _ := strings.Cut(head, " ")
		kind, ok := names[name]
		if !ok || list == "" {
			return nil, fmt.Errorf("refusal.txt:%d: want KIND LANGUAGE: phrase | phrase", i+1)
		}
		for _, phrase := range strings.Split(list, " | ") {
			if len(strings.TrimPrefix(phrase, "^")) < 2 {
				return nil, fmt.Errorf("refusal.txt:%d: %q is too short", i+1, phrase)
			}
			signs = append(signs, newSign(kind, phrase))
		}
	}
	return signs, nil
}

func newSign(kind int, phrase string) sign {
	phrase, start := strings.CutPrefix(phrase, "^")
	first, then, _ := strings.Cut(phrase, " ... ")
	first = wordStart(first)
	if start { // plain puts a space there, in every script
		first = " " + strings.TrimPrefix(first, " ")
	}
	return sign{kind: kind, first: first, then: wordStart(then), start: start}
}

// wordStart puts a space before a phrase in a script that has spaces between words.
func wordStart(s string) string {
	r, _ := utf8.DecodeRuneInString(s)
	if s == "" || unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai) {
		return s
	}
	return " " + s
}

// plain prepares text for comparison: lower case, one kind of apostrophe, no markup, a single space for
// space and punctuation, and one at both ends.
func plain(s string) string {
	var b strings.Builder
	b.Grow(len(s) + 2)
	b.WriteByte(' ')
	space := true
	for _, r := range s {
		switch {
		case r == '’' || r == '‘' || r == 'ʼ' || r == '`':
			r = '\''
		case unicode.IsSpace(r) || r != '\'' && r != '-' && unicode.IsPunct(r) || unicode.IsSymbol(r):
			if !space {
				b.WriteByte(' ')
			}
			space = true
			continue
		}
		space = false
		b.WriteRune(unicode.ToLower(r))
	}
	if !space {
		b.WriteByte(' ')
	}
	return b.String()
}
