package emulator

import (
	"regexp/syntax"
	"strings"
)

// matching writes a short text that the regular expression matches, or nothing if it is none.
func matching(pattern string) string {
	parsed, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return ""
	}
	var text strings.Builder
	writeMatch(&text, parsed.Simplify())
	return text.String()
}

// maxMatch bounds what nested repetitions can blow up to.
const maxMatch = 1 << 12

func writeMatch(text *strings.Builder, re *syntax.Regexp) {
	if text.Len() > maxMatch {
		return
	}
	switch re.Op {
	case syntax.OpLiteral:
		text.WriteString(string(re.Rune))
	case syntax.OpCharClass:
		writeClass(text, re.Rune)
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		text.WriteByte('a')
	case syntax.OpCapture, syntax.OpPlus:
		writeMatch(text, re.Sub[0])
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			writeMatch(text, sub)
		}
	case syntax.OpAlternate:
		writeMatch(text, re.Sub[0])
	case syntax.OpRepeat:
		for range re.Min {
			writeMatch(text, re.Sub[0])
		}
	}
}

// writeClass prefers a printable character of the class.
func writeClass(text *strings.Builder, ranges []rune) {
	for i := 0; i+1 < len(ranges); i += 2 {
		for _, r := range []rune{'a', 'A', '5', '-'} {
			if ranges[i] <= r && r <= ranges[i+1] {
				text.WriteRune(r)
				return
			}
		}
	}
	if len(ranges) > 0 {
		text.WriteRune(ranges[0])
	}
}
