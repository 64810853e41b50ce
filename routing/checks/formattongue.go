package checks

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// tongue is how people ask for a form in a language other than English. Another language is another entry of
// tongues, in a file of its own.
type tongue struct {
	signs     []string // one of which every request in this language has, and none in a near one; none: no need
	no        []string // what turns a wish round, before it
	numbers   map[string]int
	relations map[string]string // what stands beside a number, and what it means in English
	ordinals  map[string]int
	ways      []way
}

var tongues = []tongue{spanish, french, japanese, german, portuguese, chinese}

// way is one way of asking. Its pattern is matched with a sentence in lower case. A # in it is a number with
// what bounds it: what stands before the # is looked for right before that, what stands behind it right there. REL, NUM and ORD are the words of the language, for languages that bind them otherwise. Where
// ask wants words, those are what stands in quotation marks behind the beginning of the match, or else
// anywhere in the sentence.
type way struct {
	triggers string // see on
	pattern  string
	ask      func(f *Format, s *sentence, w wish)
}

// wish is what a way has found.
type wish struct {
	Range        // exactly so many, where nothing bounds the number
	n       int  // the number itself
	bounded bool // something does
	negated bool // a word that turns it round stands before it
	nth     int  // the ordinal
	words   []string
}

// tongue adds the ways of a language.
func (r *formatReader) tongue(t *tongue) {
	words := strings.NewReplacer(
		"NUM", `(?P<n>\d{1,5}|`+alternatives(t.numbers)+`)`, "REL", `(?P<rel>`+alternatives(t.relations)+`)`, "ORD", `(?P<ord>`+alternatives(t.ordinals)+`)`)
	for _, w := range t.ways {
		before, after, counts := strings.Cut(words.Replace(w.pattern), "#")
		ask := t.plain(w.ask, regexp.MustCompile(before))
		if counts {
			ask = t.counting(w.ask, regexp.MustCompile("(?:"+strings.TrimRight(before, " ")+`)\s*(?:de )?$`), regexp.MustCompile("^(?:"+after+")"))
		}
		r.on(w.triggers, func(f *Format, s *sentence) {
			if len(t.signs) == 0 || hasAny(s.all, t.signs) {
				ask(f, s)
			}
		})
	}
}

func (t *tongue) plain(ask func(*Format, *sentence, wish), re *regexp.Regexp) func(*Format, *sentence) {
	return func(f *Format, s *sentence) {
		m := re.FindStringSubmatchIndex(s.lower)
		if m == nil {
			return
		}
		group := func(name string) string {
			if i := re.SubexpIndex(name); i >= 0 && m[2*i] >= 0 {
				return s.lower[m[2*i]:m[2*i+1]]
			}
			return ""
		}
		w := wish{n: cmp.Or(digits(group("n")), t.numbers[group("n")]), nth: cmp.Or(t.ordinals[group("ord")], digits(group("nth")))}
		t.make(&w, s, t.relations[group("rel")], m[0], m[1])
		ask(f, s, w)
	}
}

func (t *tongue) counting(ask func(*Format, *sentence, wish), before, after *regexp.Regexp) func(*Format, *sentence) {
	return func(f *Format, s *sentence) {
		for _, a := range t.amountsIn(s.lower) {
			if !after.MatchString(a.rest) {
				continue
			}
			if m := before.FindStringIndex(s.lower[:a.from]); m != nil {
				w := wish{n: a.n}
				t.make(&w, s, a.relation, m[0], len(s.lower)-len(a.rest))
				ask(f, s, w)
				return
			}
		}
	}
}

// make completes a wish that stands at s.lower[from:to].
func (t *tongue) make(w *wish, s *sentence, relation string, from, to int) {
	w.Range, w.bounded, w.negated = bound(relation, w.n), relation != "", hasAny(s.lower[:to], t.no)
	if w.words = quotedIn(s.lower[from:]); len(w.words) == 0 {
		w.words = quotedIn(s.lower)
	}
}

// amountsIn finds the numbers of a sentence, in digits or as words, and what bounds them.
func (t *tongue) amountsIn(s string) (list []amount) {
	for i := 0; i < len(s); {
		j := i
		for j < len(s) && (asciiWord(s[j]) || s[j] >= utf8.RuneSelf) {
			j++
		}
		word := s[i:j]
		if n := cmp.Or(digits(word), t.numbers[word]); n > 0 {
			relation, from := t.relationBefore(s[:i])
			list = append(list, amount{n: n, relation: relation, from: from, rest: s[j:]})
		}
		i = max(j, i+1)
	}
	return list
}

// relationBefore is what the longest relation that a text ends with means, and where it begins.
func (t *tongue) relationBefore(s string) (means string, from int) {
	s = strings.TrimRight(s, " ")
	bare := strings.TrimSuffix(s, " de") // "al menos de"
	longest, from := "", len(s)
	for phrase := range t.relations {
		for _, end := range []string{bare, s} {
			if len(phrase) > len(longest) && strings.HasSuffix(end, phrase) {
				longest, from = phrase, len(end)-len(phrase)
			}
		}
	}
	return t.relations[longest], from
}

// alternatives are the keys of a table as a pattern, longer ones first.
func alternatives[V any](table map[string]V) string {
	var list []string
	for word := range table {
		word = regexp.QuoteMeta(word)
		if asciiLetter(word[0]) && asciiLetter(word[len(word)-1]) {
			word = `\b` + word + `\b`
		}
		list = append(list, word)
	}
	slices.SortFunc(list, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	return strings.Join(list, "|")
}

// inQuotes is what stands in quotation marks of any kind; an apostrophe is none.
var inQuotes = regexp.MustCompile(`["“„«「『]\s*([^"“”„«»「」『』\n]{1,120}?)\s*["“”»」』]|(?:^|[\s(\[,:])'([^'\n]{1,60})'`)

func quotedIn(s string) (words []string) {
	for _, m := range inQuotes.FindAllStringSubmatch(s, 12) {
		if word := strings.TrimSpace(m[1] + m[2]); word != "" {
			words = append(words, word)
		}
	}
	return words
}
