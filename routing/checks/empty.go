package checks

import (
	"strings"
	"unicode"

	"ockham/routing"
)

// empty wants something to read: a character that shows, or a tool call.
type empty struct{}

func (empty) Name() string { return "empty" }

func (empty) Start(p *routing.Prompt) routing.Look {
	seen := 0
	return func(a *routing.Answer) routing.Verdict {
		if a.Done { // another check may have put another text in its place
			seen = 0
		}
		if len(a.Tools) > 0 || shows(a.Text[seen:]) {
			return routing.Verdict{Decision: routing.Accept}
		}
		seen = whole(a.Text)
		if a.Done && !excused(p, a) {
			return routing.Rejected(routing.ReasonEmpty, "nothing to read")
		}
		return routing.Verdict{}
	}
}

// shows tells whether s holds a character that can be seen and says something. Fences alone do not.
func shows(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool {
		return r != '`' && r != '.' && r != '…' && unicode.IsGraphic(r) && !unicode.IsSpace(r) && !blank(r)
	})
}

// blank characters count as graphic, but show nothing.
func blank(r rune) bool {
	return r == '\u3164' || r == '\u2800' || r == '\uffa0' || r == '\u115f' || r == '\u1160' || unicode.Is(unicode.Mn, r)
}

// whole is the length of s without a character of which only the first bytes have come.
func whole(s string) int {
	for i := len(s) - 1; i >= 0 && i >= len(s)-3; i-- {
		if s[i]&0xc0 != 0x80 {
			if s[i] >= 0xc0 {
				return i
			}
			break
		}
	}
	return len(s)
}
