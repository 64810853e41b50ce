package extproc

import (
	"errors"
	"time"

	"ockham/bedrock"
	"ockham/routing"
)

// replace answers a rejected attempt with another call, or, when none is allowed, with the best there is.
func (x *exchange) replace(a *attempt) error {
	x.close(a)
	if n, ok := x.next(a); ok {
		x.callNext(x.newAttempt(n))
		return nil
	}
	return x.settle(a)
}

// next picks the call that follows a rejected attempt: the same model elsewhere, where only its region
// was the matter; the same model once more, where a check could say what was wrong; else the next model.
func (x *exchange) next(a *attempt) (next, bool) {
	if x.resign(a) {
		return next{model: a.Model, target: a.target}, true
	}
	if !x.mayTry(a) {
		return next{}, false
	}
	if t := x.elsewhere(a); t != nil {
		return next{model: a.Model, target: t}, true
	}
	if note := x.repair(a); note != "" {
		return next{model: a.Model, target: a.target, note: note}, true
	}
	m := x.larger(a)
	if m == nil || x.plan.Limits.CostUSD > 0 && x.spent()+x.estimate(m, a) > x.plan.Limits.CostUSD {
		return next{}, false
	}
	return x.to(m, true), true
}

// resign tells whether Bedrock refused only the signature, for a reason that is mended by now: a clock that
// was wrong, or credentials that had expired. That happens once a request, and counts as no attempt at an
// answer.
func (x *exchange) resign(a *attempt) bool {
	var refused *bedrock.Error
	if x.resigned || !errors.As(a.failure, &refused) || refused.Status != 403 || refused.InStream {
		return false
	}
	x.resigned = x.s.Signer.Learn(refused.Type, refused.Date)
	return x.resigned
}

// mayTry tells whether there may be a further call at all: it could do better, and attempts and time
// allow it.
func (x *exchange) mayTry(a *attempt) bool {
	p := x.plan
	switch {
	case x.settled, p.Pinned && !a.regional(), x.calls() >= p.Limits.Attempts, !a.mendable():
		return false
	case p.Deadlines.Total > 0 && time.Since(x.out.Start) >= p.Deadlines.Total:
		return false
	case a.failure == nil && a.reject.Reason == routing.ReasonRefusal && x.refusedBefore(a):
		return false
	}
	return true
}

// calls counts the attempts at an answer.
func (x *exchange) calls() int {
	if x.resigned {
		return len(x.tries) - 1
	}
	return len(x.tries)
}

// refusedBefore: a refusal escalates at most once; two models that refuse have a reason.
func (x *exchange) refusedBefore(a *attempt) bool {
	for _, t := range x.tries {
		if t != a && t.reject.Reason == routing.ReasonRefusal {
			return true
		}
	}
	return false
}

// elsewhere finds a region in which this model was not tried yet.
func (x *exchange) elsewhere(a *attempt) *Target {
	if !a.regional() {
		return nil
	}
	for _, t := range a.target.Elsewhere {
		if !x.tried(a.Model, t.Region) {
			return t
		}
	}
	return nil
}

func (x *exchange) tried(m *routing.Model, region string) bool {
	for _, t := range x.tries {
		if t.Model == m && t.Region == region {
			return true
		}
	}
	return false
}

// repair says what was wrong with an answer whose model is likely to put it right when told; "" where
// that is not so, or was tried before. A larger model fails at a schema in the same way, at its price.
func (x *exchange) repair(a *attempt) string {
	if !x.plan.Repair || a.Repair || a.failure != nil || a.reject.Detail == "" || x.released {
		return ""
	}
	switch a.reject.Reason {
	case routing.ReasonSchema, routing.ReasonToolArgs, routing.ReasonFormat:
		return "Your previous answer was not accepted: " + a.reject.Detail + ". Answer again, and get this right."
	}
	return ""
}

// larger is the model after a's in the plan; nil when there is none.
func (x *exchange) larger(a *attempt) *routing.Model {
	if x.plan.Pinned {
		return nil
	}
	for i, m := range x.plan.Models {
		if m == a.Model && i+1 < len(x.plan.Models) {
			return x.plan.Models[i+1]
		}
	}
	return nil
}
