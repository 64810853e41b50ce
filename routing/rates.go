package routing

import (
	"encoding/json"
	"fmt"
	"io"
	"time"
)

// Rate is how often something ended well on a pipe, as counted in a ledger.
type Rate struct {
	Pipe   string `json:"pipe"`
	Model  string `json:"model"`
	Reason Reason `json:"reason"`
	// Next is who answered once Model's answer was rejected for Reason: another model, or Model itself when
	// told what was wrong. "" counts Model's own answers: good are those not rejected for Reason.
	Next    string  `json:"next,omitempty"`
	Tried   int     `json:"tried"`
	Good    int     `json:"good"`
	Seconds float64 `json:"seconds,omitempty"` // mean time of Next's calls
}

// Rates are what is known of a pipe's models. Nil knows what is published.
type Rates struct{ rows map[rateKey]Rate }

type rateKey struct {
	pipe, model string
	reason      Reason
	next        string
}

// NewRates keeps rows.
func NewRates(rows []Rate) *Rates {
	r := &Rates{rows: make(map[rateKey]Rate, len(rows))}
	for _, row := range rows {
		r.rows[rateKey{row.Pipe, row.Model, row.Reason, row.Next}] = row
	}
	return r
}

// ReadRates reads what `ockham eval rates` has written.
func ReadRates(from io.Reader) (*Rates, error) {
	var file struct {
		Rates []Rate `json:"rates"`
	}
	d := json.NewDecoder(from)
	d.DisallowUnknownFields()
	if err := d.Decode(&file); err != nil {
		return nil, fmt.Errorf("no file of rates: %w", err)
	}
	for i, r := range file.Rates {
		if r.Tried < 0 || r.Good < 0 || r.Good > r.Tried || r.Seconds < 0 {
			return nil, fmt.Errorf("rates[%d]: %d good of %d tried in %g s cannot be", i, r.Good, r.Tried, r.Seconds)
		}
	}
	return NewRates(file.Rates), nil
}

func (r *Rates) find(pipe, model string, reason Reason, next string) Rate {
	if r == nil {
		return Rate{}
	}
	return r.rows[rateKey{pipe, model, reason, next}]
}

// published is what recorded answers say where the ledger does not yet: how often a large model was right
// where a small one of the same collection had been rejected, and how many good answers a check rejects
// (docs/checks.md). Both of 2023's and 2024's models; of repairs, and of the reasons left out, nothing is
// published, so that the odds are even and no check is held to be wrong.
var published = map[Reason]struct{ next, falseAlarms float64 }{
	ReasonSchema:     {.45, .005},
	ReasonToolArgs:   {.41, .003},
	ReasonRefusal:    {.09, .022},
	ReasonLanguage:   {.30, .001},
	ReasonFormat:     {.54, .020},
	ReasonUngrounded: {.76, .035},
}

// evenOdds and priorWeight are Laplace's rule of succession; what is published weighs as much as his prior.
const (
	evenOdds    = 0.5
	priorWeight = 2
)

// after is the chance that m gives a good answer after the rejection, and how long its calls take; 0 is
// not known.
func (r *Rates) after(pipe string, x Rejection, m *Model) (chance float64, took time.Duration) {
	prior := evenOdds
	if p, ok := published[x.Reason]; ok && m != x.Model {
		prior = p.next
	}
	row := r.find(pipe, x.Model.Name, x.Reason, m.Name)
	chance = (float64(row.Good) + priorWeight*prior) / (float64(row.Tried) + priorWeight)
	return chance, time.Duration(row.Seconds * float64(time.Second))
}

// bad is the chance that a rejected answer is bad indeed: of those that a check rejects, as many are good as
// it raises false alarms.
func (r *Rates) bad(pipe string, x Rejection) float64 {
	row := r.find(pipe, x.Model.Name, x.Reason, "")
	rejected := float64(row.Tried - row.Good)
	alarms := min(rejected, published[x.Reason].falseAlarms*float64(row.Tried))
	return (rejected - alarms + priorWeight) / (rejected + priorWeight)
}
