package checks

import "strings"

// str reads on in a string up to the next byte that matters.
func (s *scanner) str(text string) {
	for i := s.pos; i < len(text); i++ {
		c := text[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		s.pos = i
		s.special(text, c)
		return
	}
	s.pos = len(text)
}

func (s *scanner) special(text string, c byte) {
	switch {
	case c == '\\':
		s.state = inEscape
		s.pos++
	case c == '"':
		s.quote(text)
	default: // a control character, which JSON wants escaped
		s.fixes |= fixControl
		s.put(text, s.pos, escaped(c), s.pos+1)
		s.pos++
	}
}

func (s *scanner) quote(text string) {
	if s.whole && !s.isKey && !s.closes(text) {
		s.fixes |= fixQuote
		s.put(text, s.pos, `\"`, s.pos+1)
		s.pos++
		return
	}
	if !s.isKey {
		s.calm = 0
		if s.scalar(text); s.wrong == "" {
			s.pos++
		}
		return
	}
	if s.listen != nil && s.objects(s.listen.key(text[s.strFrom:s.pos])) {
		return
	}
	s.state = wantColon
	s.pos++
}

// maxKey bounds how far closes looks for the end of a key.
const maxKey = 120

// closes tells whether the quotation mark at s.pos ends a string, by what follows it: a bracket, a comma
// with a key or value after it, or the end of the text.
func (s *scanner) closes(text string) bool {
	rest := skipSpace(text[s.pos+1:])
	if rest == "" || len(s.stack) == 0 {
		return true
	}
	object := s.stack[len(s.stack)-1] == '{'
	switch {
	case rest[0] == '}' && object, rest[0] == ']' && !object:
		return true
	case rest[0] != ',':
		return object && rest[0] == '"' && strings.Contains(text[s.pos+1:len(text)-len(rest)], "\n") && beginsKey(rest)
	}
	rest = skipSpace(rest[1:])
	if rest == "" || !object {
		return true
	}
	return rest[0] == '}' || beginsKey(rest)
}

// beginsKey tells whether text begins with a quoted key and a colon.
func beginsKey(text string) bool {
	if text[0] != '"' {
		return false
	}
	end := strings.IndexByte(text[1:min(len(text), maxKey)], '"')
	if end < 0 {
		return len(text) < maxKey // the text ends within the key: cut, not quoted
	}
	rest := skipSpace(text[end+2:])
	return rest == "" || rest[0] == ':'
}

func skipSpace(s string) string { return strings.TrimLeft(s, " \n\t\r") }

func (s *scanner) escape(text string, c byte) {
	switch c {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		s.state = inString
		s.pos++
	case 'u':
		s.state, s.hex = inUnicode, 0
		s.pos++
	default: // as in LaTeX: the backslash is meant
		s.fixes |= fixEscape
		s.put(text, s.pos-1, literally(c), s.pos)
		s.state = inString
	}
}

// literally is what a backslash before c was meant to be.
func literally(c byte) string {
	if c == '\'' {
		return ""
	}
	return `\\`
}

func (s *scanner) unicode(text string, c byte) {
	if c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F' {
		s.pos++
		if s.hex++; s.hex == 4 {
			s.state = inString
		}
		return
	}
	back := s.pos - s.hex - 2 // the backslash
	s.fixes |= fixEscape
	s.put(text, back, `\\`, back+1)
	s.state = inString
}

const hexDigits = "0123456789abcdef"

// escaped writes a control character as JSON does.
func escaped(c byte) string {
	switch c {
	case '\n':
		return `\n`
	case '\r':
		return `\r`
	case '\t':
		return `\t`
	}
	return `\u00` + string(hexDigits[c>>4]) + string(hexDigits[c&15])
}
