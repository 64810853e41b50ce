package extproc

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"ockham/bedrock"
	"ockham/routing"
)

// replace answers a rejected attempt with another call, or, when none is allowed, with the best there is.
func (x *exchange) replace(a *attempt) error {
	x.close(a)
	n, ok := x.next(a)
	a.Then = n.why
	if !ok {
		return x.settle(a)
	}
	x.follow(a, n)
	return nil
}

// follow gives a up and makes the next call in its place.
func (x *exchange) follow(a *attempt, n next) {
	a.halt()
	x.cur, x.hedged = x.newAttempt(n), false
	x.callNext(x.cur, n.pause)
}

// next picks the call that follows a rejected attempt: the same model elsewhere, where only its region
// was the matter; the same model once more, where a check could say what was wrong; else the next model.
// It says why, also where there is none.
func (x *exchange) next(a *attempt) (n next, ok bool) {
	if x.resign(a) {
		return next{model: a.Model, target: a.target, why: "sign: Bedrock refused only the signature"}, true
	}
	if x.refusedSchema(a) {
		return next{model: a.Model, target: a.target, words: true, why: "schema: the model does not take it in its native form"}, true
	}
	if why := x.mayNot(a); why != "" {
		return next{why: "serve: " + why}, false
	}
	if a.regional() {
		return x.detour(a)
	}
	if a.failure != nil {
		return x.onward(a)
	}
	return x.weigh(a)
}

// weigh has the plan choose between a repair, the next model and the answer as it is.
func (x *exchange) weigh(a *attempt) (next, bool) {
	n, ok := x.onward(a)
	note := x.repair(a)
	if !ok && note == "" {
		return n, false
	}
	r := routing.Rejection{Reason: a.reject.Reason, Model: a.Model, Next: n.model, Repair: note != "", Tokens: x.likely(a)}
	if total := x.plan.Deadlines.Total; total > 0 {
		r.Left = total - time.Since(x.out.Start)
	}
	choice := x.plan.Choose(r)
	switch choice.Do {
	case routing.DoRepair:
		n = next{model: a.Model, target: a.target, note: note}
	case routing.DoServe:
		n = next{}
	}
	n.why = choice.Do + ": " + choice.Why
	return n, choice.Do != routing.DoServe
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

// refusedSchema tells whether a model refused the schema of the answer, not the request: some are too
// complex for it, or use words that it does not know. It is asked once more then, in another way.
func (x *exchange) refusedSchema(a *attempt) bool {
	var refused *bedrock.Error
	if a.words || x.settled || x.prompt.Format != routing.FormatSchema || !errors.As(a.failure, &refused) || refused.Status != 400 || refused.InStream {
		return false
	}
	says := strings.ToLower(refused.Message)
	return strings.Contains(says, "output_config.format") || strings.Contains(says, "too complex") || strings.Contains(says, "compilation exceeded limits")
}

// onward is the next model of the pipe.
func (x *exchange) onward(a *attempt) (next, bool) {
	m := x.larger(a)
	switch {
	case m == nil:
		return next{why: "serve: no other model is left"}, false
	case !x.affords(m, a):
		return next{why: "serve: another call would pass the limit on cost"}, false
	}
	n := x.to(m)
	n.target, n.why = x.reachable(n.target), "escalate: to "+m.Name
	return n, true
}

// reachable is the first of a target's regions that this request has not found unreachable.
func (x *exchange) reachable(t *Target) *Target {
	if !x.unreachable(t.Region) {
		return t
	}
	for i := range t.Elsewhere {
		if other := &t.Elsewhere[i]; !x.unreachable(other.Region) {
			return other
		}
	}
	return t
}

func (x *exchange) unreachable(region string) bool {
	return x.tried(func(a *attempt) bool { return a.Region == region && a.reason() == routing.ReasonConnection })
}

// detour follows an attempt whose region was at fault, not its model.
func (x *exchange) detour(a *attempt) (next, bool) {
	ways := []string{routing.ThrottleRegion, routing.ThrottleModel}
	if a.reason() == routing.ReasonThrottled && x.plan.Throttled != nil {
		ways = x.plan.Throttled
	}
	for _, way := range ways {
		n, ok := next{}, false
		switch way {
		case routing.ThrottleRegion:
			n, ok = x.elsewhere(a)
		case routing.ThrottleModel:
			n, ok = x.onward(a)
		case routing.ThrottleWait:
			n, ok = x.again(a)
		}
		if ok {
			return n, true
		}
	}
	return next{why: "serve: no other region or model is left"}, false
}

// elsewhere is a region in which this model was not tried yet.
func (x *exchange) elsewhere(a *attempt) (next, bool) {
	for i := range a.target.Elsewhere {
		t := &a.target.Elsewhere[i]
		tried := x.tried(func(o *attempt) bool { return o.Model == a.Model && o.Region == t.Region })
		if !tried && !x.unreachable(t.Region) {
			return next{model: a.Model, target: t, why: "region: to " + t.Region}, true
		}
	}
	return next{}, false
}

// again is the same call after a while: the AWS SDK's back-off, or what Bedrock asks for where that is
// longer, if it is no longer than the SDK would wait, and the time for all attempts allows it.
func (x *exchange) again(a *attempt) (next, bool) {
	if a.pause == 0 {
		a.pause = max(bedrock.Backoff(x.waits), a.askedToWait())
		x.waits++
	}
	total := x.plan.Deadlines.Total
	if a.pause > bedrock.MaxBackoff || total > 0 && time.Since(x.out.Start)+a.pause >= total {
		return next{}, false
	}
	return next{model: a.Model, target: a.target, pause: a.pause, why: "wait: " + strconv.FormatInt(a.pause.Milliseconds(), 10) + " ms"}, true
}

// mayNot says why there may be no further call at all, or is "": it could do better, and attempts and
// time allow it.
func (x *exchange) mayNot(a *attempt) string {
	p := x.plan
	switch {
	case x.settled:
		return "nothing was left before"
	case p.Pinned && !a.regional():
		return "this model was asked for by name"
	case x.calls() >= p.Limits.Attempts:
		return "the limit on attempts is reached"
	case !a.mendable():
		return "another model would fail alike"
	case p.Deadlines.Total > 0 && time.Since(x.out.Start) >= p.Deadlines.Total:
		return "the time for all attempts is over"
	case a.failure == nil && a.reject.Reason == routing.ReasonRefusal && x.refusedBefore(a):
		return "two models refused"
	}
	return ""
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
	return x.tried(func(t *attempt) bool { return t != a && t.reject.Reason == routing.ReasonRefusal })
}

func (x *exchange) tried(as func(*attempt) bool) bool { return slices.ContainsFunc(x.tries, as) }

// repair says what was wrong with an answer whose model may put it right when told; "" where that is not so,
// was tried before, or would take the last model's turn.
func (x *exchange) repair(a *attempt) string {
	if !x.plan.Repair || a.Repair || a.reject.Detail == "" || x.released || !routing.Repairable(a.reject.Reason) ||
		x.calls()+1+len(x.rest(a)) > x.plan.Limits.Attempts {
		return ""
	}
	return "Your previous answer was not accepted: " + a.reject.Detail + ". Answer again, and get this right."
}

// rest are the models after a's in the plan that were not called yet.
func (x *exchange) rest(a *attempt) []*routing.Model {
	if x.plan.Pinned {
		return nil
	}
	at := slices.Index(x.plan.Models, a.Model)
	return slices.DeleteFunc(slices.Clone(x.plan.Models[at+1:]), func(m *routing.Model) bool {
		return x.tried(func(t *attempt) bool { return t.Model == m })
	})
}

// larger is the next of them; nil when there is none.
func (x *exchange) larger(a *attempt) *routing.Model {
	if rest := x.rest(a); len(rest) > 0 {
		return rest[0]
	}
	return nil
}

// affords tells whether a call of m keeps within the limit on cost.
func (x *exchange) affords(m *routing.Model, a *attempt) bool {
	limit := x.plan.Limits.CostUSD
	return limit <= 0 || x.spent()+m.Price.Cost(x.likely(a)) <= limit
}
