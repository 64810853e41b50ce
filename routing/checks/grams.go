package checks

import "strings"

// grams are the runs of three bytes that a text holds, hashed into a set of bits: a phrase of which one is
// missing is not in the text. One pass over a text so spares a search for each of many phrases.
type grams [64]uint64

func (g *grams) read(text string) {
	for i := 0; i+3 <= len(text); i++ {
		h := gramAt(text, i)
		g[h>>6] |= 1 << (h & 63)
	}
}

func (g *grams) may(h uint16) bool { return g[h>>6]&(1<<(h&63)) != 0 }

// gramAt is the hash of text[i:i+3], of 12 bits.
func gramAt(text string, i int) uint16 {
	h := uint32(text[i]) | uint32(text[i+1])<<8 | uint32(text[i+2])<<16
	return uint16(h * 0x9e3779b1 >> 20)
}

// phrase is a text to look for, with the grams that it cannot be without.
type phrase struct {
	text  string
	grams []uint16
}

func newPhrase(text string) phrase {
	p := phrase{text: text}
	for i := 0; i+3 <= len(text); i++ {
		p.grams = append(p.grams, gramAt(text, i))
	}
	return p
}

func phrases(texts ...string) []phrase {
	list := make([]phrase, len(texts))
	for i, text := range texts {
		list[i] = newPhrase(text)
	}
	return list
}

// in tells whether text holds the phrase; its grams may be given.
func (p *phrase) in(text string, g *grams) bool {
	if g != nil {
		for _, h := range p.grams {
			if !g.may(h) {
				return false
			}
		}
	}
	return strings.Contains(text, p.text)
}
