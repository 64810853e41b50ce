package emulator

import (
	"strings"
	"unicode"
)

// promptIndex finds known prompts by the last user text. A router may have folded a system prompt in before it, so that
// a known prompt may also be the end of that text; a judge may see no more than its beginning.
type promptIndex struct {
	byEnd   map[string][]*knownPrompt // by the last endLength bytes
	byStart map[string][]*knownPrompt // by the first
}

const endLength = 24

func newPromptIndex() *promptIndex {
	return &promptIndex{byEnd: map[string][]*knownPrompt{}, byStart: map[string][]*knownPrompt{}}
}

func (x *promptIndex) add(known *knownPrompt) {
	end, start := lastBytes(known.prompt), firstBytes(known.prompt)
	x.byEnd[end] = append(x.byEnd[end], known)
	x.byStart[start] = append(x.byStart[start], known)
}

func lastBytes(text string) string  { return text[max(0, len(text)-endLength):] }
func firstBytes(text string) string { return text[:min(len(text), endLength)] }

// lookup takes the blocks of the last user turn: together, or the last one alone.
func (x *promptIndex) lookup(texts []string) *knownPrompt {
	if len(x.byEnd) == 0 || len(texts) == 0 {
		return nil
	}
	if known := x.ending(normalize(strings.Join(texts, "\n"))); known != nil {
		return known
	}
	return x.ending(normalize(texts[len(texts)-1]))
}

// ending finds the longest known prompt that text ends with.
func (x *promptIndex) ending(text string) *knownPrompt {
	var best *knownPrompt
	for _, known := range x.candidates(text) {
		rest, ok := strings.CutSuffix(text, known.prompt)
		if ok && (rest == "" || strings.HasSuffix(rest, " ")) && (best == nil || len(known.prompt) > len(best.prompt)) {
			best = known
		}
	}
	return best
}

// candidates share the end; prompts shorter than a key are found by each of the shorter ends.
func (x *promptIndex) candidates(text string) []*knownPrompt {
	found := x.byEnd[lastBytes(text)]
	if len(text) <= endLength {
		return found
	}
	for n := 1; n < endLength; n++ {
		found = append(found[:len(found):len(found)], x.byEnd[text[len(text)-n:]]...)
	}
	return found
}

// guess is for a judge's view of a prompt, which may be cut: an exact prompt, or the only one that begins so.
func (x *promptIndex) guess(text string) *knownPrompt {
	text = normalize(text)
	if known := x.ending(text); known != nil {
		return known
	}
	start, _, _ := strings.Cut(text, " ... ")
	var found *knownPrompt
	for _, known := range x.byStart[firstBytes(start)] {
		if !strings.HasPrefix(known.prompt, start) {
			continue
		}
		if found != nil {
			return nil
		}
		found = known
	}
	return found
}

// normalize trims and makes every run of white space one space.
func normalize(text string) string {
	if isNormal(text) {
		return text
	}
	return strings.Join(strings.Fields(text), " ")
}

func isNormal(text string) bool {
	space := true
	for _, r := range text {
		now := unicode.IsSpace(r)
		if now && (space || r != ' ') {
			return false
		}
		space = now
	}
	return !space
}
