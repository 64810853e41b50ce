package checks

import (
	"regexp"
	"strings"
)

// What a way of asking asks for, in any language; see way.

func askWords(f *Format, s *sentence, w wish) {
	if w.bounded {
		f.Words = f.Words.and(w.loose())
	}
}

func askCharacters(f *Format, s *sentence, w wish) {
	if w.bounded {
		f.Characters = f.Characters.and(w.loose())
	}
}

func askSentences(f *Format, s *sentence, w wish) {
	if w.bounded {
		f.Sentences = f.Sentences.and(w.Range)
	}
}

// askParagraphs asks for paragraphs where the request says what divides them.
func askParagraphs(f *Format, s *sentence, w wish) {
	switch {
	case strings.Contains(s.all, "***") && !strings.Contains(s.all, "****"):
		f.Divider = "***"
	case !hasAny(s.all, []string{`\n`, "saltos de línea", "sauts de ligne", "改行", "leerzeile", "quebras de linha", "空行"}):
		return
	}
	f.Paragraphs = w.Range
}

func askItems(f *Format, _ *sentence, w wish) { f.Items = w.Range }

func askNumbered(f *Format, _ *sentence, w wish) { f.Numbered = w.Range }

// askOpening asks for the word with which a paragraph begins.
func askOpening(f *Format, _ *sentence, w wish) {
	if w.nth > 0 && len(w.words) > 0 {
		f.Openings = map[int]string{w.nth: w.words[0]}
	}
}

// askUses asks for words, or forbids them.
func askUses(f *Format, s *sentence, w wish) {
	if w.negated {
		askExcludes(f, s, w)
		return
	}
	askContains(f, s, w)
}

func askContains(f *Format, _ *sentence, w wish) { f.Contains = union(f.Contains, w.words) }

func askExcludes(f *Format, _ *sentence, w wish) { f.Excludes = union(f.Excludes, w.words) }

func askOccurs(f *Format, _ *sentence, w wish) {
	if len(w.words) > 0 && w.n > 0 {
		f.occurs(w.words[0], w.least())
	}
}

// least is the range that is asked for: at least so many where nothing bounds the number.
func (w wish) least() Range {
	if w.bounded {
		return w.Range
	}
	return Range{Min: max(w.n, 1)}
}

// askRarely is askOccurs where so many times are too many.
func askRarely(f *Format, _ *sentence, w wish) {
	if len(w.words) > 0 && w.n > 1 {
		f.occurs(w.words[0], Range{Max: w.n - 1})
	}
}

// askWordsWith asks for words that have one of some letters.
func askWordsWith(letters string) func(*Format, *sentence, wish) {
	return func(f *Format, _ *sentence, w wish) {
		f.Counts = append(f.Counts, Count{`(?i)\p{L}*[` + letters + `]\p{L}*`, w.least()})
	}
}

func askWordsWithLetter(f *Format, s *sentence, w wish) {
	if len(w.words) > 0 {
		askWordsWith(regexp.QuoteMeta(w.words[0]))(f, s, w)
	}
}

// askMatches asks for so many of a pattern, at least one.
func askMatches(pattern string) func(*Format, *sentence, wish) {
	return func(f *Format, _ *sentence, w wish) {
		f.Counts = append(f.Counts, Count{pattern, w.least()})
	}
}

func askLacks(pattern string) func(*Format, *sentence, wish) {
	return func(f *Format, _ *sentence, _ wish) { f.Lacks = append(f.Lacks, pattern) }
}

func askCapitals(f *Format, _ *sentence, w wish) {
	if w.bounded {
		f.capitals(w.Range)
	}
}

func askCase(name string) func(*Format, *sentence, wish) {
	return func(f *Format, s *sentence, _ wish) {
		if !hasAny(s.lower, []string{" palabras ", " mots ", " palavras ", " wörter "}) { // it is about some words
			f.Case = name
		}
	}
}

func askQuoted(f *Format, _ *sentence, _ wish) { f.Quoted = true }

func askJSON(f *Format, _ *sentence, _ wish) { f.hasJSON = true }

func askOnlyJSON(f *Format, _ *sentence, _ wish) { f.hasJSON, f.JSON = true, true }

func askTwo(f *Format, _ *sentence, _ wish) { f.Parts = Range{2, 2} }

func askEnds(f *Format, _ *sentence, w wish) {
	if len(w.words) > 0 {
		f.Ends = w.words[0]
	}
}

func askSentencesEnd(f *Format, _ *sentence, w wish) {
	if len(w.words) > 0 {
		f.SentencesEnd = w.words[0]
	}
}

func askChoice(f *Format, _ *sentence, w wish) {
	if len(w.words) > 1 {
		f.OneOf = w.words
	}
}

// askRepeat asks for the request again, at the beginning.
func askRepeat(f *Format, s *sentence, _ wish) {
	if before := strings.TrimSpace(s.before); before != "" && f.Starts == "" && len(before) < 400 {
		f.Starts = before
	}
}
