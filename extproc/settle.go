package extproc

import (
	"errors"
	"slices"
	"time"

	"ockham/bedrock"
	"ockham/routing"
)

// settle answers when no attempt was good and no further one is allowed: with the best answer there is,
// or with the error of the last attempt.
func (x *exchange) settle(last *attempt) error {
	x.settled = true
	best := x.best()
	switch {
	case best == nil && x.writer != nil: // a restarted stream: its headers are out
		return x.broken(nil, last)
	case best == nil:
		x.out.Verdict = rejected(last)
		return x.refuse(x.clientError(last))
	}
	x.cur = best // step serves it, at its end where that is not reached yet
	return nil
}

// worth orders answers that failed their checks, worst first: one that is whole and only off in tone
// or language still helps; one that cannot be parsed may not; an empty one does not. Of equals the
// later counts, because its model is larger.
var worth = []routing.Reason{
	routing.ReasonEmpty, routing.ReasonMalformed, routing.ReasonToolArgs, routing.ReasonJSON, routing.ReasonLoop,
	routing.ReasonTruncated, routing.ReasonSchema, routing.ReasonRefusal, routing.ReasonCode,
	routing.ReasonUngrounded, routing.ReasonLanguage, routing.ReasonFormat, routing.ReasonVerifier,
	routing.ReasonDisagreement, routing.ReasonCustom,
}

// best picks the answer to serve when all were rejected; nil when there is none. The last one counts
// although it is still being written, if only a check objects to it.
func (x *exchange) best() *attempt {
	var best *attempt
	rank := -1
	for _, a := range x.tries {
		if a.answer == nil && (a != x.cur || a.failure != nil) {
			continue
		}
		if r := x.rank(a); r >= rank {
			best, rank = a, r
		}
	}
	return best
}

// rank is the worth of a rejected answer. Words in place of a call that must be made are as good as
// malformed: a call with doubtful arguments is better.
func (x *exchange) rank(a *attempt) int {
	if x.prompt.MustCall != "" && a.answer != nil && !slices.ContainsFunc(a.answer.Content, isCall) {
		return min(rankOf(routing.ReasonMalformed), rankOf(a.reject.Reason))
	}
	return rankOf(a.reject.Reason)
}

func isCall(b bedrock.Block) bool { return b.Kind == bedrock.ToolUse }

func rankOf(reason routing.Reason) int {
	for i, r := range worth {
		if r == reason {
			return i
		}
	}
	return len(worth)
}

// served notes whose answer the client gets.
func (x *exchange) served(a *attempt) {
	x.close(a)
	for i, t := range x.tries {
		if t == a {
			x.out.Served = i
		}
	}
	x.out.Escalated = a.Model != x.tries[0].Model
	x.out.Unchecked = x.out.Unchecked || a.unchecked
	x.out.Verdict = "accept"
	if a.rejected() {
		x.out.Verdict = rejected(a)
	}
}

func rejected(a *attempt) string { return "reject;" + string(a.reason()) }

// close settles an attempt's verdict, tokens and cost, as far as they are known.
func (x *exchange) close(a *attempt) {
	a.Verdict, a.Reason, a.Detail = "accept", "", ""
	switch {
	case errors.Is(a.failure, errGone): // nobody was left to judge it for
		a.Verdict = ""
	case errors.Is(a.failure, errOvertaken):
		a.Verdict, a.Reason, a.Detail = "reject", a.reason(), errOvertaken.Error()
	case a.rejected():
		a.Verdict, a.Reason, a.Detail = "reject", a.reason(), a.reject.Detail
	}
	if a.Took == 0 || !a.done {
		a.Took = max(time.Since(a.Start), 0)
	}
	a.Tokens, a.Estimated = x.used(a)
	a.CostUSD = routing.RoundUSD(a.Model.Price.Cost(a.Tokens))
}

// used is what an attempt consumed: what Bedrock says, or an estimate where it was cut off.
func (x *exchange) used(a *attempt) (t routing.Tokens, estimated bool) {
	u := a.collect.Answer.Usage
	if a.answer != nil {
		u = a.answer.Usage
	}
	if u.Total() > 0 {
		return Tokens(u), false
	}
	if !a.begun() {
		return t, false
	}
	return routing.Tokens{In: x.plan.Features.Tokens, Out: len(a.collect.Text()) / charsPerToken}, true
}

// Tokens are what routing prices of Bedrock's usage.
func Tokens(u bedrock.Usage) routing.Tokens {
	return routing.Tokens{In: u.Input, Out: u.Output, CacheRead: u.CacheRead, CacheWrite: u.CacheWrite}
}

// spent is the cost of all attempts so far, and of the questions asked about them.
func (x *exchange) spent() float64 {
	usd := 0.0
	for _, a := range x.tries {
		usd += a.CostUSD
	}
	for _, c := range x.plan.Charges {
		usd += c.CostUSD
	}
	return routing.RoundUSD(usd)
}

// usualAnswer is the length in tokens that is assumed where nothing is known of an answer.
const usualAnswer = 500

// likely is what the next call would use, going by the attempt before it.
func (x *exchange) likely(before *attempt) routing.Tokens {
	t := before.Tokens
	if t.In == 0 {
		t.In = x.plan.Features.Tokens
	}
	if t.Out == 0 {
		t.Out = usualAnswer
	}
	return t
}

// settleCosts adds up the request.
func (x *exchange) settleCosts() {
	if x.plan == nil {
		return
	}
	for _, a := range x.tries {
		x.close(a)
	}
	x.out.CostUSD = x.spent()
	if x.out.Served >= 0 && x.plan.Largest != nil {
		t := x.tries[x.out.Served].Tokens
		x.out.LargestCostUSD = routing.RoundUSD(x.plan.Largest.Price.Cost(t))
	}
}
