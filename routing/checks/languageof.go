package checks

import (
	"unicode"
	"unicode/utf8"
)

// profile is what a text shows of its language.
type profile struct {
	letters float64          // all of them; one of Chinese, Japanese or Korean counts as several
	scripts [scripts]float64 // of these
	words   int              // in Latin script
	hits    int              // of these, common words of some language
	votes   []float64        // by language, of the words in Latin script
	likely  int              // the one with most votes, -1 where there are none
	most    float64          // these
	symbols int              // that code is full of
}

// denseLetter is how many letters of an alphabet one of Chinese, Japanese or Korean stands for.
const denseLetter = 2

// look reads prose; code blocks are for the caller to leave out. An apostrophe ends a word and belongs to
// it, so that l'eau is "l'" and "eau".
func (l *languages) look(text string) profile {
	p := profile{votes: make([]float64, len(l.list)), likely: -1}
	word := make([]byte, 1, 64)
	narrow := 0            // letters of ASCII
	var before, begun rune // the last sign that was no blank, and the one before the word
	for at, size := 0, 1; at < len(text); at += size {
		r := rune(text[at])
		if size = 1; r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(text[at:])
		}
		if c := r | 0x20; c >= 'a' && c <= 'z' {
			if len(word) == 1 {
				begun = before
			}
			word = append(word, byte(c))
			narrow++
			continue
		}
		letter := r >= utf8.RuneSelf && (unicode.IsLetter(r) || len(word) > 1 && unicode.IsMark(r))
		if letter {
			if len(word) == 1 {
				begun = before
			}
			r = unicode.ToLower(r)
			word = utf8.AppendRune(word, r)
			p.letter(r)
			l.letterVote(&p, r)
			continue
		}
		switch r {
		case '{', '}', '(', ')', ';', '=', '<', '>', '\\':
			p.symbols++
		}
		if (r == '\'' || r == '’') && len(word) > 1 {
			word = append(word, '\'')
		}
		if !isMark(word, begun) {
			l.wordVote(&p, word)
		}
		word = word[:1]
		if r != ' ' {
			before = r
		}
	}
	if !isMark(word, begun) {
		l.wordVote(&p, word)
	}
	p.letters += float64(narrow)
	p.scripts[latin] += float64(narrow)
	for i, v := range p.votes {
		if v > p.most {
			p.likely, p.most = i, v
		}
	}
	return p
}

// isMark tells letters that name things, as in "a + d + e": they are words of no language.
func isMark(word []byte, before rune) bool {
	return len(word) == 2 && before == '+'
}

// letterVote counts a letter that few languages have.
func (l *languages) letterVote(p *profile, r rune) {
	if r < 0x80 || scriptOf(r) != latin {
		return
	}
	var key [5]byte
	p.count(l.words.votes(utf8.AppendRune(append(key[:0], '~'), r)))
}

// wordVote counts a word in Latin script for the languages in which it, or its ending, is common. The
// word stands behind one byte that is left for the mark of an ending.
func (l *languages) wordVote(p *profile, word []byte) {
	if len(word) == 1 {
		return
	}
	if first, _ := utf8.DecodeRune(word[1:]); scriptOf(first) != latin {
		return
	}
	p.words++
	if votes := l.words.votes(word[1:]); len(votes) > 0 {
		p.hits++
		p.count(votes)
		return
	}
	if len(word) < 5 {
		return
	}
	lengths := l.ends[endAt(word[len(word)-2], word[len(word)-1])]
	for n := min(8, len(word)-3); n >= 2; n-- {
		if lengths&(1<<n) == 0 {
			continue
		}
		at := len(word) - n - 1
		saved := word[at]
		word[at] = '-'
		votes := l.words.votes(word[at:])
		word[at] = saved
		if len(votes) > 0 {
			p.count(votes)
			return
		}
	}
}

func (p *profile) count(votes []vote) {
	for _, v := range votes {
		p.votes[v.language] += v.weight
	}
}

func (p *profile) letter(r rune) {
	s := scriptOf(r)
	n := 1.0
	if s >= kana {
		n = denseLetter
	}
	p.letters += n
	p.scripts[s] += n
}

// fits tells how much of the text can be of language i, from 0 to 1: the share of its script, and within
// the Latin script its words beside those of the likeliest language.
func (l *languages) fits(p *profile, i int) float64 {
	if p.letters == 0 {
		return 0
	}
	lang := l.list[i]
	share := p.scripts[lang.script] / p.letters
	switch {
	case lang.script == latin:
		if p.likely < 0 {
			return share
		}
		return share * p.votes[i] / p.most
	case lang.code == "ja":
		if p.scripts[kana]*10 < p.scripts[han] {
			return share
		}
		return (p.scripts[kana] + p.scripts[han]) / p.letters
	case lang.code == "zh" && p.scripts[kana]*5 > p.scripts[han]:
		return 0
	}
	return share
}

// enough tells whether p shows so much prose that it is not in a language of the script that is wanted:
// letters of another script, or common words. Code is no prose, and neither are lists of names.
func (l *languages) enough(p *profile, wanted script) bool {
	if other := p.letters - p.scripts[latin]; other > p.letters/2 {
		return other >= 20
	}
	if float64(p.symbols)*8 > p.letters {
		return false
	}
	return p.hits >= 4 && p.hits*10 >= p.words || wanted != latin && p.words >= 12 && p.most >= 1
}

// main tells the language of a text, false where it is in doubt.
func (l *languages) main(text string) (int, bool) {
	p := l.look(text)
	best, most := -1, 0.0
	for i := range l.list {
		if f := l.fits(&p, i); f > most {
			best, most = i, f
		}
	}
	if p.scripts[latin] < p.letters/2 {
		return best, most >= 0.5 && p.letters >= 6
	}
	return best, most >= 0.5 && p.words >= 2 && l.ahead(&p, best)
}

// ahead tells whether a language in Latin script has clearly more votes than any other.
func (l *languages) ahead(p *profile, best int) bool {
	for i, v := range p.votes {
		if i != best && p.votes[best] < 1.5*v+0.6 {
			return false
		}
	}
	return p.votes[best] >= 0.8
}
