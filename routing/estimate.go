package routing

import (
	"unicode"
	"unicode/utf8"
)

// Prices in milli-tokens, fitted by least squares to the tokenizer that Anthropic publishes, on prose in
// twenty languages, code, JSON, tables and mathematics; docs/policy.md tells how far they miss.
const (
	milliWord   = 1020 // a word of up to shortWord letters
	milliLetter = 165  // each further letter
	milliUpper  = 150  // each capital inside a word, which splits it
	milliDigit  = 390  // up to three digits of a number
	milliPunct  = 1105 // a run of up to three marks; longer runs of one mark ("-----") merge
	milliRule   = 2250
	milliLine   = 1105
	milliIndent = 1115
	milliAccent = 1130 // a word with letters outside ASCII, besides its letters
	milliNarrow = 445  // each ASCII letter of such a word

	shortWord      = 7
	digitsPerToken = 3
	marksPerToken  = 3
)

// Estimate tells about how many tokens text takes. It reads text once and allocates nothing.
func Estimate(text string) int {
	total := 0
	var p piece
	for p.next(text) {
		total += p.price
	}
	return toTokens(total)
}

func toTokens(milli int) int { return (milli + 999) / 1000 }

// wordPrice is that of a word in ASCII.
func wordPrice(letters, upper int) int {
	m := milliWord + upper*milliUpper
	if extra := letters - shortWord; extra > 0 {
		m += extra * milliLetter
	}
	return min(m, letters*milliWord)
}

func digitsPrice(n int) int { return (n + digitsPerToken - 1) / digitsPerToken * milliDigit }

func punctPrice(s string) int {
	if len(s) > marksPerToken && s[0] == s[1] && s[0] == s[len(s)-1] {
		return milliRule
	}
	return milliPunct * ((len(s) + marksPerToken - 1) / marksPerToken)
}

// spacePrice is nothing for a single blank, which belongs to the word behind it.
func spacePrice(n int) int {
	if n == 1 {
		return 0
	}
	return milliIndent
}

// scriptPrice is the price of one letter or sign outside ASCII, and whether it joins into words.
func scriptPrice(r rune) (price int, letter bool) {
	switch {
	case r < 0x250: // Latin with accents, and its signs
		if r >= 0xC0 && r != '×' && r != '÷' || r == 'ª' || r == 'º' || r == 'µ' {
			return 1100, true
		}
		return 2700, false
	case r >= 0x300 && r < 0x370: // accents that stand alone
		return 1000, true
	case r < 0x400: // Greek, phonetic letters
		return 1250, unicode.IsLetter(r)
	case r < 0x530: // Cyrillic
		return 390, true
	case r < 0x600: // Armenian, Hebrew
		return 870, true
	case r < 0x780: // Arabic
		return 870, unicode.IsLetter(r) || unicode.IsMark(r)
	case r >= 0x900 && r < 0xE00: // Indic scripts
		return 1100, unicode.IsLetter(r) || unicode.IsMark(r)
	case r >= 0xE00 && r < 0xE80: // Thai writes no spaces
		return 1400, false
	case r < 0x1100:
		return 1800, unicode.IsLetter(r) || unicode.IsMark(r)
	case r >= 0x1E00 && r < 0x1F00: // Latin with two accents: Vietnamese
		return 1240, true
	case r >= 0x3040 && r < 0x3100: // kana
		return 1060, false
	case r >= 0x3400 && r < 0xA000: // Han
		return 1065, false
	case r >= 0xAC00 && r < 0xD7A4: // Hangul
		return 1015, true
	case r >= 0x3000 && r < 0x3040 || r >= 0xFF00 && r < 0xFFF0: // CJK punctuation
		return 1290, false
	case r >= 0x2000 && r < 0x2070: // dashes, quotes, joiners
		return 2100, false
	case r == utf8.RuneError:
		return 1000, false
	case r >= 0x10000: // emoji and rare scripts
		return 3600, false
	default:
		return 2000, false
	}
}
