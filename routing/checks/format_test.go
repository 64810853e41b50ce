package checks

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"ockham/routing"
)

func TestFormat(t *testing.T) {
	tests := []struct {
		format, good, bad string
	}{
		{`{"words": {"min": 3, "max": 4}}`, "one two three", "one two"},
		{`{"words": {"max": 2}}`, "it's", "one two three"},
		{`{"characters": {"max": 5}}`, "abcde", "abcdef"},
		{`{"sentences": {"min": 2, "max": 2}}`, "Dr. Meyer paid 3.50 pounds. He left!", "One. Two. Three."},
		{`{"sentences": {"min": 2}}`, "一つ目です。二つ目です。", "一つ目です。"},
		{`{"paragraphs": {"min": 2, "max": 2}}`, "one\n\ntwo", "one\ntwo"},
		{`{"paragraphs": {"min": 2}, "divider": "***"}`, "one\n***\ntwo", "one\n\ntwo"},
		{`{"openings": {"2": "However"}}`, "one\n\n**However**, two", "however\n\ntwo"},
		{`{"items": {"min": 2, "max": 2}}`, "- a\n* b\n**not this**", "- a"},
		{`{"numbered": {"min": 2}}`, "1. a\n2) b", "1. a"},
		{`{"section": "Part", "sections": {"min": 2}}`, "Part 1\na\n**Part 2**\nb", "Part 1\nParting"},
		{`{"parts": {"min": 2, "max": 2}}`, "a\n******\nb", "a\n******\na"},
		{`{"contains": ["Keel", "mast"]}`, "the KEEL and the mast", "the keel"},
		{`{"excludes": ["cat"]}`, "concatenate", "a cat."},
		{`{"excludes": ["色"]}`, "音", "黄色い"},
		{`{"starts": "Dear Ada"}`, " dear ada, hello", "Hello, dear Ada"},
		{`{"ends": "Yours"}`, "Hello. Yours.", "Yours. Hello"},
		{`{"sentences_end": "です"}`, "一つです。二つです。", "一つです。二つある。"},
		{`{"one_of": ["Yes.", "No."]}`, "I think: No.", "Perhaps"},
		{`{"quoted": true}`, "“as it is”", "\"as it is"},
		{`{"case": "upper"}`, "ALL 3 OF THEM", "All"},
		{`{"case": "lower"}`, "all 3 of them", "All"},
		{`{"json": true}`, "```json\n{}\n```", "Here: {}"},
		{`{"language": "fr"}`, samples()["fr"], samples()["en"]},
		{`{"matches": ["^\\d+$"]}`, "42", "42 boats"},
		{`{"lacks": [","]}`, "a b", "a, b"},
		{`{"counts": [{"pattern": "\\[.*?\\]", "min": 2, "max": 3}]}`, "[a] [b]", "[a]"},
	}
	for _, tt := range tests {
		p := &routing.Prompt{Metadata: map[string]string{"format": tt.format}}
		if got := verdictOf(t, "format", Options{}, p, routing.Answer{Text: tt.good}); got.Decision != routing.Accept || got.Skipped {
			t.Errorf("%s of %q: got %+v, want accept", tt.format, tt.good, got)
		}
		if got := verdictOf(t, "format", Options{}, p, routing.Answer{Text: tt.bad}); got.Reason != routing.ReasonFormat {
			t.Errorf("%s of %q: got %+v, want a rejection", tt.format, tt.bad, got)
		}
	}
}

func TestFormatRefused(t *testing.T) {
	for _, format := range []string{
		`{`, `[]`, `{"wrods": {}}`, `{} {}`, `{"case": "title"}`, `{"language": "xx"}`, `{"matches": ["("]}`, `{"sections": {"min": 1}}`,
		`{"matches": ["` + strings.Repeat("a", 2000) + `"]}`, `{"starts": "` + strings.Repeat("a", 20000) + `"}`,
		`{"lacks": ["` + strings.Repeat(`a", "`, 100) + `a"]}`,
	} {
		p := &routing.Prompt{Metadata: map[string]string{"format": format}}
		if got := verdictOf(t, "format", Options{}, p, routing.Answer{Text: "x"}); got.Decision != routing.Accept || !got.Skipped {
			t.Errorf("%.60s: got %+v, want skipped", format, got)
		}
	}
	for _, f := range []Format{{Case: "title"}, {Language: "xx"}, {Matches: []string{"("}}} {
		if _, err := New("format", Options{Format: f}); err == nil {
			t.Errorf("policy %+v: got no error", f)
		}
	}
}

func TestFormatOfPolicy(t *testing.T) {
	o := Options{Format: Format{Excludes: []string{"tunnel"}}, FormatAsData: true}
	p := &routing.Prompt{Turns: []routing.Turn{{Role: "user", Text: "Answer in at least 500 words."}}}
	if got := verdictOf(t, "format", o, p, routing.Answer{Text: "A bridge."}); got.Decision != routing.Accept {
		t.Errorf("got %+v, want accept: only data counts", got)
	}
	if got := verdictOf(t, "format", o, p, routing.Answer{Text: "A tunnel."}); got.Reason != routing.ReasonFormat {
		t.Errorf("got %+v, want a rejection", got)
	}
}

func TestFormatRead(t *testing.T) {
	r := newFormatReader()
	tests := []struct {
		in   string
		want Format
	}{
		{"Tell me about the harbour.", Format{}},
		{"Write at least 300 words about boats.", Format{Words: Range{Min: 300}}},
		{"Use fewer than 20 words.", Format{Words: Range{Max: 19}}},
		{"It should have 600 to 700 words.", Format{Words: Range{Min: 600, Max: 700}}},
		{"Write a 200+ word story.", Format{Words: Range{Min: 200}}},
		{"I have ten words for you.", Format{}},
		{"Answer in at most three sentences.", Format{Sentences: Range{Max: 3}}},
		{"Answer in 5 sentences.", Format{Sentences: Range{Min: 5, Max: 5}}},
		{"Give me exactly 4 bullet points.", Format{Items: Range{Min: 4, Max: 4}}},
		{
			"Write exactly 3 paragraphs. Separate them with two new lines. Start the second paragraph with the word boats.",
			Format{Paragraphs: Range{Min: 3, Max: 3}, Openings: map[int]string{2: "boats"}},
		},
		{"Do not use any commas.", Format{Lacks: []string{","}}},
		{"Do not use the words 'keel' or 'mast'.", Format{Excludes: []string{"keel", "mast"}}},
		{"Include the keywords keel, mast and sail.", Format{Contains: []string{"keel", "mast", "sail"}}},
		{"Your entire answer should be in all capital letters.", Format{Case: "upper"}},
		{"Use words in all capital letters at least 3 times.", Format{Counts: []Count{{Pattern: `\b\p{Lu}[\p{Lu}\d'-]*\b`, Range: Range{Min: 3}}}}},
		{"Please answer in all lowercase letters.", Format{Case: "lower"}},
		{"Wrap your entire response in double quotation marks.", Format{Quoted: true}},
		{"Give the entire output in JSON format.", Format{JSON: true, hasJSON: true}},
		{"Answer in JSON.", Format{hasJSON: true}},
		{"Write a script that saves a dictionary in JSON format.", Format{}},
		{"Answer with one of: billing, technical, other.", Format{OneOf: []string{"billing", "technical", "other"}}},
		{"Classify the mail as one of these labels: [SPAM] or [HAM]", Format{OneOf: []string{"spam", "ham"}}},
		{"Which category is it?\nCategories:\n- bug: it fails\n- wish (a new feature)\n\nIt fails.", Format{OneOf: []string{"bug", "wish"}}},
		{"Respond with only 'yes' or 'no'.", Format{Matches: []string{`(?i)(?:^|\PL)(?:yes|no)(?:\PL|$)`}, Words: Range{Max: 4}}},
		{"Do not say yes or no.", Format{}},
		{"Options:\nA. red\nB. blue\nAnswer:", Format{}},
		{"They play at least one of three sports: chess, go and tennis.", Format{}},
		{`End your letter with "Fair winds".`, Format{Ends: "fair winds"}},
		{"Give two different answers, divided by ******.", Format{Parts: Range{Min: 2, Max: 2}}},
		{"The letter q should appear at least 4 times.", Format{Counts: []Count{{Pattern: "(?i)q", Range: Range{Min: 4}}}}},
		{"Add a title in double angular brackets, like <<title>>.", Format{Matches: []string{`<<[^\n]*[^<>\s][^\n]*>>`}}},
		{"Describe the boat, max 8 words.", Format{Words: Range{Max: 8}}},
		{"Describe the boats in at most 30 words.", Format{Words: Range{Max: 33}}},
		{"Describe three boats in at most 30 words each.", Format{}},
		{"Give the name and a reason of at most 12 words.", Format{}},
		{"Is it a boat? Answer with one word.", Format{Words: Range{Max: 3}}},
		{"Only the number.", Format{Words: Range{Max: 3}}},
		{"What is the one word that sailors say?", Format{}},
		{"Answer yes, no or later.", Format{Matches: []string{`(?i)(?:^|\PL)(?:yes|no|later)(?:\PL|$)`}, Words: Range{Max: 4}}},
		{`Reply with "sail on" or "turn back".`, Format{Matches: []string{`(?i)(?:^|\PL)(?:sail on|turn back)(?:\PL|$)`}, Words: Range{Max: 5}}},
		{"Answer yes or no and say why.", Format{}},
		{"Classify it as exactly one of: boat, ship.", Format{OneOf: []string{"boat", "ship"}}},
		{"Convert it to CSV.", Format{Matches: []string{`[,;\t]`}, Lacks: []string{`(?m)^\s*\|.*\|\s*$`}}},
		{"The boats are below as CSV.", Format{}},
		{"Make a Markdown checklist of it.", Format{Matches: []string{`(?m)^\s*[-*] \[[ xX]\]`}}},
		{"List the boats, one per line.", Format{Lacks: []string{`\A[^\n]*[,;] [^\n]*[,;] [^\n]*\z`}}},
		{"Name the boats, comma separated.", Format{Lacks: []string{`(?m)^\s*(?:[-*•]|\d{1,3}[.)]) `}}},
		{"Turn it into one flowing paragraph.", Format{Lacks: []string{`(?m)^\s*[-*•] `}}},
		{"Make 3 sections and mark each with Part X.", Format{Section: "Part", Sections: Range{Min: 3}}},
	}
	for _, tt := range tests {
		got, _ := r.read(tt.in)
		if d := cmp.Diff(tt.want, got, cmpopts.EquateEmpty(), cmp.AllowUnexported(Format{})); d != "" {
			t.Errorf("%q (-want +got):\n%s", tt.in, d)
		}
	}
}

// A table is one with a rule below its header.
func TestMarkdownTable(t *testing.T) {
	p := &routing.Prompt{Turns: []routing.Turn{{Role: "user", Text: "Reformat as a Markdown table: Anna 3, Ben 4."}}}
	for answer, want := range map[string]routing.Decision{
		"| name | n |\n|---|---:|\n| Anna | 3 |\n| Ben | 4 |": routing.Accept,
		"name | n\n--- | ---\nAnna | 3":                       routing.Accept,
		"Anna has 3 and Ben has 4.":                           routing.Reject,
	} {
		if got := verdictOf(t, "format", Options{}, p, routing.Answer{Text: answer}); got.Decision != want {
			t.Errorf("%q: got %+v, want %v", answer, got, want)
		}
	}
}

// What a client may write survives the way there and back.
func TestFormatJSON(t *testing.T) {
	in := Format{Words: Range{Min: 1, Max: 2}, Openings: map[int]string{2: "x"}, Counts: []Count{{Pattern: "a", Range: Range{Max: 1}}}}
	text, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	var out Format
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(in, out, cmp.AllowUnexported(Format{})); d != "" {
		t.Errorf("(-want +got):\n%s\n%s", d, text)
	}
}
