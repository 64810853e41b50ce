package checks

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// openFence tells whether s ends inside a fenced block.
func openFence(s string) bool {
	open := false
	for line := range strings.Lines(s) {
		if strings.HasPrefix(strings.TrimLeft(line, " \t"), "```") {
			open = !open
		}
	}
	return open
}

// unfinished tells why s looks as if more should come, or "".
func unfinished(s string) string {
	s = strings.TrimSpace(s)
	last, _ := utf8.DecodeLastRuneInString(s)
	switch {
	case s == "":
		return ""
	case openFence(s):
		return "ends inside a code block"
	case unicode.IsLetter(last) || unicode.IsDigit(last):
		return "ends without an end of sentence"
	case strings.ContainsRune(",;-–—(:、，：", last):
		return "ends with a sign that more follows"
	}
	return ""
}
