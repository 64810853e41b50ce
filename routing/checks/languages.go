package checks

import (
	_ "embed"
	"fmt"
	"strings"
	"unicode/utf8"
)

//go:embed languages.txt
var languageTable string

// languages tells languages apart: by script, and within the Latin script by common words.
type languages struct {
	list  []language
	words map[string][]vote // common words of the languages in Latin script; "-x" endings, "~x" letters
	ends  map[[2]byte]uint  // lengths of the endings, as bits, by their last two bytes: most words have none
	names map[string]int    // what languages are called, in lower case, where words are divided by spaces
	sizes [256]uint64       // lengths of names, as bits, by their first byte: most words are none
	dense []denseName       // the same, where they are not
	asks  map[string]bool   // the names that mean "in French", not "French"
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

func newLanguages() (*languages, error) {
	l := &languages{words: map[string][]vote{}, ends: map[[2]byte]uint{}, names: map[string]int{}, asks: map[string]bool{}}
	for n, line := range strings.Split(languageTable, "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		if err := l.add(line); err != nil {
			return nil, fmt.Errorf("languages.txt:%d: %w", n+1, err)
		}
	}
	for word, votes := range l.words {
		for i := range votes {
			votes[i].weight = weightOf(word, len(votes))
		}
	}
	return l, nil
}

func (l *languages) add(line string) error {
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
		l.words[word] = append(l.words[word], vote{language: i})
		if n := len(word); word[0] == '-' && n > 2 {
			l.ends[[2]byte{word[n-2], word[n-1]}] |= 1 << (n - 1)
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
	l.sizes[name[0]] |= 1 << (len(name) & 63)
}

// called finds a language by its name in lower case.
func (l *languages) called(name string) (int, bool) {
	if name == "" || l.sizes[name[0]]&(1<<(len(name)&63)) == 0 {
		return 0, false
	}
	i, ok := l.names[name]
	return i, ok
}

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
