package checks

// fix is what had to be put right in a JSON text before it could be read.
type fix uint8

const (
	fixControl fix = 1 << iota // a raw line break or another control character inside a string
	fixEscape                  // a backslash that begins no escape: "\pi"
	fixComma                   // a comma before the closing bracket, or none before the next line's key
	fixQuote                   // an unescaped quotation mark inside a string
)

// maxDepth bounds nesting; deeper texts are refused, not read.
const maxDepth = 1000

type scanState uint8

const (
	wantValue scanState = iota
	wantValueOrEnd
	wantKeyOrEnd
	wantKey
	wantColon
	wantCommaOrEnd
	inString
	inEscape
	inUnicode
	inNumber
	inLiteral
	atEnd
)

// listener is told what a scanner reads, and answers "" or what is wrong with it.
type listener interface {
	value(kind byte) string   // first byte of a value: { [ " - digit t f n
	scalar(raw string) string // the value that is no object or array, as written, without quotes
	key(raw string) string    // as written, without quotes
	up() string               // an object or array ends
}

// scanner reads one JSON value a piece at a time, in time linear in the bytes. It reads what RFC 8259
// allows, and beyond that what mend can put right, noting it in fixes. With keep set, out collects the
// value with those faults put right.
type scanner struct {
	pos    int // next byte to read
	state  scanState
	stack  []byte // open brackets
	fixes  fix
	wrong  string // why the text cannot be JSON, "" as long as it can
	listen listener

	keep  bool
	whole bool // the text will not grow, so looking ahead tells
	out   []byte
	mark  int // text before it is in out, or dropped

	isKey   bool
	keyed   bool // a key and its colon were read: this is meant to be an object
	strFrom int
	comma   int // where the last comma stood
	hex     int // digits of \u seen
	num     numState
	lit     string // what is left of true, false or null
	calm    int    // values and keys since the last string that was a value: see sure
}

// reset makes s start at pos with nothing read.
func (s *scanner) reset(pos int) {
	*s = scanner{pos: pos, mark: pos, stack: s.stack[:0], listen: s.listen, keep: s.keep, whole: s.whole, out: s.out[:0], calm: settled}
}

// read goes on to the end of text, which must begin with what s has seen before, or to the end of the
// value or its first fault.
func (s *scanner) read(text string) {
	for s.pos < len(text) && s.state != atEnd && s.wrong == "" {
		s.step(text, text[s.pos])
	}
}

// complete tells whether a whole value was read. A bare number ends only with its text.
func (s *scanner) complete() bool {
	return s.wrong == "" && (s.state == atEnd || s.state == inNumber && len(s.stack) == 0 && s.num.ends())
}

// settled is how many values and keys after a string a fault cannot be that string's any more.
const settled = 5

// sure tells whether a fault is certain to stay one. A quotation mark that should have been escaped
// shows as a fault a little after the string it ended too early.
func (s *scanner) sure() bool { return s.wrong != "" && s.calm >= settled }

// mended returns the value, put right, after read and complete.
func (s *scanner) mended(text string) string {
	if s.fixes == 0 {
		return text[s.start():s.pos]
	}
	return string(append(s.out, text[s.mark:s.pos]...))
}

// start is where the value began: mark never moves without a fix.
func (s *scanner) start() int { return s.mark }

func (s *scanner) step(text string, c byte) {
	switch s.state {
	case inString:
		s.str(text)
	case inEscape:
		s.escape(text, c)
	case inUnicode:
		s.unicode(text, c)
	case inNumber:
		s.number(text, c)
	case inLiteral:
		s.literal(text, c)
	default:
		s.structure(text, c)
	}
}

// structure reads a byte outside of strings, numbers and words.
func (s *scanner) structure(text string, c byte) {
	if c == ' ' || c == '\n' || c == '\t' || c == '\r' {
		s.pos++
		return
	}
	switch s.state {
	case wantValueOrEnd, wantValue:
		if c == ']' && len(s.stack) > 0 && s.stack[len(s.stack)-1] == '[' {
			s.closeAfter(text, s.state == wantValue)
			return
		}
		s.value(c)
	case wantKeyOrEnd, wantKey:
		s.keyOrEnd(text, c)
	case wantColon:
		s.expect(c, ':', wantValue)
		s.keyed = s.keyed || s.wrong == ""
	case wantCommaOrEnd:
		s.commaOrEnd(text, c)
	}
}

func (s *scanner) value(c byte) {
	s.calm++
	if s.listen != nil && s.objects(s.listen.value(c)) {
		return
	}
	switch {
	case c == '{':
		s.open(c, wantKeyOrEnd)
	case c == '[':
		s.open(c, wantValueOrEnd)
	case c == '"':
		s.state, s.isKey, s.strFrom = inString, false, s.pos+1
		s.pos++
	case c == '-' || c >= '0' && c <= '9':
		s.state, s.num, s.strFrom = inNumber, numStart, s.pos
	case c == 't':
		s.state, s.lit, s.strFrom = inLiteral, "true", s.pos
	case c == 'f':
		s.state, s.lit, s.strFrom = inLiteral, "false", s.pos
	case c == 'n':
		s.state, s.lit, s.strFrom = inLiteral, "null", s.pos
	default:
		s.wrong = "no JSON value where one must stand"
	}
}

func (s *scanner) open(c byte, next scanState) {
	if len(s.stack) == maxDepth {
		s.wrong, s.calm = "nested too deeply", settled
		return
	}
	s.stack = append(s.stack, c)
	s.state = next
	s.pos++
}

func (s *scanner) keyOrEnd(text string, c byte) {
	switch c {
	case '"':
		s.calm++
		s.state, s.isKey, s.strFrom = inString, true, s.pos+1
		s.pos++
	case '}':
		s.closeAfter(text, s.state == wantKey)
	default:
		s.wrong = "no key where one must stand"
	}
}

func (s *scanner) expect(c, want byte, next scanState) {
	if c != want {
		s.wrong = "no '" + string(want) + "' where one must stand"
		return
	}
	s.state = next
	s.pos++
}

func (s *scanner) commaOrEnd(text string, c byte) {
	top := s.stack[len(s.stack)-1]
	switch {
	case c == ',' && top == '{':
		s.comma = s.pos
		s.expect(c, ',', wantKey)
	case c == ',':
		s.comma = s.pos
		s.expect(c, ',', wantValue)
	case c == top+2: // '{'+2 is '}', '['+2 is ']'
		s.closeAfter(text, false)
	case c == '"' && top == '{' && s.whole && beginsKey(text[s.pos:]):
		s.fixes |= fixComma
		s.put(text, s.pos, ",", s.pos)
		s.state = wantKey
	default:
		s.wrong = "no comma or closing bracket where one must stand"
	}
}

// closeAfter ends an object or array; trailing says that a comma stands before the bracket.
func (s *scanner) closeAfter(text string, trailing bool) {
	if trailing {
		s.fixes |= fixComma
		s.put(text, s.comma, "", s.comma+1)
	}
	if s.listen != nil && s.objects(s.listen.up()) {
		return
	}
	s.stack = s.stack[:len(s.stack)-1]
	s.pos++
	s.ended()
}

// objects notes what a listener objects to.
func (s *scanner) objects(wrong string) bool {
	if wrong != "" {
		s.wrong, s.calm = wrong, settled
	}
	return wrong != ""
}

// scalar is reached when a value that is no object or array was read up to s.pos.
func (s *scanner) scalar(text string) {
	if s.listen == nil || !s.objects(s.listen.scalar(text[s.strFrom:s.pos])) {
		s.ended()
	}
}

// finish ends a bare number, which only the end of the text does.
func (s *scanner) finish(text string) {
	if s.state == inNumber && s.complete() {
		s.scalar(text)
	}
}

// ended is reached when a value is over.
func (s *scanner) ended() {
	s.state = wantCommaOrEnd
	if len(s.stack) == 0 {
		s.state = atEnd
	}
}

// put writes the text up to from, and then repl in place of text[from:to].
func (s *scanner) put(text string, from int, repl string, to int) {
	if s.keep {
		s.out = append(append(s.out, text[s.mark:from]...), repl...)
		s.mark = to
	}
}

func (s *scanner) literal(text string, c byte) {
	if c != s.lit[0] {
		s.wrong = "neither true, false nor null"
		return
	}
	s.pos++
	if s.lit = s.lit[1:]; s.lit == "" {
		s.scalar(text)
	}
}
