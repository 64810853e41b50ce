package checks

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

func countWords(s string) int {
	n, in := 0, false
	for _, r := range s {
		word := r < utf8.RuneSelf && asciiWord(byte(r)) || r >= utf8.RuneSelf && (wordRune(r) || in && unicode.IsMark(r))
		if word && !in {
			n++
		}
		in = word
	}
	return n
}

func asciiWord(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c == '_'
}

func countCharacters(s string) int { return utf8.RuneCountInString(strings.TrimSpace(s)) }

// countSentences counts ends of sentences: a stop, then space. A stop in an abbreviation or a number is
// none, and what stands behind the last is one more.
func countSentences(s string) int {
	n, open := 0, false
	for i, r := range s {
		switch {
		case r == '。' || r == '！' || r == '？' || isStop(r) && endsSentence(s, i, r):
			if open {
				n++
			}
			open = false
		case !open:
			open = wordRune(r)
		}
	}
	if open {
		n++
	}
	return n
}

func isStop(r rune) bool { return r == '.' || r == '!' || r == '?' || r == '।' || r == '؟' }

// endsSentence looks at what surrounds the stop at i: space behind it, after closing signs, and no small
// letter.
func endsSentence(s string, i int, stop rune) bool {
	rest := strings.TrimLeft(s[i+utf8.RuneLen(stop):], `"'”’)]*_»`)
	if rest == "" {
		return true
	}
	if !unicode.IsSpace(firstRune(rest)) {
		return false
	}
	next := firstRune(strings.TrimLeft(rest, " \n\t\r\u00a0\"'“‘([*_#-«¿¡"))
	return stop != '.' || !unicode.IsLower(next) && !abbreviates(s[:i])
}

// abbreviates tells whether a text that a stop follows ends with an initial or a title.
func abbreviates(s string) bool {
	from := len(s)
	for from > 0 && len(s)-from < 8 && (s[from-1]|0x20 >= 'a' && s[from-1]|0x20 <= 'z' || s[from-1] == '.') {
		from--
	}
	switch word := s[from:]; strings.ToLower(word) {
	case "mr", "mrs", "ms", "dr", "prof", "st", "jr", "sr", "vs", "etc", "e.g", "i.e", "no", "vol", "fig", "sra", "ing", "mme", "u.s":
		return true
	default:
		return len(word) == 1 && word[0] >= 'A' && word[0] <= 'Z' && word != "I"
	}
}

// paragraphs are what stands between dividers, without empty ones.
func paragraphs(s, divider string) []string {
	if divider == "" {
		divider = "\n\n"
	}
	var list []string
	for _, p := range strings.Split(s, divider) {
		if p = strings.TrimSpace(p); p != "" {
			list = append(list, p)
		}
	}
	return list
}

// opens tells whether paragraph n begins with word.
func opens(list []string, n int, word string) bool {
	if n < 1 || n > len(list) {
		return false
	}
	first := strings.TrimLeft(list[n-1], `"'“«*_#(「『`)
	rest, ok := strings.CutPrefix(strings.ToLower(first), strings.ToLower(word))
	next, _ := utf8.DecodeRuneInString(rest)
	last, _ := utf8.DecodeLastRuneInString(word)
	return ok && !joined(last, next)
}

// countItems counts the items of bulleted lists.
func countItems(s string) int {
	n := 0
	for line := range strings.Lines(s) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "-") || strings.HasPrefix(line, "・") || strings.HasPrefix(line, "*") && !strings.HasPrefix(line, "**") {
			n++
		}
	}
	return n
}

// countNumbered counts the items of numbered lists.
func countNumbered(s string) int {
	n := 0
	for line := range strings.Lines(s) {
		line = strings.TrimSpace(line)
		digits := len(line) - len(strings.TrimLeft(line, "0123456789"))
		if digits > 0 && digits < 4 && (strings.HasPrefix(line[digits:], ".") || strings.HasPrefix(line[digits:], ")")) {
			n++
		}
	}
	return n
}

// countSections counts headings of a word and a number: "Section 1", "Day II", "第1章".
func countSections(s, name string) int {
	n := 0
	for at := 0; name != ""; {
		i := strings.Index(s[at:], name)
		if i < 0 {
			break
		}
		at += i + len(name)
		after := strings.TrimLeft(s[at:], " *")
		before := strings.TrimRight(s[:at-len(name)], " ")
		if startsDigit(after) || endsDigit(before) && scriptOf(firstRune(name)) == han {
			n++
		}
	}
	return n
}

func startsDigit(s string) bool { return s != "" && s[0] >= '0' && s[0] <= '9' }

func endsDigit(s string) bool { return s != "" && s[len(s)-1] >= '0' && s[len(s)-1] <= '9' }

func firstRune(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

// countParts counts the different answers that "******" divides; with an empty one between others there
// are none.
func countParts(s string) int {
	different := map[string]bool{}
	parts := strings.Split(s, "******")
	for i, p := range parts {
		p = strings.TrimSpace(p)
		if p == "" && i > 0 && i < len(parts)-1 {
			return 0
		}
		if p != "" {
			different[p] = true
		}
	}
	return len(different)
}

func startsWith(s, want string) bool {
	return strings.HasPrefix(strings.ToLower(strings.TrimSpace(s)), strings.ToLower(strings.TrimSpace(want)))
}

// endsWith allows quotation marks and a full stop after what is wanted.
func endsWith(s, want string) bool {
	s = strings.ToLower(strings.Trim(s, "\" \n\r\t"))
	want = strings.ToLower(strings.TrimSpace(want))
	return strings.HasSuffix(s, want) || strings.HasSuffix(strings.TrimSuffix(s, "."), want)
}

// sentencesEnd tells whether every sentence that a Chinese or Japanese stop ends has this ending before it.
func sentencesEnd(s, ending string) bool {
	parts := strings.Split(s, "。")
	for _, p := range parts[:len(parts)-1] {
		if !strings.HasSuffix(strings.TrimRight(p, "」』）) "), ending) {
			return false
		}
	}
	return true
}

// isQuoted tells whether s stands in quotation marks of any kind.
func isQuoted(s string) bool {
	s = strings.TrimSpace(s)
	if utf8.RuneCountInString(s) < 2 {
		return false
	}
	last, _ := utf8.DecodeLastRuneInString(s)
	switch firstRune(s) {
	case '"':
		return last == '"'
	case '“':
		return last == '”'
	case '«':
		return last == '»'
	case '「':
		return last == '」'
	}
	return false
}

// isJSON tells whether s is a JSON value as it stands, or in a fence.
func isJSON(s string) bool {
	s = strings.TrimSpace(s)
	m := mend(s)
	return m.wrong == "" && m.fixes == 0 && (!m.wrapped || strings.HasPrefix(s, "```") && strings.HasSuffix(s, "```"))
}
