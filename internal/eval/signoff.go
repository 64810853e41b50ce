package eval

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strings"
)

// SignOff is what a report of training vouches for. Its checksum covers the model, the data and the
// figures: none of them can be changed afterwards without the others telling.
type SignOff struct {
	Seed    uint64            `json:"seed"`
	Data    []string          `json:"data"` // files
	Counts  map[string]int    `json:"counts"`
	Rows    string            `json:"rows"` // SHA-256 of the rows trained on
	Base    string            `json:"base"` // SHA-256 of the model before
	Model   string            `json:"model"`
	Before  map[string]Figure `json:"before"`
	After   map[string]Figure `json:"after"`
	Notes   []string          `json:"notes"`
	Refused string            `json:"refused,omitempty"`
}

// Figure is a number in a report; one that has no meaning on these rows is null.
type Figure float64

// MarshalJSON writes a figure without meaning as null.
func (f Figure) MarshalJSON() ([]byte, error) {
	if math.IsNaN(float64(f)) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(f))
}

func (f Figure) String() string {
	if math.IsNaN(float64(f)) {
		return "-"
	}
	return fmt.Sprintf("%.4f", float64(f))
}

// Figures names the figures of c.
func (c Chances) Figures() map[string]Figure {
	return map[string]Figure{
		"small: log loss": Figure(c.LogLoss), "small: Brier": Figure(c.Brier), "small: ECE": Figure(c.ECE), "small: AUC": Figure(c.AUC),
		"large: mean chance": Figure(c.LargeSaid), "large: mean outcome": Figure(c.LargeWas),
	}
}

// MetricFigures names the figures of m.
func MetricFigures(m Metrics) map[string]Figure {
	return map[string]Figure{"APGR": Figure(m.APGR), "saved@95": Figure(m.Saved95), "saved@99": Figure(m.Saved99)}
}

// Checksum is the SHA-256 of s as JSON.
func (s SignOff) Checksum() string {
	data, err := json.Marshal(s)
	if err != nil {
		return "none: " + err.Error()
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// WriteMarkdown writes the report. It holds counts and figures, no text of any prompt.
func (s SignOff) WriteMarkdown(w io.Writer) error {
	var b strings.Builder
	b.WriteString("# Training of the classifier\n\n")
	if s.Refused != "" {
		fmt.Fprintf(&b, "**Refused, no model was written:** %s\n\n", s.Refused)
	} else {
		b.WriteString("Accepted: on rows held back from training the new model is no worse than the one before.\n\n")
	}
	fmt.Fprintf(&b, "| | |\n|---|---|\n| seed | %d |\n| files | %s |\n", s.Seed, strings.Join(s.Data, ", "))
	for _, name := range slices.Sorted(maps.Keys(s.Counts)) {
		fmt.Fprintf(&b, "| %s | %d |\n", name, s.Counts[name])
	}
	b.WriteString("\n| held-back rows | before | after |\n|---|---|---|\n")
	for _, name := range slices.Sorted(maps.Keys(s.After)) {
		fmt.Fprintf(&b, "| %s | %v | %v |\n", name, s.Before[name], s.After[name])
	}
	for _, note := range s.Notes {
		fmt.Fprintf(&b, "\n%s\n", note)
	}
	data, err := json.Marshal(s)
	if err != nil {
		return err
	}
	fmt.Fprintf(&b, "\n| checksum (SHA-256) | |\n|---|---|\n| rows trained on | `%s` |\n| model before | `%s` |\n| model | `%s` |\n| **sign-off** | `%s` |\n",
		s.Rows, s.Base, s.Model, s.Checksum())
	fmt.Fprintf(&b, "\nThe sign-off is the SHA-256 of this line:\n\n```json\n%s\n```\n", data)
	_, err = io.WriteString(w, b.String())
	return err
}
