package telemetry

import (
	"strings"

	"ockham/extproc"
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

// escalationReason is why the first model was left.
func escalationReason(o *extproc.Outcome) string {
	for _, a := range o.Attempts {
		if a.Reason != "" {
			return string(a.Reason)
		}
	}
	return "unknown"
}

// failureType is the error.type of an attempt that gave no answer; a bad answer is no failed call.
func failureType(r routing.Reason) string {
	switch r {
	case routing.ReasonStatus, routing.ReasonThrottled, routing.ReasonTimeout, routing.ReasonConnection, routing.ReasonStreamError:
		return string(r)
	}
	return ""
}

// failed tells whether the client got no good answer.
func failed(o *extproc.Outcome) bool {
	return o.Error != "" || verdictWord(o.Verdict) == "reject"
}

func boolWord(b bool) string {
	if b {
		return "true"
	}
	return "false"
}

// positive keeps a counter from a negative or undefined addend, which would spoil it for good.
func positive(v float64) float64 {
	if v > 0 && v < 1e9 {
		return v
	}
	return 0
}
