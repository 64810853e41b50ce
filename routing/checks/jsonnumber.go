package checks

// numState is a place in the grammar of numbers.
type numState uint8

const (
	numStart numState = iota
	numMinus
	numZero
	numInt
	numDot
	numFrac
	numExp
	numSign
	numExpInt
)

func (n numState) ends() bool { return n == numZero || n == numInt || n == numFrac || n == numExpInt }

// number reads one byte of a number; the byte after it is left to be read again.
func (s *scanner) number(text string, c byte) {
	next, ok := s.num.after(c)
	switch {
	case ok:
		s.num = next
		s.pos++
	case s.num.ends():
		s.scalar(text)
	default:
		s.wrong = "a number that is none"
	}
}

func (n numState) after(c byte) (numState, bool) {
	digit := c >= '0' && c <= '9'
	switch {
	case c == '-' && n == numStart:
		return numMinus, true
	case c == '0' && (n == numStart || n == numMinus):
		return numZero, true
	case digit && n <= numMinus || digit && n == numInt:
		return numInt, true
	case c == '.' && (n == numZero || n == numInt):
		return numDot, true
	case digit && (n == numDot || n == numFrac):
		return numFrac, true
	case (c == 'e' || c == 'E') && (n == numZero || n == numInt || n == numFrac):
		return numExp, true
	case (c == '+' || c == '-') && n == numExp:
		return numSign, true
	case digit && n >= numExp:
		return numExpInt, true
	}
	return 0, false
}
