package dashboard

import (
	"net/http"
	"strconv"
	"time"

	"ockham/internal/telemetry"
)

// brief is a decision as a row of the list.
type brief struct {
	Seq       uint64    `json:"seq"`
	ID        string    `json:"id"`
	Time      time.Time `json:"time"`
	Pipe      string    `json:"pipe"`
	Strategy  string    `json:"strategy"`
	Reason    string    `json:"reason"`
	Path      []hop     `json:"path"`
	Model     string    `json:"model"` // that answered
	Verdict   string    `json:"verdict"`
	Escalated bool      `json:"escalated,omitempty"`
	HoldOut   bool      `json:"hold_out,omitempty"`
	Left      bool      `json:"left,omitempty"`
	Error     string    `json:"error,omitempty"`
	Millis    float64   `json:"ms"`
	CostUSD   float64   `json:"cost_usd"`
	Score     *float64  `json:"score,omitempty"`
}

// hop is one attempt on the way to the answer.
type hop struct {
	Model  string `json:"model"`
	OK     bool   `json:"ok"`
	Reason string `json:"reason,omitempty"`
}

func briefOf(e telemetry.Entry) brief {
	r := e.Record
	b := brief{
		Seq: e.Seq, ID: r.ID, Time: r.Time, Verdict: r.Verdict, Escalated: r.Escalated, Left: r.Left,
		Error: r.Error, Millis: r.Millis, CostUSD: r.CostUSD, Score: e.Score, Path: make([]hop, len(r.Attempts)),
	}
	if r.Plan != nil {
		b.Pipe, b.Strategy, b.Reason, b.HoldOut = r.Plan.Pipe, r.Plan.Strategy, r.Plan.Reason, r.Plan.HoldOut
	}
	for i, a := range r.Attempts {
		b.Path[i] = hop{Model: a.Model, OK: i == r.Served, Reason: a.Reason}
		if i == r.Served {
			b.Model = a.Model
		}
	}
	return b
}

func briefs(entries []telemetry.Entry) []brief {
	list := make([]brief, len(entries))
	for i, e := range entries {
		list[i] = briefOf(e)
	}
	return list
}

// maxListed bounds the list of decisions.
const maxListed = 500

func (s *server) decisions(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, briefs(s.Sums.Recent(0, maxListed)))
}

// decision tells everything of one decision, but for the text of its prompt unless that is switched on.
func (s *server) decision(w http.ResponseWriter, r *http.Request) {
	seq, err := strconv.ParseUint(r.PathValue("seq"), 10, 64)
	if err != nil || seq == 0 {
		fail(w, http.StatusNotFound, "not_found", "there is no such decision")
		return
	}
	found := s.Sums.Recent(seq-1, maxListed)
	if len(found) == 0 || found[len(found)-1].Seq != seq {
		fail(w, http.StatusNotFound, "not_found", "this decision is no longer kept; the ledger has it")
		return
	}
	entry := found[len(found)-1]
	entry.Record = s.shown(entry.Record)
	writeJSON(w, entry)
}

func (s *server) shown(r *telemetry.Record) *telemetry.Record {
	if s.Prompts || r.Prompt == nil || r.Prompt.Text == nil {
		return r
	}
	copied, prompt := *r, *r.Prompt
	prompt.Text = nil
	copied.Prompt = &prompt
	return &copied
}
