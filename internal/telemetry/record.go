package telemetry

import (
	"time"

	"ockham/extproc"
	"ockham/routing"
)

// Record is one line of the ledger; docs/ledger.md describes each field. Durations are milliseconds,
// money is US dollars. Fields are only ever added: readers may rely on the ones they know.
type Record struct {
	Version int       `json:"v"`
	Kind    string    `json:"kind"` // "request" or "feedback"
	ID      string    `json:"id"`
	Time    time.Time `json:"time"` // when the request came
	Trace   string    `json:"trace,omitempty"`
	Tenant  string    `json:"tenant,omitempty"`
	Route   string    `json:"route,omitempty"`
	Dialect string    `json:"dialect,omitempty"`
	Stream  bool      `json:"stream,omitempty"`

	Plan     *PlanRecord     `json:"plan,omitempty"`
	Attempts []AttemptRecord `json:"attempts"`
	Charges  []ChargeRecord  `json:"charges,omitempty"`
	Prompt   *PromptRecord   `json:"prompt,omitempty"`

	Served    int    `json:"served"` // index into attempts, -1 none
	Verdict   string `json:"verdict,omitempty"`
	Escalated bool   `json:"escalated,omitempty"`
	Restarted bool   `json:"restarted,omitempty"`
	Unchecked bool   `json:"unchecked,omitempty"`
	Status    int    `json:"status,omitempty"`
	Error     string `json:"error,omitempty"`
	Left      bool   `json:"left,omitempty"`
	BytesIn   int    `json:"bytes_in"`
	BytesOut  int    `json:"bytes_out"`

	Millis        float64 `json:"ms"`
	DecidedMillis float64 `json:"decided_ms"`
	HeldMillis    float64 `json:"held_ms"`

	CostUSD        float64 `json:"cost_usd"`         // every attempt and charge
	LargestCostUSD float64 `json:"largest_cost_usd"` // counterfactual: the same tokens at the largest model's price
	PricesAsOf     string  `json:"prices_as_of,omitempty"`

	Feedback *FeedbackRecord `json:"feedback,omitempty"` // with kind "feedback"
}

// PlanRecord is what was decided, and why.
type PlanRecord struct {
	Pipe            string           `json:"pipe"`
	Strategy        string           `json:"strategy"`
	Reason          string           `json:"reason"`
	Models          []string         `json:"models"`
	Largest         string           `json:"largest,omitempty"`
	Checks          []string         `json:"checks,omitempty"`
	Pinned          bool             `json:"pinned,omitempty"`
	Drawn           bool             `json:"drawn,omitempty"` // counts in the hold-out's comparison
	HoldOut         bool             `json:"hold_out,omitempty"`
	ExpectedCostUSD float64          `json:"expected_cost_usd,omitempty"`
	Features        routing.Features `json:"features"`
	Steps           []routing.Step   `json:"steps,omitempty"`
}

// AttemptRecord is one call of one model.
type AttemptRecord struct {
	Model        string  `json:"model"` // the operator's name for it
	ModelID      string  `json:"model_id"`
	Region       string  `json:"region,omitempty"`
	ThroughEnvoy bool    `json:"through_envoy,omitempty"`
	StartMillis  float64 `json:"start_ms"` // since the request came
	FirstMillis  float64 `json:"first_token_ms,omitempty"`
	Millis       float64 `json:"ms"`
	Status       int     `json:"status,omitempty"`
	Verdict      string  `json:"verdict,omitempty"`
	Reason       string  `json:"reason,omitempty"`
	Detail       string  `json:"detail,omitempty"`
	TokenRecord
	Estimated bool         `json:"estimated,omitempty"`
	Repair    bool         `json:"repair,omitempty"`
	Hedge     bool         `json:"hedge,omitempty"`
	Mended    []string     `json:"mended,omitempty"`
	Skipped   []SkipRecord `json:"skipped,omitempty"`
	Then      string       `json:"then,omitempty"`
	CostUSD   float64      `json:"cost_usd"`
}

// SkipRecord is a check that could not judge an answer.
type SkipRecord struct {
	Check string `json:"check"`
	Why   string `json:"why"`
}

// ChargeRecord is one call of a judge or verifier.
type ChargeRecord struct {
	What  string `json:"what"`
	Model string `json:"model"`
	TokenRecord
	Millis  float64 `json:"ms"`
	CostUSD float64 `json:"cost_usd"`
}

// TokenRecord counts tokens. In excludes those read from or written to the cache.
type TokenRecord struct {
	In         int `json:"in"`
	Out        int `json:"out"`
	CacheRead  int `json:"cache_read,omitempty"`
	CacheWrite int `json:"cache_write,omitempty"`
}

// FeedbackRecord is what a client said of an earlier answer.
type FeedbackRecord struct {
	Score   float64 `json:"score"`             // 0 bad to 1 good
	Comment string  `json:"comment,omitempty"` // only where prompts are written
}

// event is what waits in the queue: everything of an outcome but the client's text.
type event struct {
	outcome extproc.Outcome // Prompt is nil
	prompt  *PromptRecord
}

// record turns an event into a line of the ledger.
func (e *event) record(pricesAsOf string) *Record {
	o := &e.outcome
	return &Record{
		Version: 1, Kind: "request", ID: o.ID, Time: o.Start.UTC(), Trace: o.Trace,
		Tenant: o.Tenant, Route: o.Route, Dialect: o.Dialect, Stream: o.Stream,
		Plan: planRecord(o.Plan), Attempts: attemptRecords(o), Charges: chargeRecords(o.Plan),
		Prompt: e.prompt, Served: o.Served, Verdict: o.Verdict, Escalated: o.Escalated,
		Restarted: o.Restarted, Unchecked: o.Unchecked, Status: o.Status, Error: string(o.Error),
		Left: o.Left, BytesIn: o.BytesIn, BytesOut: o.BytesOut,
		Millis: millis(o.Took), DecidedMillis: millis(o.Decided), HeldMillis: millis(o.Held),
		CostUSD: o.CostUSD, LargestCostUSD: o.LargestCostUSD, PricesAsOf: pricesAsOf,
	}
}

func planRecord(p *routing.Plan) *PlanRecord {
	if p == nil {
		return nil
	}
	r := &PlanRecord{
		Pipe: p.Pipe, Strategy: p.Strategy, Reason: p.Reason, Pinned: p.Pinned, Drawn: p.Drawn, HoldOut: p.HoldOut,
		ExpectedCostUSD: p.ExpectedCostUSD, Features: p.Features, Steps: p.Steps,
		Models: make([]string, len(p.Models)),
	}
	for i, m := range p.Models {
		r.Models[i] = m.Name
	}
	if p.Largest != nil {
		r.Largest = p.Largest.Name
	}
	if names := p.Judging.Names(); len(names) > 0 {
		r.Checks = names
	}
	return r
}

func attemptRecords(o *extproc.Outcome) []AttemptRecord {
	records := make([]AttemptRecord, len(o.Attempts))
	for i, a := range o.Attempts {
		name, id := modelNames(a.Model)
		records[i] = AttemptRecord{
			Model: name, ModelID: id, Region: a.Region, ThroughEnvoy: a.ThroughEnvoy,
			StartMillis: millis(a.Start.Sub(o.Start)), FirstMillis: millis(a.FirstToken), Millis: millis(a.Took),
			Status: a.Status, Verdict: a.Verdict, Reason: string(a.Reason), Detail: a.Detail,
			TokenRecord: TokenRecord(a.Tokens), Estimated: a.Estimated, Repair: a.Repair, CostUSD: a.CostUSD,
			Hedge: a.Hedge, Mended: a.Mended, Then: a.Then,
		}
		for _, s := range a.Skipped {
			records[i].Skipped = append(records[i].Skipped, SkipRecord(s))
		}
	}
	return records
}

func chargeRecords(p *routing.Plan) []ChargeRecord {
	if p == nil {
		return nil
	}
	var records []ChargeRecord
	for _, c := range p.Charges {
		records = append(records, ChargeRecord{
			What: c.What, Model: c.Model, TokenRecord: TokenRecord(c.Tokens), Millis: millis(c.Took), CostUSD: c.CostUSD,
		})
	}
	return records
}

func modelNames(m *routing.Model) (name, id string) {
	if m == nil {
		return "unknown", "unknown"
	}
	return m.Name, m.ID
}

// millis rounds to microseconds, so that lines stay short.
func millis(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
