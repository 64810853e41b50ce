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

// unfinished tells why s looks as if more should come, or "". It compares the end with how the rest is
// written: verse, lists and notes do without full stops, and a signature stands at the end of letters.
func unfinished(s string) string {
	s = strings.TrimSpace(s)
	last, _ := utf8.DecodeLastRuneInString(s)
	switch {
	case s == "":
		return ""
	case openFence(s):
		return "ends inside a code block"
	case strings.ContainsRune(",;-–—(:、，：[{", last):
		return "ends with a sign that more follows"
	case !wordlike(last) || short(s) || openStyle(s):
		return ""
	}
	return "ends without an end of sentence"
}

// wordlike runes end words, not sentences. Hindi and its like end words with marks.
func wordlike(r rune) bool { return unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r) }

// short answers are words rather than sentences.
func short(s string) bool { return utf8.RuneCountInString(s) < 60 }

// maxStyleLines is how many lines before the last are compared with it.
const maxStyleLines = 60

// openStyle tells whether the answer is written without full stops, or its last line may do without one.
func openStyle(s string) bool {
	lines := lastLines(s, maxStyleLines)
	last := lines[len(lines)-1]
	if len(lines) > 1 && isSignature(last, lines[len(lines)-2]) {
		return true
	}
	open, all := 0, 0
	for _, line := range lines[:len(lines)-1] {
		if isItem(line) == isItem(last) && len(line) >= len(last)/3 {
			all++
			if r, _ := utf8.DecodeLastRuneInString(line); wordlike(r) || r == ',' {
				open++
			}
		}
	}
	if all >= 2 || all == 1 && isItem(last) {
		return open*10 >= all*6
	}
	return len(lines) == 1 && !strings.ContainsAny(strings.TrimRight(s, "."), ".!?。！？।؟")
}

// isSignature tells whether a last line names the writer of a letter, a song or a verse.
func isSignature(last, before string) bool {
	return utf8.RuneCountInString(last) <= 40 && strings.HasSuffix(before, ",") && !isItem(last)
}

// lastLines returns up to n lines at the end of s, trimmed, without empty ones.
func lastLines(s string, n int) []string {
	var lines []string
	for len(lines) < n && s != "" {
		at := strings.LastIndexByte(s, '\n')
		if line := strings.TrimSpace(s[at+1:]); line != "" {
			lines = append(lines, line)
		}
		s = s[:max(at, 0)]
	}
	for i, j := 0, len(lines)-1; i < j; i, j = i+1, j-1 {
		lines[i], lines[j] = lines[j], lines[i]
	}
	return lines
}

// isItem tells whether a line begins as an item of a list: "- ", "* ", "3. ", "b) ".
func isItem(line string) bool {
	if strings.HasPrefix(line, "- ") || strings.HasPrefix(line, "* ") || strings.HasPrefix(line, "• ") {
		return true
	}
	i := 0
	for i < len(line) && i < 3 && (line[i] >= '0' && line[i] <= '9' || line[i]|0x20 >= 'a' && line[i]|0x20 <= 'z') {
		i++
	}
	return i > 0 && i < len(line) && (line[i] == '.' || line[i] == ')') && i+1 < len(line) && line[i+1] == ' '
}
