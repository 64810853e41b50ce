package checks

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"ockham/routing"
)

// Format is what an answer must look like. The policy gives it in Options, a client as JSON in its
// metadata under "format"; what the words of a request ask for is read into one, too. Fields that are
// zero ask for nothing. Counts are of the whole answer; comparisons of words ignore case.
type Format struct {
	Words      Range `json:"words,omitzero"`
	Characters Range `json:"characters,omitzero"`
	Sentences  Range `json:"sentences,omitzero"`
	Paragraphs Range `json:"paragraphs,omitzero"`
	Items      Range `json:"items,omitzero"` // of bulleted lists
	Numbered   Range `json:"numbered,omitzero"`
	// Divider stands between paragraphs; "" is an empty line.
	Divider string `json:"divider,omitempty"`
	// Openings are the words with which paragraphs begin, by their number.
	Openings map[int]string `json:"openings,omitempty"`
	// Sections are headed by Section and a number: "Part 1".
	Section  string `json:"section,omitempty"`
	Sections Range  `json:"sections,omitzero"`
	// Parts are different answers divided by "******".
	Parts Range `json:"parts,omitzero"`

	Contains     []string `json:"contains,omitempty"` // each somewhere
	Excludes     []string `json:"excludes,omitempty"` // none as a whole word
	Starts       string   `json:"starts,omitempty"`
	Ends         string   `json:"ends,omitempty"`
	SentencesEnd string   `json:"sentences_end,omitempty"` // each, before its 。
	OneOf        []string `json:"one_of,omitempty"`        // one of these somewhere
	Quoted       bool     `json:"quoted,omitempty"`        // in quotation marks as a whole
	Case         string   `json:"case,omitempty"`          // "upper" or "lower"
	JSON         bool     `json:"json,omitempty"`          // a JSON value, in a fence or not
	Language     string   `json:"language,omitempty"`
	hasJSON      bool     // a JSON value somewhere: who asks for it in words may well take it out of prose

	Matches []string `json:"matches,omitempty"` // regular expressions (RE2), each somewhere
	Lacks   []string `json:"lacks,omitempty"`   // regular expressions, none anywhere
	Counts  []Count  `json:"counts,omitempty"`
}

// Range bounds a count. A Max of 0 is none; "none at all" is what Lacks and Excludes are for.
type Range struct {
	Min int `json:"min,omitempty"`
	Max int `json:"max,omitempty"`
}

// Count bounds how often a regular expression matches.
type Count struct {
	Pattern string `json:"pattern"`
	Range
}

// Bounds on what a client may ask for.
const (
	maxFormatBytes   = 16 << 10
	maxFormatRules   = 64
	maxFormatPattern = 1000
)

// formatCheck holds answers against a Format.
type formatCheck struct {
	languages *languages
	rules     []formatRule  // of the policy
	reader    *formatReader // of the words of requests; nil leaves them alone
}

func newFormat(o Options) (routing.Check, error) {
	l, err := newLanguages()
	if err != nil {
		return nil, err
	}
	c := formatCheck{languages: l}
	if !o.FormatAsData {
		c.reader = newFormatReader()
	}
	c.rules, err = o.Format.rules(l)
	return c, err
}

func (formatCheck) Name() string { return "format" }

func (f formatCheck) Start(p *routing.Prompt) routing.Look {
	rules, problem := f.rules, ""
	given, isData := p.Metadata["format"]
	if isData {
		more, err := f.given(given)
		if err != nil {
			problem = "not checked: metadata format: " + err.Error()
		}
		rules = append(rules[:len(rules):len(rules)], more...)
	} else if f.reader != nil && p.Format == routing.FormatText { // what a request for JSON says is about its fields
		if asked, asks := f.reader.read(p.Last().Text); asks {
			if more, err := asked.rules(f.languages); err == nil { // what was read wrongly asks for nothing
				rules = append(rules[:len(rules):len(rules)], more...)
			}
		}
	}
	if len(rules) == 0 && problem == "" {
		return nil
	}
	return func(a *routing.Answer) routing.Verdict {
		if !a.Done {
			return routing.Verdict{}
		}
		answer := &formatted{text: a.Text}
		for _, rule := range rules {
			if why := rule(answer); why != "" {
				return routing.Rejected(routing.ReasonFormat, why)
			}
		}
		return routing.Verdict{Decision: routing.Accept, Skipped: problem != "", Detail: problem}
	}
}

// given reads a client's Format, strictly.
func (f formatCheck) given(text string) ([]formatRule, error) {
	if len(text) > maxFormatBytes {
		return nil, fmt.Errorf("larger than %d KiB", maxFormatBytes>>10)
	}
	var format Format
	dec := json.NewDecoder(bytes.NewReader([]byte(text)))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&format); err != nil {
		return nil, err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one value")
	}
	return format.rules(f.languages)
}
