package routing

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// After a check has rejected an answer there are up to three things to do: have the same model repair it,
// have the next one try, or serve it. Each try has a chance to end in a good answer, and a price. Tried in the
// order of chance by price, and only while chance times worth exceeds the price, they cost least for what they
// give (Weitzman, Optimal Search for the Best Alternative, Econometrica 1979).

// What can be done about a rejected answer.
const (
	DoRepair   = "repair"   // the same model, told what was wrong
	DoEscalate = "escalate" // the next model
	DoServe    = "serve"    // neither is worth its price
)

// Rejection is an answer that a check has rejected, and what could follow.
type Rejection struct {
	Reason Reason
	Model  *Model
	Repair bool          // Model may be told what was wrong
	Next   *Model        // that may be asked instead; nil: none
	Tokens Tokens        // of the answer
	Left   time.Duration // of the time for all attempts; 0: no bound
}

// Choice is what to do, and why, in words for people.
type Choice struct{ Do, Why string }

// try is a way to a better answer.
type try struct {
	do     string
	chance float64
	usd    float64
	words  string
}

// Choose decides what follows a rejection. An answer that is broken for certain is never served while
// something is left to try.
func (p *Plan) Choose(r Rejection) Choice {
	var best *try
	worth := math.Inf(1)
	if p.Weighs && p.Largest != nil {
		worth = badAnswerUSD(p.Aim, p.Largest.Price.Cost(r.Tokens)) * p.Rates.bad(p.Pipe, r)
	}
	for _, t := range p.tries(r) {
		if t.chance*worth <= t.usd && !certain(r.Reason) {
			continue
		}
		if best == nil || t.chance*best.usd > best.chance*t.usd {
			best = &t
		}
	}
	if best == nil {
		return Choice{DoServe, "no other answer is worth its price"}
	}
	return Choice{best.do, best.words}
}

// tries lists what can be tried in the time that is left.
func (p *Plan) tries(r Rejection) []try {
	var list []try
	add := func(do string, m *Model) {
		chance, took := p.Rates.after(p.Pipe, r, m)
		if r.Left > 0 && took > r.Left {
			return
		}
		cost := m.Price.Cost(r.Tokens)
		list = append(list, try{do, chance, cost, fmt.Sprintf("%s gets it right with a chance of %.2f for %s", m.Name, chance, usd(cost))})
	}
	if r.Repair {
		add(DoRepair, r.Model)
	}
	if r.Next != nil {
		add(DoEscalate, r.Next)
	}
	return list
}

// weighed are the reasons of answers that can be served all the same. For any other the answer is of no use
// as it stands: none, empty, cut off, or no JSON.
var weighed = [...]Reason{
	ReasonSchema, ReasonToolArgs, ReasonRefusal, ReasonLanguage, ReasonFormat, ReasonLoop, ReasonUngrounded,
	ReasonCode, ReasonDisagreement, ReasonVerifier, ReasonCustom,
}

func certain(r Reason) bool { return !slices.Contains(weighed[:], r) }

// Repairable tells for which reasons a model is told what was wrong: faults of form, at which a larger one
// fails in the same way, and which a check can put into words.
func Repairable(r Reason) bool {
	return r == ReasonSchema || r == ReasonToolArgs || r == ReasonFormat
}

// badAnswerUSD is what a bad answer is taken to cost, by the dial: who keeps the share aim of the largest
// model's quality accepts one bad answer in 1/(1-aim) for the price of the others, so that many calls of the
// largest model are what one is worth. At 0 nothing is, at 1 everything.
func badAnswerUSD(aim, largest float64) float64 {
	if aim >= 1 {
		return math.Inf(1)
	}
	return largest * aim / (1 - aim)
}
