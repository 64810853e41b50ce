package replay

import (
	"encoding/json"

	"ockham/internal/telemetry"
)

// facts are what a ledger as a whole tells of each model, for requests that never tried it.
type facts struct {
	models map[string]*fact   // by id
	scores map[string]float64 // feedback, by request id
}

type fact struct {
	tried, accepted int
	millis          float64
}

func newFacts() *facts { return &facts{models: map[string]*fact{}, scores: map[string]float64{}} }

// learn looks at one line; what is no record teaches nothing.
func (f *facts) learn(line []byte) {
	var r telemetry.Record
	if json.Unmarshal(line, &r) != nil || r.Version == 0 {
		return
	}
	if r.Feedback != nil && r.Feedback.Score >= 0 && r.Feedback.Score <= 1 {
		f.scores[r.ID] = r.Feedback.Score
	}
	for _, a := range r.Attempts {
		m := f.models[a.ModelID]
		if m == nil {
			m = &fact{}
			f.models[a.ModelID] = m
		}
		m.tried++
		m.millis += a.Millis
		if a.Verdict == "accept" {
			m.accepted++
		}
	}
}

// assumed is how often an answer is taken to be accepted of a model that was never tried: nine in ten,
// as routing assumes too.
const assumed = 0.9

// accepts is the chance that the answer of a model is accepted: known where the request tried it.
func (f *facts) accepts(c *Case, id string) float64 {
	for _, a := range c.Attempts {
		if a.Model == id && a.Accepted {
			return 1
		}
	}
	for _, a := range c.Attempts {
		if a.Model == id {
			return 0
		}
	}
	m := f.models[id]
	if m == nil {
		return assumed
	}
	return (float64(m.accepted) + 10*assumed) / (float64(m.tried) + 10) // drawn to what is assumed while little is seen
}

// millis is how long an attempt takes: as it did, or as the model's others on average.
func (f *facts) millis(c *Case, id string) (float64, bool) {
	for _, a := range c.Attempts {
		if a.Model == id {
			return a.Millis, true
		}
	}
	if m := f.models[id]; m != nil {
		return m.millis / float64(m.tried), true
	}
	return 0, false
}
