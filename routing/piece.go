package routing

import (
	"math/bits"
	"unicode"
	"unicode/utf8"
)

// Text is cut the way byte-pair tokenizers cut it before they merge: words, runs of digits, runs of
// punctuation, white space. Everything that is read off a text is read in one pass over its pieces.
type pieceKind uint8

const (
	pieceLine   pieceKind = iota // line ends, with the indentation behind them
	pieceWord                    // letters of an alphabet, any case
	pieceDigits                  // decimal digits
	piecePunct                   // ASCII punctuation
	pieceSpace                   // blanks and tabs
	pieceSign                    // one sign of a script without spaces, or a symbol
)

// piece is text[lo:hi] and what it costs in milli-tokens. The zero piece stands before a text.
type piece struct {
	lo, hi int
	price  int
	wide   int     // letters that are not ASCII
	last   rune    // the last letter or sign that is not ASCII
	key    wordKey // of a word of up to maxWord bytes: the word in lower case
	kind   pieceKind
}

// wordKey is a short word, packed.
type wordKey struct{ a, b uint64 }

// maxWord is how many bytes a wordKey holds; longer words have the zero key.
const maxWord = 16

const (
	classWide = iota // not ASCII
	classLower
	classUpper
	classDigit
	classPunct
	classBlank
	classLine
)

var classes = func() (t [256]uint8) {
	for c := range 128 {
		switch {
		case c >= 'a' && c <= 'z':
			t[c] = classLower
		case c >= 'A' && c <= 'Z':
			t[c] = classUpper
		case c >= '0' && c <= '9':
			t[c] = classDigit
		case c == '\n' || c == '\r':
			t[c] = classLine
		case c <= ' ' || c == 127:
			t[c] = classBlank
		default:
			t[c] = classPunct
		}
	}
	return t
}()

// next moves p to the piece behind it; it returns false at the end of text.
func (p *piece) next(text string) bool {
	p.lo = p.hi
	if p.lo >= len(text) {
		return false
	}
	if text[p.lo] == ' ' && p.lo+1 < len(text) && isWord(text[p.lo+1]) {
		p.lo++ // a single blank costs nothing and says nothing
	}
	p.wide = 0
	switch classes[text[p.lo]] {
	case classLower, classUpper:
		p.word(text)
	case classDigit:
		p.run(text, pieceDigits, classDigit)
		p.price = digitsPrice(p.hi - p.lo)
	case classPunct:
		p.run(text, piecePunct, classPunct)
		p.price = punctPrice(text[p.lo:p.hi])
	case classBlank:
		p.run(text, pieceSpace, classBlank)
		p.price = spacePrice(p.hi - p.lo)
	case classLine:
		p.lines(text)
	default:
		p.sign(text)
	}
	return true
}

func isWord(c byte) bool { return classes[c] == classLower || classes[c] == classUpper }

func (p *piece) run(text string, kind pieceKind, class uint8) {
	hi := p.lo + 1
	for hi < len(text) && classes[text[hi]] == class {
		hi++
	}
	p.kind, p.hi = kind, hi
}

func (p *piece) lines(text string) {
	hi := p.lo + 1
	for hi < len(text) && (classes[text[hi]] == classLine || classes[text[hi]] == classBlank) {
		hi++
	}
	p.kind, p.hi, p.price = pieceLine, hi, milliLine
}

// word takes letters together, eight bytes at a time while there are as many. It packs them while it reads,
// so that nothing reads them again.
func (p *piece) word(text string) {
	if p.lo+8 <= len(text) {
		eight := load(text[p.lo:])
		if n := lettersIn(eight); n < 8 && text[p.lo+n] < utf8.RuneSelf { // most words
			p.kind, p.hi = pieceWord, p.lo+n
			p.key = wordKey{a: bits.ReverseBytes64(eight|blanks) >> (-8 * n & 63)}
			p.price = wordPrice(n, capitalsIn(eight>>8, n-1))
			return
		}
	}
	var k wordKey
	hi, upper := p.lo, 0
	for ended := false; !ended && hi+8 <= len(text); {
		eight := load(text[hi:])
		n := lettersIn(eight)
		upper += capitalsIn(eight, n)
		k.pushAll(bits.ReverseBytes64(eight|blanks), n)
		hi, ended = hi+n, n < 8
	}
	for ; hi < len(text) && isWord(text[hi]); hi++ {
		if classes[text[hi]] == classUpper {
			upper++
		}
		k.push(text[hi] | 0x20)
	}
	if hi < len(text) && classes[text[hi]] == classWide {
		p.wideWord(text)
		return
	}
	if classes[text[p.lo]] == classUpper {
		upper--
	}
	p.kind, p.hi = pieceWord, hi
	p.setKey(k)
	p.price = wordPrice(hi-p.lo, upper)
}

// Words of a byte repeated eight times.
const (
	ones   = 0x0101010101010101
	highs  = 0x80 * ones
	blanks = 0x20 * ones
)

// load reads eight bytes, the first one lowest.
func load(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// lettersIn counts the ASCII letters with which eight bytes begin. Sums of seven bits show in the eighth
// whether a byte is at least 'a', or more than 'z'.
func lettersIn(eight uint64) int {
	low := (eight | blanks) &^ highs
	letters := (low + (0x80-'a')*ones) &^ (low + (0x7f-'z')*ones) &^ eight & highs
	return bits.TrailingZeros64(letters^highs) / 8
}

// capitalsIn counts the capitals among the first n bytes, which are letters.
func capitalsIn(eight uint64, n int) int {
	return bits.OnesCount64(^eight & blanks & (1<<(8*n) - 1))
}

func (p *piece) setKey(k wordKey) {
	if p.key = k; p.hi-p.lo > maxWord {
		p.key = wordKey{}
	}
}

// wideWord takes a word with letters outside ASCII, or the ASCII letters before a sign.
func (p *piece) wideWord(text string) {
	var k wordKey
	hi, narrow, price, upper := p.lo, 0, 0, 0
	for hi < len(text) {
		c := text[hi]
		class := classes[c]
		if class == classLower || class == classUpper {
			if class == classUpper && hi > p.lo {
				upper++
			}
			k.push(c | 0x20)
			narrow++
			hi++
			continue
		}
		if class != classWide {
			break
		}
		r, size := utf8.DecodeRuneInString(text[hi:])
		each, letter := scriptPrice(r)
		if !letter {
			break
		}
		p.wide, p.last, price = p.wide+1, r, price+each
		if hi += size; hi-p.lo <= maxWord {
			k.pushRune(unicode.ToLower(r))
		}
	}
	p.kind, p.hi = pieceWord, hi
	p.setKey(k)
	if p.wide == 0 {
		p.price = wordPrice(narrow, upper)
		return
	}
	p.price = price + milliAccent + narrow*milliNarrow
}

func (k *wordKey) push(c byte) {
	k.b = k.b<<8 | k.a>>56
	k.a = k.a<<8 | uint64(c)
}

// pushAll pushes the first n bytes of eight, of which the first is the highest.
func (k *wordKey) pushAll(eight uint64, n int) {
	k.b = k.b<<(8*n) | k.a>>(64-8*n)
	k.a = k.a<<(8*n) | eight>>(64-8*n)
}

func (k *wordKey) pushRune(r rune) {
	var buf [utf8.UTFMax]byte
	for _, c := range buf[:utf8.EncodeRune(buf[:], r)] {
		k.push(c)
	}
}

// sign takes one sign outside ASCII, or the word that begins with it.
func (p *piece) sign(text string) {
	r, size := utf8.DecodeRuneInString(text[p.lo:])
	price, letter := scriptPrice(r)
	if letter {
		p.wideWord(text)
		return
	}
	p.kind, p.hi, p.price, p.last = pieceSign, p.lo+size, price, r
	if isBlank(r) {
		p.kind, p.price = pieceSpace, 0
	}
}

// isBlank knows the blanks outside ASCII; unicode.IsSpace searches a table for each sign.
func isBlank(r rune) bool {
	return r == 0xA0 || r == 0x85 || r >= 0x2000 && r <= 0x200A || r == 0x2028 || r == 0x2029 || r == 0x202F || r == 0x205F || r == 0x3000
}

// keyOf packs a word that is in lower case already; ok is false when it is too long.
func keyOf(word string) (k wordKey, ok bool) {
	for i := range len(word) {
		k.push(word[i])
	}
	return k, len(word) <= maxWord
}
