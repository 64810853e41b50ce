package telemetry

import (
	"strings"

	"ockham/routing"
)

// labels bounds the values of a label. Values come from configuration and from fixed lists; the bound
// holds even where a reload an hour brings new names, or a client's word gets through.
type labels struct {
	most int
	seen map[string]bool
}

func newLabels(most int) labels { return labels{most: most, seen: map[string]bool{}} }

func (l labels) bound(value string) string {
	switch {
	case value == "":
		return "none"
	case l.seen[value]:
		return value
	case len(l.seen) >= l.most:
		return "other"
	}
	l.seen[strings.Clone(value)] = true
	return value
}

// verdictWord keeps the first word of "reject;REASON".
func verdictWord(verdict string) string {
	word, _, _ := strings.Cut(verdict, ";")
	switch word {
	case "accept", "reject":
		return word
	}
	return "none"
}

// failureType is the error.type of an attempt that gave no answer; a bad answer is no failed call.
func failureType(r routing.Reason) string {
	if r.NoAnswer() {
		return string(r)
	}
	return ""
}

// positive keeps a counter from a negative or undefined addend, which would spoil it for good.
func positive(v float64) float64 {
	if v > 0 && v < 1e9 {
		return v
	}
	return 0
}
