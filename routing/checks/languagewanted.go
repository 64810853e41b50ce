package checks

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"ockham/routing"
)

// wanted are the languages in which the request may be answered; none where that is in doubt. A language
// that is asked for by name comes before the one in which the request is written.
func (l *languages) wanted(p *routing.Prompt) []int {
	last := p.Last().Text
	asked := lowered(ends(last, 2000))
	if p.Task == "translate" || translates(p, asked) {
		return nil
	}
	var also []int
	for _, text := range []string{last, p.System} {
		if text != last {
			asked = lowered(ends(text, 2000))
		}
		named, doubt := l.named(asked)
		if doubt {
			return nil
		}
		if len(named.asked) == 0 {
			also = append(also, named.mentioned...)
			continue
		}
		if n, _ := l.named(lowered(instruction(text))); len(n.asked) > 0 || text != last {
			return named.asked
		}
		also = append(also, named.asked...) // "the website is in German" may ask for nothing
		break
	}
	if p.Format != routing.FormatText {
		return nil // the words in extracted data are those of their source
	}
	written := l.written(prose(last))
	if len(written) == 0 {
		return nil
	}
	for _, i := range also { // "a French poem" may ask for either
		if !slices.Contains(written, i) {
			written = append(written, i)
		}
	}
	return written
}

// lowered is text in lower case; of a Turkish İ that leaves a dot above, which no word has.
func lowered(text string) string {
	if ascii(text) {
		return strings.ToLower(text)
	}
	return strings.ReplaceAll(strings.ToLower(text), "i\u0307", "i")
}

// instruction is what of a request says what it wants: its first paragraph and all short ones. A long one
// further down is the text to work on.
func instruction(text string) string {
	first, rest, _ := strings.Cut(strings.TrimSpace(text), "\n\n")
	asks := []string{ends(first, 1000)}
	for paragraph := range strings.SplitSeq(ends(rest, 2000), "\n\n") {
		if len(paragraph) <= longParagraph {
			asks = append(asks, paragraph)
		}
	}
	return strings.Join(asks, "\n")
}

// longParagraph is more than an instruction needs.
const longParagraph = 400

// translates tells whether the conversation is about a translation, in whichever of its turns that was said.
// The last one's ends are given, in lower case.
func translates(p *routing.Prompt, asked string) bool {
	if translate(asked) {
		return true
	}
	last := p.Last().Text
	return slices.ContainsFunc(p.Turns, func(t routing.Turn) bool {
		return t.Role == "user" && t.Text != last && translate(lowered(ends(t.Text, 2000)))
	})
}

func translate(text string) bool {
	var g grams
	g.read(text)
	return anyIn(text, translation, &g)
}

// translation are the words for it in the languages of the check.
var translation = phrases(
	"translat", "traduc", "traduis", "übersetz", "traduz", "翻译", "翻訳", "번역", "перевед", "terjemah", "çevir", "अनुवाद", "ترجم",
)

// anyIn tells whether text holds one of the phrases.
func anyIn(text string, list []phrase, g *grams) bool {
	return slices.ContainsFunc(list, func(p phrase) bool { return p.in(text, g) })
}

func containsAny(text string, words []string) bool {
	for _, word := range words {
		if strings.Contains(text, word) {
			return true
		}
	}
	return false
}

// ends keeps the beginning and the end of a long text, where requests say what they want.
func ends(s string, n int) string {
	if len(s) <= 2*n {
		return s
	}
	return strings.ToValidUTF8(s[:n]+"\n"+s[len(s)-n:], "")
}

// written are the languages of the request: its beginning, its end and the whole may be in different
// ones, as when a text is given to work on.
func (l *languages) written(text string) []int {
	text = ends(text, 1000)
	lines := lastLines(text, 400)
	if len(lines) == 0 {
		return nil
	}
	var all []int
	parts := []string{lines[0], lines[len(lines)-1], strings.TrimSpace(text)}
	for at, part := range parts {
		if slices.Contains(parts[:at], part) {
			continue
		}
		if i, ok := l.main(part); ok && !slices.Contains(all, i) {
			all = append(all, i)
		}
	}
	return all
}

// names are the languages that a text names: those in which it wants its answer, and all.
type names struct{ asked, mentioned []int }

// named finds the languages that a request asks for by name: "in Spanish", "auf Deutsch", "用中文". It is
// in doubt where languages themselves are the matter, as in translations and lessons.
func (l *languages) named(text string) (found names, doubt bool) {
	add := func(i int, asks bool) {
		found.mentioned = append(found.mentioned, i)
		if asks && !slices.Contains(found.asked, i) {
			found.asked = append(found.asked, i)
		}
	}
	l.spacedNames(text, add)
	if !ascii(text) {
		l.denseNames(text, add)
	}
	return found, len(found.mentioned) > 0 && aboutLanguage(text) || len(found.asked) == 0 && unknownLanguage(text)
}

// denseNames reports the names in scripts without spaces.
func (l *languages) denseNames(text string, add func(i int, asks bool)) {
	for _, d := range l.dense {
		if at := strings.Index(text, d.name); at >= 0 {
			add(d.language, asksDense(text[:at], text[at+len(d.name):]))
		}
	}
}

// ascii tells whether text has no letter outside ASCII.
func ascii(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// unknownLanguage tells whether a request asks for a language that is not in the table.
func unknownLanguage(text string) bool {
	return strings.Contains(text, " language") && containsAny(text, []string{"different language", "another language", "foreign language"}) ||
		!ascii(text) && containsAny(text, []string{"語で", "语回答", "語回答"})
}

// spacedNames reports each name of one or two words.
func (l *languages) spacedNames(text string, add func(i int, asks bool)) {
	before, last := "", ""
	end := 0
	for start, word := range words(text) {
		pair := ""
		if last != "" && text[end:start] == " " {
			if pair = text[max(0, end-len(last)) : start+len(word)]; !strings.HasPrefix(pair, last) {
				pair = last + " " + word // a word that qualifies stands between them
			}
		}
		end = start + len(word)
		if i, ok := l.called(pair); ok {
			add(i, asksSpaced(before, text[end:]))
		} else if i, ok := l.called(strings.TrimPrefix(word, "بال")); ok {
			add(i, l.asks[word] || asksSpaced(last, text[end:]))
		} else if word[0] >= utf8.RuneSelf {
			if i, ok := l.prefixed(word); ok {
				add(i, true)
			}
		}
		if qualifies(word) {
			continue // "in simple Spanish", "in het Engels"
		}
		before, last = last, word
		if word == "the" {
			last = withThe(before)
		}
	}
}

// withThe is the word before a name together with its article, where that can say how to answer.
func withThe(before string) string {
	switch before {
	case "in":
		return "in the"
	case "using":
		return "using the"
	case "only":
		return "only the"
	case "into":
		return "into the"
	}
	return "the"
}

// prefixed finds a name that carries its "in": بالفرنسية, באנגלית.
func (l *languages) prefixed(word string) (int, bool) {
	for _, in := range []string{"ب", "ב"} {
		if name, ok := strings.CutPrefix(word, in); ok {
			return l.called(name)
		}
	}
	return 0, false
}

// qualifies tells which words may stand between "in" and the name of a language.
func qualifies(word string) bool {
	switch word {
	case "simple", "plain", "fluent", "formal", "informal", "good", "clear", "easy", "modern", "standard", "proper", "perfect", "idiomatic", "native",
		"brazilian", "european", "mexican", "swiss", "austrian", "simplified", "traditional", "basic", "everyday",
		"het", "limba", "einfachem", "gutem", "bom", "buen", "bon":
		return true
	}
	return false
}

// words yields the words of text and where they begin.
func words(text string) func(yield func(int, string) bool) {
	return func(yield func(int, string) bool) {
		from := -1
		for i := 0; i < len(text); {
			if c := text[i] | 0x20; c >= 'a' && c <= 'z' { // most are
				if from < 0 {
					from = i
				}
				i++
				continue
			}
			r, size := rune(text[i]), 1
			if r >= utf8.RuneSelf {
				r, size = utf8.DecodeRuneInString(text[i:])
			}
			in := r == '-' && from >= 0 || r >= utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsMark(r))
			if in && from < 0 {
				from = i
			}
			if !in && from >= 0 {
				if !yield(from, text[from:i]) {
					return
				}
				from = -1
			}
			i += size
		}
		if from >= 0 {
			yield(from, text[from:])
		}
	}
}

// asksSpaced tells by the word before the name and by what follows it whether the name says how to
// answer: "write in French." does, "in French cuisine" does not.
func asksSpaced(before, rest string) bool {
	switch before {
	case "in", "into", "en", "auf", "em", "ins", "dans", "dalam", "bằng", "på", "на", "po", "op", "bahasa", "în", "στα", "language", "idioma", "langue", "sprache", "lingua", "język", "язык", "باللغة", "اللغة":
	case "use", "using", "speak", "only", "entirely", "completely", "fully", "usa", "utilise", "menggunakan":
	case "in the", "using the", "only the", "into the":
		return strings.HasPrefix(rest, " language")
	default:
		return hasAnyPrefix(rest, " में", " olarak", " cevap", " yanıt", " yaz", " anlat", " açıkla", " konuş")
	}
	next := strings.TrimLeft(rest, " ")
	if r, _ := utf8.DecodeRuneInString(next); next == rest || !unicode.IsLetter(r) {
		return true
	}
	for _, word := range words(rest) {
		return joins(word)
	}
	return true
}

// joins tells which words may follow the name of a language that says how to answer.
func joins(word string) bool {
	switch word {
	case "of", "for", "that", "about", "with", "on", "to", "how", "what", "why", "the", "a", "an", "please", "and", "or",
		"only", "in", "by", "using", "including", "from", "so", "which", "language", "as", "but", "explaining",
		"et", "avec", "sans", "mit", "con", "com", "ohne", "sobre", "de", "que", "un", "una", "um", "uma", "une", "uno", "ein", "eine", "einen", "een", "le", "la", "les", "el", "à", "al", "ao",
		"antworten", "beantworten", "schreiben", "erklären", "verfassen", "zu", "te", "beantwoorden", "schrijven", "стихотворение", "письмо", "на", "что", "как", "para", "por", "y", "sur", "pour", "qui", "über", "für", "und", "su", "per", "e", "tentang", "untuk", "про", "о":
		return true
	}
	return len(word) > 5 && strings.HasSuffix(word, "ing")
}

func hasAnyPrefix(s string, prefixes ...string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(s, p) })
}

// asksDense is asksSpaced for scripts without spaces: 用英语, 英語で, 영어로.
func asksDense(before, after string) bool {
	for _, sign := range []string{"用", "以", "成", "为", "為", "ด้วย", "เป็น", "ด้วยภาษา", "เป็นภาษา"} {
		if strings.HasSuffix(before, sign) {
			return true
		}
	}
	for _, sign := range []string{"で", "に", "로", "으로", "回答", "书写", "撰写"} {
		if strings.HasPrefix(after, sign) {
			return true
		}
	}
	return false
}

// aboutLanguage tells whether a request is likely to be answered in two languages at once.
func aboutLanguage(text string) bool {
	return containsAny(text, []string{"how do you say", "how to say", "what does", "meaning of", "word for", "phrase for", "cómo se dice", "comment dit-on", "wie heißt", "was heißt", "wie sagt man", "come si dice", "como se diz", "hoe zeg je", "как сказать", "как будет", "jak powiedzieć", "nasıl denir", "怎么说", "怎麼說", "何と言"})
}
