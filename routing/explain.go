package routing

import (
	"maps"
	"time"
)

// Explanation is a decision as POST /api/v1/explain and `ockham explain --json` tell it.
type Explanation struct {
	Features        Features      `json:"features"`
	Steps           []Step        `json:"steps"`
	Plan            ExplainedPlan `json:"plan"`
	ExpectedCostUSD float64       `json:"expected_cost_usd"`
}

// ExplainedPlan is what would be done.
type ExplainedPlan struct {
	Pipe      string             `json:"pipe"`
	Strategy  string             `json:"strategy"`
	Reason    string             `json:"reason"`
	Models    []string           `json:"models"` // in the order in which they are tried
	IDs       []string           `json:"model_ids"`
	Checks    []string           `json:"checks"`
	Deadlines ExplainedDeadlines `json:"deadlines"`
	Limits    ExplainedLimits    `json:"limits"`
	Hold      ExplainedHold      `json:"hold"`
	Pinned    bool               `json:"pinned"`
	HoldOut   bool               `json:"hold_out"`
	Early     bool               `json:"early"`    // plain requests run as streams upstream
	HedgeMS   int64              `json:"hedge_ms"` // the next model is called so long before the one before it is due; 0: not
	// Rejections tells what would follow if a check rejected the first model's answer, by reason;
	// LaterRejections where that is something else for a later model.
	Rejections      map[Reason]ExplainedChoice            `json:"rejections,omitempty"`
	LaterRejections map[string]map[Reason]ExplainedChoice `json:"later_rejections,omitempty"`
}

// ExplainedChoice is what would follow a rejection.
type ExplainedChoice struct {
	Do  string `json:"do"` // repair, escalate or serve
	Why string `json:"why"`
}

// ExplainedDeadlines are in milliseconds.
type ExplainedDeadlines struct {
	AnswerMS     int64 `json:"answer_ms"`
	FirstTokenMS int64 `json:"first_token_ms"`
	TotalMS      int64 `json:"total_ms"`
}

// ExplainedLimits bound the cascade.
type ExplainedLimits struct {
	Attempts int     `json:"attempts"`
	CostUSD  float64 `json:"cost_usd"`
}

// ExplainedHold says how much of a streamed answer is judged before any of it goes out.
type ExplainedHold struct {
	Full   bool  `json:"full"`
	Tokens int   `json:"tokens"`
	TimeMS int64 `json:"time_ms"`
}

// Explained puts a plan into the form in which it is told.
func Explained(p *Plan) Explanation {
	e := Explanation{Features: p.Features, Steps: p.Steps, ExpectedCostUSD: RoundUSD(p.ExpectedCostUSD), Plan: ExplainedPlan{
		Pipe: p.Pipe, Strategy: p.Strategy, Reason: p.Reason,
		Models: make([]string, len(p.Models)), IDs: make([]string, len(p.Models)), Checks: p.Judging.Names(),
		Deadlines: ExplainedDeadlines{ms(p.Deadlines.Answer), ms(p.Deadlines.FirstToken), ms(p.Deadlines.Total)},
		Limits:    ExplainedLimits(p.Limits),
		Hold:      ExplainedHold{p.Hold.Full, p.Hold.Tokens, ms(p.Hold.Time)},
		Pinned:    p.Pinned, HoldOut: p.HoldOut, Early: p.Early, HedgeMS: ms(p.Hedge),
		Rejections: p.rejections(0), LaterRejections: p.laterRejections(),
	}}
	for i, m := range p.Models {
		e.Plan.Models[i], e.Plan.IDs[i] = m.Name, m.ID
	}
	return e
}

// rejections weighs each reason for the answer of a model, all before which were rejected.
func (p *Plan) rejections(of int) map[Reason]ExplainedChoice {
	if p.Pinned || len(p.Models) < 2 {
		return nil
	}
	var next *Model
	if of+1 < len(p.Models) {
		next = p.Models[of+1]
	}
	list := make(map[Reason]ExplainedChoice, len(weighed))
	for _, reason := range weighed {
		list[reason] = ExplainedChoice(p.Choose(Rejection{
			Reason: reason, Model: p.Models[of], Next: next, Left: p.Deadlines.Total,
			Repair: p.Repair && Repairable(reason) && len(p.Models) < p.Limits.Attempts,
			Tokens: Tokens{In: p.Features.Tokens, Out: typicalOut},
		}))
	}
	return list
}

// laterRejections are those of the other models, where something else is done than for the first.
func (p *Plan) laterRejections() map[string]map[Reason]ExplainedChoice {
	first, later := p.rejections(0), map[string]map[Reason]ExplainedChoice{}
	for i := 1; i < len(p.Models) && first != nil; i++ {
		list := p.rejections(i)
		maps.DeleteFunc(list, func(r Reason, c ExplainedChoice) bool { return c.Do == first[r].Do })
		if len(list) > 0 {
			later[p.Models[i].Name] = list
		}
	}
	return later
}

func ms(d time.Duration) int64 { return d.Milliseconds() }
