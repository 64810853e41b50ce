package checks

import (
	_ "embed"
	"fmt"
	"strings"
	"sync"
	"unicode/utf8"
)

//go:embed languages.txt
var languageTable string

// languages tells languages apart: by script, and within the Latin script by common words.
type languages struct {
	list  []language
	words *wordTable      // common words of the languages in Latin script; "-x" endings, "~x" letters
	ends  [1024]uint16    // lengths of the endings, as bits, by a hash of their last two bytes: most words have none
	names map[string]int  // what languages are called, in lower case, where words are divided by spaces
	signs grams           // of the names, see nameSign: most words are none
	dense []denseName     // the same, where they are not
	asks  map[string]bool // the names that mean "in French", not "French"
}

type language struct {
	code   string
	script script
}

type denseName struct {
	name     string
	language int
}

// vote is what a word says for a language: less where several share it.
type vote struct {
	language int
	weight   float64
}

// newLanguages are the same for all checks.
var newLanguages = sync.OnceValues(readLanguages)

func readLanguages() (*languages, error) {
	l := &languages{names: map[string]int{}, asks: map[string]bool{}}
	words := map[string][]vote{}
	for n, line := range strings.Split(languageTable, "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		if err := l.add(line, words); err != nil {
			return nil, fmt.Errorf("languages.txt:%d: %w", n+1, err)
		}
	}
	for word, votes := range words {
		for i := range votes {
			votes[i].weight = weightOf(word, len(votes))
		}
	}
	l.words = newWordTable(words)
	return l, nil
}

func (l *languages) add(line string, words map[string][]vote) error {
	parts := strings.Split(line, "|")
	head := strings.Fields(parts[0])
	if len(parts) != 3 || len(head) != 2 {
		return fmt.Errorf("want CODE SCRIPT | names | words, got %q", line)
	}
	written, ok := scriptNamed(head[1])
	if !ok {
		return fmt.Errorf("no script is called %q", head[1])
	}
	i := len(l.list)
	l.list = append(l.list, language{code: head[0], script: written})
	for _, name := range strings.Split(parts[1], ",") {
		l.name(strings.TrimSpace(name), i)
	}
	for _, word := range strings.Fields(parts[2]) {
		words[word] = append(words[word], vote{language: i})
		if n := len(word); word[0] == '-' && n > 2 {
			l.ends[endAt(word[n-2], word[n-1])] |= 1 << (n - 1)
		}
	}
	return nil
}

func (l *languages) name(name string, i int) {
	name, asks := strings.CutPrefix(name, "!")
	l.asks[name] = asks
	if r, _ := utf8.DecodeRuneInString(name); scriptOf(r) >= thai {
		l.dense = append(l.dense, denseName{name, i})
		return
	}
	l.names[name] = i
	h := nameSign(name)
	l.signs[h>>6] |= 1 << (h & 63)
}

// called finds a language by its name in lower case.
func (l *languages) called(name string) (int, bool) {
	if name == "" || !l.signs.may(nameSign(name)) {
		return 0, false
	}
	i, ok := l.names[name]
	return i, ok
}

// nameSign is a hash of where a name begins and ends, and of its length.
func nameSign(name string) uint16 {
	h := uint32(name[0]) | uint32(name[len(name)-1])<<8 | uint32(len(name))<<16
	return uint16(h * 0x9e3779b1 >> 20)
}

// endAt is where languages.ends tells of words that end in these two bytes.
func endAt(a, b byte) uint16 { return (uint16(a)*31 ^ uint16(b)) & 1023 }

func weightOf(word string, sharers int) float64 {
	w := 1 / float64(sharers)
	if len(word) == 1 || word[0] == '-' || word[0] == '~' {
		w /= 3
	}
	return w
}

// byCode finds a language by its ISO 639-1 code, with or without a region.
func (l *languages) byCode(code string) (int, bool) {
	code, _, _ = strings.Cut(strings.ToLower(code), "-")
	for i := range l.list {
		if l.list[i].code == code {
			return i, true
		}
	}
	return 0, false
}
