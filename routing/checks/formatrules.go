package checks

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// formatRule tells what is wrong with an answer, or "".
type formatRule func(a *formatted) string

// formatted is an answer, lowered once for all rules.
type formatted struct{ text, small string }

func (a *formatted) lower() string {
	if a.small == "" {
		a.small = strings.ToLower(a.text)
	}
	return a.small
}

// rules compiles a Format. The errors are for its author.
func (f Format) rules(l *languages) ([]formatRule, error) {
	var rules []formatRule
	for _, c := range []struct {
		what  string
		want  Range
		count func(string) int
	}{
		{"words", f.Words, countWords},
		{"characters", f.Characters, countCharacters},
		{"sentences", f.Sentences, countSentences},
		{"paragraphs", f.Paragraphs, func(s string) int { return len(paragraphs(s, f.Divider)) }},
		{"items", f.Items, countItems},
		{"numbered items", f.Numbered, countNumbered},
		{"sections", f.Sections, func(s string) int { return countSections(s, f.Section) }},
		{"parts", f.Parts, countParts},
	} {
		if c.want != (Range{}) {
			rules = append(rules, counted(c.what, c.want, c.count))
		}
	}
	rules = append(rules, f.words()...)
	rules = append(rules, f.wholes(l)...)
	more, err := f.patterns()
	if err := errors.Join(err, f.validate(l)); err != nil {
		return nil, err
	}
	if rules = append(rules, more...); len(rules) > maxFormatRules {
		return nil, fmt.Errorf("more than %d rules", maxFormatRules)
	}
	return rules, nil
}

func (f Format) validate(l *languages) error {
	if f.Case != "" && f.Case != "upper" && f.Case != "lower" {
		return fmt.Errorf(`case %q: want "upper" or "lower"`, f.Case)
	}
	if _, known := l.byCode(f.Language); f.Language != "" && !known {
		return fmt.Errorf("language %q is not known", f.Language)
	}
	if f.Sections != (Range{}) && f.Section == "" {
		return errors.New(`sections need the word they begin with in "section"`)
	}
	return nil
}

func counted(what string, want Range, count func(string) int) formatRule {
	return func(a *formatted) string { return want.wrong(count(a.text), what) }
}

// wrong says how n falls outside of the range, or "".
func (r Range) wrong(n int, what string) string {
	switch {
	case n < r.Min:
		return fmt.Sprintf("%d %s, at least %d wanted", n, what, r.Min)
	case r.Max > 0 && n > r.Max:
		return fmt.Sprintf("%d %s, at most %d wanted", n, what, r.Max)
	}
	return ""
}

// words are the rules about particular words.
func (f Format) words() []formatRule {
	var rules []formatRule
	for i, word := range f.Contains {
		word := strings.ToLower(word)
		rules = append(rules, must(fmt.Sprintf("word %d of those to use is missing", i+1),
			func(a *formatted) bool { return strings.Contains(a.lower(), word) }))
	}
	for i, word := range f.Excludes {
		word := strings.ToLower(word)
		rules = append(rules, must(fmt.Sprintf("word %d of those to avoid is used", i+1),
			func(a *formatted) bool { return !hasWord(a.lower(), word) }))
	}
	if len(f.OneOf) > 0 {
		rules = append(rules, must("none of the answers to choose from", func(a *formatted) bool { return hasAnyWord(a.lower(), f.OneOf) }))
	}
	for n, word := range f.Openings {
		rules = append(rules, must(fmt.Sprintf("paragraph %d begins with another word", n),
			func(a *formatted) bool { return opens(paragraphs(a.text, f.Divider), n, word) }))
	}
	return rules
}

// wholes are the rules about the answer as a whole.
func (f Format) wholes(l *languages) []formatRule {
	var rules []formatRule
	if f.Starts != "" {
		rules = append(rules, must("does not begin as wanted", func(a *formatted) bool { return startsWith(a.text, f.Starts) }))
	}
	if f.Ends != "" {
		rules = append(rules, must("does not end as wanted", func(a *formatted) bool { return endsWith(a.text, f.Ends) }))
	}
	if f.SentencesEnd != "" {
		rules = append(rules, must("a sentence ends otherwise", func(a *formatted) bool { return sentencesEnd(a.text, f.SentencesEnd) }))
	}
	if f.Quoted {
		rules = append(rules, must("not in quotation marks", func(a *formatted) bool { return isQuoted(a.text) }))
	}
	if f.Case == "upper" {
		rules = append(rules, must("not in capitals", func(a *formatted) bool { return !strings.ContainsFunc(a.text, unicode.IsLower) }))
	}
	if f.Case == "lower" {
		rules = append(rules, must("has capitals", func(a *formatted) bool { return !strings.ContainsFunc(a.text, unicode.IsUpper) }))
	}
	if f.hasJSON {
		rules = append(rules, must("no JSON", func(a *formatted) bool { return mend(a.text).wrong == "" }))
	}
	if f.JSON {
		rules = append(rules, must("not JSON", func(a *formatted) bool { return isJSON(a.text) }))
	}
	if i, ok := l.byCode(f.Language); ok {
		c := languageCheck{languages: l}
		rules = append(rules, must("not in "+f.Language, func(a *formatted) bool {
			head, _ := beginning(a.text, languageRunes)
			return c.judge(prose(head), []int{i}, true).Reason == ""
		}))
	}
	return rules
}

// patterns are the rules with regular expressions, which Go matches in linear time.
func (f Format) patterns() ([]formatRule, error) {
	var rules []formatRule
	var errs []error
	add := func(pattern, why string, rule func(*regexp.Regexp) formatRule) {
		if len(pattern) > maxFormatPattern {
			errs = append(errs, fmt.Errorf("%s: longer than %d bytes", why, maxFormatPattern))
			return
		}
		re, err := regexp.Compile(pattern)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", why, err))
			return
		}
		rules = append(rules, rule(re))
	}
	for i, p := range f.Matches {
		why := fmt.Sprintf("pattern %d does not match", i+1)
		add(p, why, func(re *regexp.Regexp) formatRule {
			return must(why, func(a *formatted) bool { return re.MatchString(a.text) })
		})
	}
	for i, p := range f.Lacks {
		why := fmt.Sprintf("pattern %d to avoid matches", i+1)
		add(p, why, func(re *regexp.Regexp) formatRule {
			return must(why, func(a *formatted) bool { return !re.MatchString(a.text) })
		})
	}
	for i, c := range f.Counts {
		what := fmt.Sprintf("matches of pattern %d", i+1)
		add(c.Pattern, what, func(re *regexp.Regexp) formatRule {
			return counted(what, c.Range, func(s string) int { return len(re.FindAllStringIndex(s, -1)) })
		})
	}
	return rules, errors.Join(errs...)
}

func must(why string, holds func(*formatted) bool) formatRule {
	return func(a *formatted) string {
		if holds(a) {
			return ""
		}
		return why
	}
}

// hasWord tells whether word stands in s with no letter or digit beside it; scripts without spaces have
// such everywhere.
func hasWord(s, word string) bool {
	if word == "" {
		return false
	}
	first, _ := utf8.DecodeRuneInString(word)
	last, _ := utf8.DecodeLastRuneInString(word)
	for at := 0; ; {
		i := strings.Index(s[at:], word)
		if i < 0 {
			return false
		}
		from, to := at+i, at+i+len(word)
		before, _ := utf8.DecodeLastRuneInString(s[:from])
		after, _ := utf8.DecodeRuneInString(s[to:])
		if !joined(before, first) && !joined(last, after) {
			return true
		}
		at = to
	}
}

// joined tells whether two characters beside each other belong to one word.
func joined(a, b rune) bool {
	return wordRune(a) && wordRune(b) && scriptOf(a) < thai && scriptOf(b) < thai
}

func wordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' }

// hasAnyWord tells whether one of the options stands in s, which is in lower case.
func hasAnyWord(s string, options []string) bool {
	for _, o := range options {
		if hasWord(s, strings.ToLower(o)) {
			return true
		}
	}
	return false
}

func hasAny(s string, options []string) bool {
	for _, o := range options {
		if strings.Contains(s, o) {
			return true
		}
	}
	return false
}
