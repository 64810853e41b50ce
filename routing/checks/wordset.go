package checks

import (
	"unicode"
	"unicode/utf8"
)

// wordSet is a set of hashes of words. A collision makes a word known that is not; with 64 bits none is seen.
type wordSet struct {
	table []uint64 // 0 is a free place
	used  int
}

func newWordSet(size int) *wordSet {
	n := 64
	for n < 2*size {
		n *= 2
	}
	return &wordSet{table: make([]uint64, n)}
}

func (s *wordSet) add(h uint64) {
	if 2*s.used >= len(s.table) {
		s.grow()
	}
	if i := s.place(h); s.table[i] == 0 {
		s.table[i] = h
		s.used++
	}
}

func (s *wordSet) has(h uint64) bool { return s.table[s.place(h)] == h }

// place is where h stands, or would.
func (s *wordSet) place(h uint64) uint64 {
	mask := uint64(len(s.table) - 1)
	i := (h ^ h>>32) & mask
	for s.table[i] != 0 && s.table[i] != h {
		i = (i + 1) & mask
	}
	return i
}

func (s *wordSet) grow() {
	old := s.table
	s.table, s.used = make([]uint64, 2*len(old)), 0
	for _, h := range old {
		if h != 0 {
			s.add(h)
		}
	}
}

// hash is FNV-1a, never 0.
func hash(word []byte) uint64 { return mix(fnvBasis, word) | 1 }

const fnvBasis = 14695981039346656037

func mix(h uint64, word []byte) uint64 {
	for _, c := range word {
		h = (h ^ uint64(c)) * 1099511628211
	}
	return h
}

// hashPair joins the hashes of two words that follow each other.
func hashPair(a, b uint64) uint64 { return (a*31 ^ b<<1) | 1 }

// eachWord calls do with every word of text in lower case, in a buffer that it uses again. A letter of a
// script without spaces is a word of its own.
func eachWord(text string, do func(word []byte)) {
	var buf [64]byte
	word := buf[:0]
	for i := 0; i < len(text); {
		c := text[i]
		if c < utf8.RuneSelf {
			for ; i < len(text) && asciiLetter(text[i]); i++ {
				word = append(word, text[i]|0x20)
			}
			if i < len(text) && text[i] < utf8.RuneSelf {
				word = flush(word, do)
				i++
			}
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		i += size
		switch {
		case !unicode.IsLetter(r) && !unicode.IsMark(r):
			word = flush(word, do)
		case scriptOf(r) >= kana:
			do(utf8.AppendRune(flush(word, do), r))
			word = word[:0]
		default:
			word = utf8.AppendRune(word, unicode.ToLower(r))
		}
	}
	flush(word, do)
}

func asciiLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

func flush(word []byte, do func([]byte)) []byte {
	if len(word) > 0 {
		do(word)
	}
	return word[:0]
}

// wordsOf is the set of a text's words.
func wordsOf(text string) *wordSet {
	set := newWordSet(128)
	eachWord(text, func(w []byte) { set.add(hash(w)) })
	return set
}
