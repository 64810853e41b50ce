package checks

import (
	"regexp"
	"strings"
)

// looks reads what the answer as a whole is to look like.
func (r *formatReader) looks() {
	r.match("comma", `(?:\bno|any|without|avoid|not|n't|refrain|never)\b[^.]*\bcommas?\b`, func(f *Format, s *sentence, _ []string) {
		if !strings.Contains(s.lower, "comma-separated") && !strings.Contains(s.lower, "separated by comma") {
			f.Lacks = append(f.Lacks, ",")
		}
	})
	r.upper()
	r.on("lower", func(f *Format, s *sentence) {
		if hasAny(s.lower, []string{"all lowercase", "all in lowercase", "only lowercase", "in lowercase", "all lower case", "lowercase letters", "only lower case"}) {
			f.Case = "lower"
		}
	})
	r.on("no capital letters", func(f *Format, _ *sentence) { f.Case = "lower" })
	r.match("quot", `(?:wrap|enclos|surround|put|insid|within)[^.]*double quot`, func(f *Format, s *sentence, _ []string) {
		if hasAny(s.lower, []string{"response", "answer", "reply", "output", "entire", "whole"}) {
			f.Quoted = true
		}
	})
	r.match("json", `\b(?:json format|in json|as json|json block|valid json|json object|json output)`, func(f *Format, s *sentence, _ []string) {
		f.hasJSON = f.hasJSON || hasAny(s.lower, []string{"entire", "output", "response", "answer", "wrap", "respond", "reply", "return"})
		f.JSON = f.JSON || f.hasJSON && hasAny(s.lower, []string{"entire", "whole", "wrap", "nothing but", "only json", "only valid json"})
	})
	r.on("<<", func(f *Format, _ *sentence) { f.Matches = append(f.Matches, `<<[^\n]*[^<>\s][^\n]*>>`) })
	r.on("p.s", func(f *Format, s *sentence) {
		if !strings.Contains(s.lower, "p.p.s") && hasAny(s.lower, []string{"postscript", "add", "end"}) {
			f.Matches = append(f.Matches, `(?i)p\.\s?s`)
		}
	})
	r.on("p.p.s", func(f *Format, _ *sentence) { f.Matches = append(f.Matches, `(?i)p\.\s?p\.\s?s`) })
	r.highlights()
	r.on("******", func(f *Format, s *sentence) {
		if hasAny(s.all, []string{" two ", "two responses", "two different"}) {
			f.Parts = Range{2, 2}
		}
	})
	r.choices()
}

// upper reads "in all capital letters", but not where it is about some words.
func (r *formatReader) upper() {
	part := regexp.MustCompile(`(?:words?|phrases?|letters) (?:or phrases )?(?:with|in|that are) (?:all )?capital|some words|few words|capitalized words|important words`)
	whole := []string{"all capital letters", "all capitals", "all caps", "only capital letters", "should be capitalized", "capitalize all", "capital letters only"}
	for _, trigger := range []string{"capital", "all caps"} {
		r.on(trigger, func(f *Format, s *sentence) {
			if !part.MatchString(s.lower) && hasAny(s.lower, whole) {
				f.Case = "upper"
			}
		})
	}
}

func (r *formatReader) highlights() {
	amount := regexp.MustCompile(`(?:at least |highlight |italicize |bold )(\d+|one|two|three|four|five|six|seven|eight|nine|ten)\b`)
	for _, trigger := range []string{"highlight", "italic"} {
		r.on(trigger, func(f *Format, s *sentence) {
			if !strings.Contains(s.all, "*") && !strings.Contains(s.all, "markdown") {
				return
			}
			n := 1
			if m := amount.FindStringSubmatch(s.lower); m != nil {
				n = numberOf(m[1])
			}
			f.Counts = append(f.Counts, Count{`\*\*[^\n*]+\*\*|\*[^\n*]+\*`, Range{Min: n}})
		})
	}
}

// choices reads "one of the following" with phrases in quotation marks.
func (r *formatReader) choices() {
	quoted := regexp.MustCompile(`["'“”]([^"'“”]{2,60})["'”]`)
	for _, trigger := range []string{"one of the following", "choose from the following", "following options"} {
		r.on(trigger, func(f *Format, s *sentence) {
			for _, m := range quoted.FindAllStringSubmatch(s.raw, 12) {
				if strings.Trim(m[1], " ,.") != "" {
					f.OneOf = append(f.OneOf, m[1])
				}
			}
			if len(f.OneOf) < 2 {
				f.OneOf = nil
			}
		})
	}
}
