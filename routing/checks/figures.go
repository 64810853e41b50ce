package checks

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"ockham/routing"
)

// figures are the numbers of a request, by their significant digits.
type figures struct {
	digits map[string]bool
	long   []string // those of more than two digits, to be rounded
	stream string   // all digits one after the other: numbers of telephones and accounts
	words  *wordSet // of the text
	voc    *vocabulary
	spans  bool // the text has spans of time, which dates are moved by
}

func newFigures(p *routing.Prompt, v *vocabulary) *figures {
	var text strings.Builder
	text.WriteString(p.System)
	for _, t := range p.Turns {
		text.WriteByte('\n')
		text.WriteString(t.Text)
	}
	text.Write(p.Schema)
	all := ends(text.String(), maxSource)
	f := &figures{digits: map[string]bool{}, words: newWordSet(len(all) / 12), voc: v}
	for _, n := range figuresIn(all) {
		all := []string{n.joined()}
		if !n.grouped() {
			all = append(all, n.parts()...)
		}
		for _, part := range all {
			f.digits[part] = true
			if len(part) > 2 {
				f.long = append(f.long, part)
			}
		}
	}
	f.stream = onlyDigits(all)
	eachWord(all, func(w []byte) {
		h := hash(w)
		f.words.add(h)
		f.spans = f.spans || v.spans.has(h)
	})
	f.derive()
	return f
}

// few is up to how many figures sums and differences of two are figures of the text, too: "up by 120".
const few = 12

func (f *figures) derive() {
	if len(f.digits) > few {
		return
	}
	var list []int
	for d := range f.digits {
		if len(d) < 9 {
			list = append(list, digits(d))
		}
	}
	for _, a := range list {
		for _, b := range list {
			for _, n := range []int{a + b, a - b, a * b} {
				if n > 0 {
					f.digits[significant(strconv.Itoa(n))] = true
				}
			}
		}
	}
}

// has tells whether a figure of an answer comes from the text. Counts of a dozen, hours of the other
// half of the day, years of which the text has two digits and codes of countries are taken to.
func (f *figures) has(n figure) bool {
	joined := n.joined()
	if len(joined) < 2 || n[0] == '+' || f.known(joined) || len(joined) >= 5 && strings.Contains(f.stream, joined[max(0, len(joined)-6):]) {
		return true
	}
	parts := n.parts()
	if len(parts) < 2 && !n.clock() || n.decimal() {
		return false
	}
	for i, part := range parts {
		if len(part) > 1 && !f.known(part) && !(i == 0 && n.clock() && f.digits[significant(strconv.Itoa(digits(part)-12))]) {
			return false
		}
	}
	return true
}

func (f *figures) known(d string) bool {
	v := digits(d)
	switch {
	case f.digits[d], len(d) <= 2 && v <= 12:
		return true
	case isYear(d) && (f.digits[significant(d[2:])] || f.spans && f.yearsNear(v)):
		return true
	case f.voc.spells(f.words, v):
		return true
	}
	for _, l := range f.long {
		if len(l) > len(d) && roundedTo(l, len(d)) == d {
			return true
		}
	}
	return false
}

// isYear tells 19xx and 20xx.
func isYear(d string) bool { return len(d) == 4 && (d[:2] == "19" || d[:2] == "20") }

// yearsNear tells whether the text has a year from which a span of time may lead to this one.
func (f *figures) yearsNear(v int) bool {
	for _, l := range f.long {
		if isYear(l) && max(v-digits(l), digits(l)-v) <= 10 {
			return true
		}
	}
	return false
}

// figure is a number as it is written: digits with single separators between them, and a plus before.
type figure string

// joined are the significant digits of the whole: neither zeros before nor behind.
func (n figure) joined() string { return significant(onlyDigits(string(n))) }

// parts are those between the separators.
func (n figure) parts() []string {
	var list []string
	for _, part := range strings.FieldsFunc(string(n), func(r rune) bool { return r < '0' || r > '9' }) {
		if part = significant(part); part != "" {
			list = append(list, part)
		}
	}
	return list
}

// clock tells a time of the day in the afternoon.
func (n figure) clock() bool {
	hour, rest, _ := strings.Cut(string(n), ":")
	return rest != "" && digits(hour) > 12 && digits(hour) < 24
}

// grouped tells numbers whose thousands are divided: 31,400.
func (n figure) grouped() bool {
	groups := strings.FieldsFunc(string(n), func(r rune) bool { return r < '0' || r > '9' })
	for _, g := range groups[1:] {
		if len(g) != 3 {
			return false
		}
	}
	return len(groups) > 1 && len(groups[0]) <= 3
}

// decimal tells numbers with one separator from dates, versions and times of the day.
func (n figure) decimal() bool {
	whole, rest, _ := strings.Cut(string(n), ".")
	if len(whole) <= 2 && len(rest) == 2 && digits(whole) < 24 && digits(rest) < 60 {
		return false
	}
	return strings.ContainsAny(string(n), ".,'") && strings.Count(string(n), ".") < 2 && !strings.ContainsAny(string(n), ":/-")
}

// figuresIn cuts the numbers out of a text.
func figuresIn(s string) []figure {
	var list []figure
	for i := 0; i < len(s); {
		if !isDigit(s, i) {
			i++
			continue
		}
		j := i
		for {
			for isDigit(s, j) {
				j++
			}
			w := separator(s, j)
			if w == 0 {
				break
			}
			j += w
		}
		if i > 0 && s[i-1] == '+' {
			i--
		}
		list = append(list, figure(s[i:j]))
		i = j
	}
	return list
}

// separator is the length of what stands at i between two groups of digits, 0 where a number ends. A
// blank divides only groups of three.
func separator(s string, i int) int {
	w := 1
	switch r, size := utf8.DecodeRuneInString(s[min(i, len(s)):]); r {
	case '.', ',', ':', '/', '-', '\'':
	case '’':
		w = size
	case ' ', '\u00a0', '\u202f':
		if !isDigit(s, i+size) || !isDigit(s, i+size+1) || !isDigit(s, i+size+2) || isDigit(s, i+size+3) {
			return 0
		}
		w = size
	default:
		return 0
	}
	if !isDigit(s, i+w) {
		return 0
	}
	return w
}

func onlyDigits(s string) string {
	b := make([]byte, 0, len(s))
	for i := range len(s) {
		if isDigit(s, i) {
			b = append(b, s[i])
		}
	}
	return string(b)
}

func significant(d string) string { return strings.Trim(d, "0") }

// roundedTo rounds digits to the first n of them.
func roundedTo(d string, n int) string {
	b := []byte(d[:n])
	if d[n] >= '5' {
		i := n - 1
		for ; i >= 0 && b[i] == '9'; i-- {
			b[i] = '0'
		}
		if i < 0 {
			return "1"
		}
		b[i]++
	}
	return significant(string(b))
}
