package routing

import (
	"unicode"
	"unicode/utf8"
)

// The estimator cuts text the way byte-pair tokenizers do before they merge: words, runs of digits,
// runs of punctuation, white space. Each kind of piece has a price in milli-tokens.
type pieceKind uint8

const (
	pieceWord   pieceKind = iota // letters of an alphabet, any case
	pieceDigits                  // decimal digits
	piecePunct                   // ASCII punctuation
	pieceSpace                   // blanks and tabs
	pieceLine                    // line ends, with the blanks between them
	pieceSign                    // one sign of a script without spaces, or a symbol
)

// piece is text[lo:hi]. For words price holds what the letters outside ASCII add; for signs it is all.
type piece struct {
	kind  pieceKind
	lo    int
	hi    int
	upper int // upper-case letters after the first one
	wide  int // letters that are not ASCII
	price int // of those, in milli-tokens
	last  rune
}

// Prices in milli-tokens, fitted on tokenizers in use; docs/policy.md tells how and how far they miss.
const (
	milliWord      = 1010 // a word of up to shortWord letters
	milliLetter    = 118  // each further letter
	milliUpper     = 330  // each capital inside a word, which splits it
	milliDigits    = 640  // up to three digits
	milliPunct     = 560  // each punctuation mark, with the neighbours it often merges with
	milliLine      = 760
	milliIndent    = 520
	shortWord      = 7
	digitsPerToken = 3
	maxMerged      = 12 // a long run of one mark ("-----") merges into few tokens
)

// Estimate tells about how many tokens text takes. It reads text once and allocates nothing.
func Estimate(text string) int {
	return toTokens(milli(text))
}

func milli(text string) int {
	total := 0
	for at := 0; at < len(text); {
		p := nextPiece(text, at)
		total += p.milli(text)
		at = p.hi
	}
	return total
}

func toTokens(m int) int { return (m + 999) / 1000 }

// milli is the price of one piece.
func (p *piece) milli(text string) int {
	n := p.hi - p.lo
	switch p.kind {
	case pieceWord:
		return p.price + wordPrice(n, p.upper, p.wide)
	case pieceDigits:
		return (n + digitsPerToken - 1) / digitsPerToken * milliDigits
	case piecePunct:
		return punctPrice(text[p.lo:p.hi])
	case pieceSpace:
		if n == 1 {
			return 0 // belongs to the word behind it
		}
		return milliIndent
	case pieceLine:
		return milliLine
	default:
		return p.price
	}
}

// wordPrice is that of a word's ASCII letters; wide ones are priced by script.
func wordPrice(bytes, upper, wide int) int {
	if wide > 0 {
		return 0
	}
	m := milliWord + upper*milliUpper
	if extra := bytes - shortWord; extra > 0 {
		m += extra * milliLetter
	}
	return min(m, bytes*1000)
}

func punctPrice(s string) int {
	if len(s) > 3 && s[0] == s[1] && s[0] == s[len(s)-1] {
		return milliPunct * (1 + len(s)/maxMerged)
	}
	return milliPunct * len(s)
}

const (
	classOther = iota
	classLower
	classUpper
	classDigit
	classPunct
	classBlank
	classLine
)

var classes = func() (t [128]uint8) {
	for c := range t {
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

// nextPiece returns the piece that begins at lo, which must be inside text.
func nextPiece(text string, lo int) piece {
	c := text[lo]
	if c >= utf8.RuneSelf {
		return wideOrWord(text, lo)
	}
	switch classes[c] {
	case classLower, classUpper:
		return word(text, lo)
	case classDigit:
		return run(text, lo, pieceDigits, classDigit)
	case classBlank:
		return run(text, lo, pieceSpace, classBlank)
	case classLine:
		return lines(text, lo)
	default:
		return run(text, lo, piecePunct, classPunct)
	}
}

func run(text string, lo int, kind pieceKind, class uint8) piece {
	hi := lo + 1
	for hi < len(text) && text[hi] < utf8.RuneSelf && classes[text[hi]] == class {
		hi++
	}
	return piece{kind: kind, lo: lo, hi: hi}
}

// lines takes line ends and the indentation behind them as one piece.
func lines(text string, lo int) piece {
	hi := lo + 1
	for hi < len(text) && text[hi] < utf8.RuneSelf && (classes[text[hi]] == classLine || classes[text[hi]] == classBlank) {
		hi++
	}
	return piece{kind: pieceLine, lo: lo, hi: hi}
}

// word takes letters of alphabets together, whatever their script.
func word(text string, lo int) piece {
	p := piece{kind: pieceWord, lo: lo}
	hi := lo
	for hi < len(text) {
		c := text[hi]
		if c < utf8.RuneSelf {
			class := classes[c]
			if class != classLower && class != classUpper {
				break
			}
			if class == classUpper && hi > lo {
				p.upper++
			}
			hi++
			continue
		}
		r, size := utf8.DecodeRuneInString(text[hi:])
		price, letter := scriptPrice(r)
		if !letter {
			break
		}
		p.wide, p.price, p.last = p.wide+1, p.price+price, r
		hi += size
	}
	p.hi = hi
	if p.wide > 0 {
		p.price += narrowPrice(hi-lo, p.wide)
	}
	return p
}

// narrowPrice is what the ASCII letters of a word cost in which other letters stand too.
func narrowPrice(bytes, wide int) int {
	return max(0, bytes-2*wide)*240 + 350
}

func wideOrWord(text string, lo int) piece {
	r, size := utf8.DecodeRuneInString(text[lo:])
	price, letter := scriptPrice(r)
	if letter {
		return word(text, lo)
	}
	if unicode.IsSpace(r) {
		return piece{kind: pieceSpace, lo: lo, hi: lo + size, last: r}
	}
	return piece{kind: pieceSign, lo: lo, hi: lo + size, price: price, last: r}
}

// scriptPrice is the price of one letter or sign outside ASCII, and whether it joins into words.
func scriptPrice(r rune) (price int, letter bool) {
	switch {
	case r < 0x250: // Latin with accents
		return 520, r >= 0xC0 && r != '×' && r != '÷' || r == 'ª' || r == 'º' || r == 'µ'
	case r >= 0x300 && r < 0x370: // accents that stand alone
		return 600, true
	case r < 0x400: // Greek, phonetic letters
		return 560, unicode.IsLetter(r)
	case r < 0x530: // Cyrillic
		return 330, true
	case r < 0x590: // Armenian
		return 800, true
	case r < 0x600: // Hebrew
		return 500, true
	case r < 0x780: // Arabic
		return 400, unicode.IsLetter(r) || unicode.IsMark(r)
	case r >= 0x900 && r < 0xE00: // Indic scripts
		return 600, unicode.IsLetter(r) || unicode.IsMark(r)
	case r >= 0xE00 && r < 0xE80: // Thai writes no spaces
		return 550, false
	case r < 0x1100:
		return 1100, unicode.IsLetter(r) || unicode.IsMark(r)
	case r >= 0x1E00 && r < 0x1F00: // Latin with two accents: Vietnamese
		return 700, true
	case r >= 0x3040 && r < 0x3100: // kana
		return 700, false
	case r >= 0x3400 && r < 0xA000: // Han
		return 950, false
	case r >= 0xAC00 && r < 0xD7A4: // Hangul
		return 900, true
	case r >= 0x3000 && r < 0x3040 || r >= 0xFF00 && r < 0xFFF0: // CJK punctuation
		return 900, false
	case r >= 0x2000 && r < 0x2070: // dashes, quotes, joiners
		return 800, false
	case r == utf8.RuneError:
		return 1000, false
	case r >= 0x10000: // emoji and rare scripts
		return 2200, false
	default:
		return 1500, false
	}
}
