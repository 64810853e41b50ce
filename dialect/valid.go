package dialect

import (
	"strings"

	"ockham/bedrock"
)

// valid tells whether text is one JSON value, as gjson.Valid does, but reads strings eight bytes at a time:
// nearly all of a prompt is one. It recurses, so what is nested too deep must be refused before.
func valid(text string) bool {
	s := syntax{text: text}
	ok := s.value()
	s.blanks()
	return ok && s.at == len(text)
}

// syntax is how far a text has been read.
type syntax struct {
	text string
	at   int
}

// peek is the next byte behind blanks, 0 at the end.
func (s *syntax) peek() byte {
	s.blanks()
	return s.byte()
}

func (s *syntax) byte() byte {
	if s.at < len(s.text) {
		return s.text[s.at]
	}
	return 0
}

func (s *syntax) blanks() {
	for c := s.byte(); c == ' ' || c == '\n' || c == '\t' || c == '\r'; c = s.byte() {
		s.at++
	}
}

// take reads c, if it is next.
func (s *syntax) take(c byte) bool {
	if s.byte() != c {
		return false
	}
	s.at++
	return true
}

func (s *syntax) value() bool {
	switch s.peek() {
	case '{':
		return s.list('}', s.member)
	case '[':
		return s.list(']', s.value)
	case '"':
		return s.string()
	case 't':
		return s.word("true")
	case 'f':
		return s.word("false")
	case 'n':
		return s.word("null")
	}
	return s.number()
}

// list reads what stands between two brackets, with commas in between.
func (s *syntax) list(end byte, element func() bool) bool {
	s.at++
	if s.peek() == end {
		s.at++
		return true
	}
	for element() {
		switch s.peek() {
		case ',':
			s.at++
		case end:
			s.at++
			return true
		default:
			return false
		}
	}
	return false
}

func (s *syntax) member() bool {
	return s.peek() == '"' && s.string() && s.peek() == ':' && s.take(':') && s.value()
}

func (s *syntax) string() bool {
	for at := bedrock.Special(s.text, s.at+1); at < len(s.text); at = bedrock.Special(s.text, at+1) {
		switch s.text[at] {
		case '"':
			s.at = at + 1
			return true
		case '\\':
			n := escapeSize(s.text[at:])
			if n == 0 {
				return false
			}
			at += n - 1
		default:
			return false // a control character
		}
	}
	return false
}

// escapeSize is the length of the escape with which text begins, 0 for none that there is.
func escapeSize(text string) int {
	switch {
	case len(text) > 1 && strings.IndexByte(`"\/bfnrt`, text[1]) >= 0:
		return 2
	case len(text) < 6 || text[1] != 'u':
		return 0
	}
	for _, c := range []byte(text[2:6]) {
		if c|0x20 < 'a' || c|0x20 > 'f' {
			if c < '0' || c > '9' {
				return 0
			}
		}
	}
	return 6
}

func (s *syntax) word(w string) bool {
	if !strings.HasPrefix(s.text[s.at:], w) {
		return false
	}
	s.at += len(w)
	return true
}

func (s *syntax) number() bool {
	s.take('-')
	if !s.take('0') && !s.digits() {
		return false
	}
	if s.take('.') && !s.digits() {
		return false
	}
	if s.take('e') || s.take('E') {
		_ = s.take('+') || s.take('-')
		return s.digits()
	}
	return true
}

func (s *syntax) digits() bool {
	from := s.at
	for c := s.byte(); c >= '0' && c <= '9'; c = s.byte() {
		s.at++
	}
	return s.at > from
}
