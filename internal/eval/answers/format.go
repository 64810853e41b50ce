package answers

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"ockham/routing/checks"
)

// instruction is a constraint as IFEval (Zhou et al. 2023) and M-IFEval name it: "en:keywords:frequency".
type instruction struct {
	ID     string         `json:"id"`
	Kwargs map[string]any `json:"kwargs"`
}

// formatOf turns the instructions of a row into the form in which clients give constraints. Those that it
// does not know ask for nothing.
func formatOf(raw json.RawMessage) (string, error) {
	var list []instruction
	if err := json.Unmarshal(raw, &list); err != nil {
		return "", fmt.Errorf("instruction: %w", err)
	}
	var f checks.Format
	for _, in := range list {
		lang, name, _ := strings.Cut(in.ID, ":")
		in.add(&f, lang, name)
	}
	text, err := json.Marshal(f)
	return string(text), err
}

func (in instruction) num(key string) int {
	n, _ := in.Kwargs[key].(float64)
	return int(n)
}

func (in instruction) str(key string) string {
	s, _ := in.Kwargs[key].(string)
	return s
}

func (in instruction) list(key string) []string {
	var out []string
	values, _ := in.Kwargs[key].([]any)
	for _, v := range values {
		out = append(out, fmt.Sprint(v))
	}
	return out
}

// bounds reads "at least", "less than" and their like in four languages.
func (in instruction) bounds(n int) checks.Range {
	relation := in.str("relation") + in.str("let_relation") + in.str("capital_relation")
	switch relation {
	case "less than", "moins de", "未満", "menos de":
		return checks.Range{Max: n - 1}
	case "como máximo", "au plus", "以下", "at most":
		return checks.Range{Max: n}
	}
	return checks.Range{Min: n}
}

// both joins two constraints on the same count.
func both(a, b checks.Range) checks.Range {
	r := checks.Range{Min: max(a.Min, b.Min), Max: max(a.Max, b.Max)}
	if a.Max > 0 && b.Max > 0 {
		r.Max = min(a.Max, b.Max)
	}
	return r
}

func exactly(n int) checks.Range { return checks.Range{Min: n, Max: n} }

func (in instruction) count(f *checks.Format, pattern string, n int) {
	r := in.bounds(n)
	if r.Max <= 0 && r.Min == 0 {
		f.Lacks = append(f.Lacks, pattern)
		return
	}
	f.Counts = append(f.Counts, checks.Count{Pattern: pattern, Range: r})
}

func (in instruction) add(f *checks.Format, lang, name string) {
	switch kind, rest, _ := strings.Cut(name, ":"); kind {
	case "length_constraints":
		in.addLength(f, rest)
	case "detectable_format", "detectable_content":
		in.addLayout(f, lang, rest)
	case "keywords":
		in.addKeywords(f, rest)
	case "letters", "special_character", "punctuation":
		in.addLetters(f, lang, rest)
	default:
		in.addWhole(f, rest)
	}
}

func (in instruction) addLength(f *checks.Format, name string) {
	switch name {
	case "number_words":
		f.Words = both(f.Words, in.bounds(in.num("num_words")))
	case "number_letters":
		f.Characters = in.bounds(in.num("num_letters"))
	case "number_sentences":
		f.Sentences = both(f.Sentences, in.bounds(in.num("num_sentences")))
	case "number_paragraphs":
		f.Paragraphs, f.Divider = exactly(in.num("num_paragraphs")), "***"
	case "nth_paragraph_first_word":
		f.Paragraphs = exactly(in.num("num_paragraphs"))
		f.Openings = map[int]string{in.num("nth_paragraph"): in.str("first_word")}
	}
}

func (in instruction) addLayout(f *checks.Format, lang, name string) {
	switch name {
	case "number_bullet_lists":
		f.Items = exactly(in.num("num_bullets"))
	case "number_numbered_lists":
		f.Numbered = exactly(in.num("num_items"))
	case "number_highlighted_sections":
		pattern := `\*\*[^\n*]+\*\*|\*[^\n*]+\*`
		if lang == "ja" {
			pattern = `《[^\n》]+》`
		}
		f.Counts = append(f.Counts, checks.Count{Pattern: pattern, Range: checks.Range{Min: in.num("num_highlights")}})
	case "multiple_sections":
		f.Section, f.Sections = in.str("section_spliter"), checks.Range{Min: in.num("num_sections")}
	case "number_placeholders":
		f.Counts = append(f.Counts, checks.Count{Pattern: `\[.*?\]`, Range: checks.Range{Min: in.num("num_placeholders")}})
	case "title":
		f.Matches = append(f.Matches, map[string]string{"fr": `##[^\n#]+##`, "ja": `『[^\n]+』`}[lang])
		if lang == "en" || lang == "es" {
			f.Matches[len(f.Matches)-1] = `<<[^\n]*[^<>\s][^\n]*>>`
		}
	case "json_format":
		f.JSON = true
	case "constrained_response":
		f.OneOf = options(lang)
	case "postscript":
		f.Matches = append(f.Matches, postscript(in.str("postscript_marker")))
	case "no_digits":
		f.Lacks = append(f.Lacks, `\d`)
	case "informal_address":
		f.Lacks = append(f.Lacks, `(?i)\b(vous|votre|vos)\b`)
	case "nominal_ending":
		f.Counts = append(f.Counts, checks.Count{Pattern: `[\p{Han}\p{Katakana}ー](。|\n|$)`, Range: checks.Range{Min: in.num("count")}})
	}
}

func options(lang string) []string {
	return map[string][]string{
		"en": {"My answer is yes.", "My answer is no.", "My answer is maybe."},
		"es": {"Sí.", "No.", "Quizás."}, "fr": {"Oui.", "Non.", "Peut-être."},
		"ja": {"はい、そうです。", "いいえ、違います。", "どちらとも言えません。"},
	}[lang]
}

func postscript(marker string) string {
	switch marker {
	case "P.S.":
		return `(?i)p\.\s?s\.`
	case "P.P.S":
		return `(?i)p\.\s?p\.\s?s`
	}
	return "(?i)" + regexp.QuoteMeta(marker)
}

func (in instruction) addKeywords(f *checks.Format, name string) {
	switch name {
	case "existence":
		f.Contains = append(f.Contains, in.list("keywords")...)
	case "forbidden_words":
		f.Excludes = append(f.Excludes, in.list("forbidden_words")...)
	case "frequency":
		in.count(f, "(?i)"+regexp.QuoteMeta(in.str("keyword")), in.num("frequency"))
	case "letter_frequency":
		if in.str("letter") != "" {
			in.count(f, "(?i)"+regexp.QuoteMeta(in.str("letter")), in.num("let_frequency"))
		}
	}
}

func (in instruction) addLetters(f *checks.Format, lang, name string) {
	lacks := map[string]string{
		"hiragana_only": `[\p{Katakana}\p{Han}]`, "katakana_only": `[\p{Hiragana}\p{Han}]`,
		"no_hiragana": `\p{Hiragana}`, "no_katakana": `\p{Katakana}`, "kansuuji": `\d`, "no_period": `。`,
		"no_accents": `[àâäéèêëîïôöùûüÿçÀÂÉÈÊËÎÏÔÙÛÇ]`, "no_comma": `,`,
	}
	if lang == "ja" {
		lacks["no_comma"] = `、`
	}
	switch name {
	case "furigana":
		f.Lacks = append(f.Lacks, `\p{Han}(?:[^\p{Han}（(]|$)`)
	case "kanji":
		in.count(f, `\p{Han}`, in.num("kanji_limit"))
	case "tildes":
		in.count(f, `[\p{L}]*[áéíóúÁÉÍÓÚ][\p{L}]*`, in.num("num_words"))
	case "enie":
		f.Counts = append(f.Counts, checks.Count{Pattern: `(?i)\p{L}*ñ\p{L}*`, Range: exactly(in.num("let_frequency"))})
	case "dieresis":
		f.Counts = append(f.Counts, checks.Count{Pattern: `(?i)\p{L}*ü\p{L}*`, Range: exactly(in.num("let_frequency"))})
	case "ethel_or_cedilla":
		f.Lacks = append(f.Lacks, "(?i)"+regexp.QuoteMeta(in.str("forbidden_char")))
	case "question_marks":
		f.Matches = append(f.Matches, `¿[^?]*\?`)
	case "exclamation_marks":
		f.Matches = append(f.Matches, `¡[^!]*!`)
	default:
		if p := lacks[name]; p != "" {
			f.Lacks = append(f.Lacks, p)
		}
	}
}

func (in instruction) addWhole(f *checks.Format, name string) {
	switch name {
	case "end_checker":
		f.Ends = in.str("end_phrase")
	case "quotation":
		f.Quoted = true
	case "repeat_prompt":
		f.Starts = in.str("prompt_to_repeat")
	case "two_responses":
		f.Parts = exactly(2)
	case "response_language":
		f.Language = in.str("language")
	case "english_capital", "spanish_capital", "french_capital":
		f.Case = "upper"
	case "english_lowercase", "spanish_lowercase", "french_lowercase":
		f.Case = "lower"
	case "capital_word_frequency":
		in.count(f, `\b\p{Lu}[\p{Lu}\d'-]*\b`, in.num("capital_frequency"))
	case "sentence_unified_end":
		f.SentencesEnd = in.str("ending")
	}
}
