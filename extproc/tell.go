package extproc

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"ockham/bedrock"
	"ockham/dialect"
	"ockham/routing"
)

// reply tells the dialect what goes with an answer.
func (x *exchange) reply(a *attempt) *dialect.Reply {
	r := &dialect.Reply{ID: x.out.ID, Created: x.out.Start.Unix(), Answer: a.answer}
	expose := x.policy.Expose(x.out.Route)
	if expose != ExposeNone {
		cost := dialect.USD(x.spent())
		r.Cost = &cost
	}
	if r.Answer == nil {
		r.Answer = &a.collect.Answer
	}
	if expose != ExposeFull {
		return r
	}
	r.Model = a.Model.Name
	r.Route = &dialect.Route{
		Pipe: x.plan.Pipe, Strategy: x.plan.Strategy, Reason: x.plan.Reason,
		Verdict: x.out.Verdict, Escalated: x.out.Escalated, HoldOut: x.plan.HoldOut, Unchecked: x.out.Unchecked,
		Attempts: make([]dialect.Attempt, len(x.tries)),
	}
	for i, t := range x.tries {
		r.Route.Attempts[i] = dialect.Attempt{
			Model: t.Model.Name, Verdict: t.Verdict, Reason: string(t.Reason),
			MS: t.Took.Milliseconds(), CostUSD: dialect.USD(t.CostUSD),
			Repair: t.Repair, Hedge: t.Hedge, Mended: t.Mended, Skipped: t.SkippedChecks(), Then: t.Followed(),
		}
	}
	return r
}

// usualExposed is how many headers an answer usually gets at most.
const usualExposed = 12

// exposed adds the x-ockham-* headers; final ones know verdict and cost.
func (x *exchange) exposed(headers []bedrock.Header, final bool) []bedrock.Header {
	if dropped := x.dropped(); len(dropped) > 0 {
		headers = append(headers, bedrock.Header{Name: "x-ockham-dropped", Value: strings.Join(dropped, ", ")})
	}
	if x.policy.Expose(x.out.Route) == ExposeNone {
		return headers
	}
	headers = append(headers,
		bedrock.Header{Name: "x-ockham-pipe", Value: x.plan.Pipe},
		bedrock.Header{Name: "x-ockham-reason", Value: x.plan.Strategy + ": " + x.plan.Reason},
		bedrock.Header{Name: "x-ockham-attempts", Value: strconv.Itoa(len(x.tries))},
		bedrock.Header{Name: "x-ockham-escalated", Value: strconv.FormatBool(x.out.Escalated)})
	if x.out.Served >= 0 {
		headers = append(headers, bedrock.Header{Name: "x-ockham-model", Value: x.tries[x.out.Served].Model.Name})
	}
	for _, told := range x.told() {
		headers = append(headers, bedrock.Header{Name: "x-ockham-" + strings.ReplaceAll(told[0], "_", "-"), Value: told[1]})
	}
	if final {
		headers = append(headers,
			bedrock.Header{Name: "x-ockham-verdict", Value: x.out.Verdict},
			bedrock.Header{Name: "x-ockham-cost-usd", Value: dialect.USD(x.out.CostUSD).String()})
	}
	return headers
}

// told is what there is to say of how the answer came about and was judged, beyond its verdict.
func (x *exchange) told() (list [][2]string) {
	say := func(name, value string) {
		if value != "" {
			list = append(list, [2]string{name, value})
		}
	}
	when := func(holds bool) string {
		if holds {
			return "true"
		}
		return ""
	}
	say("hold_out", when(x.plan.HoldOut))
	say("rejects", x.rejects())
	say("hedged", when(x.tried(func(a *attempt) bool { return a.Hedge })))
	say("unchecked", when(x.out.Unchecked))
	if x.out.Served >= 0 {
		a := x.tries[x.out.Served]
		say("repaired", when(a.Repair))
		say("bridged", strings.Join(a.fit.Bridged, ", "))
		say("mended", strings.Join(a.Mended, ", "))
		say("skipped", strings.Join(a.SkippedChecks(), ", "))
	}
	return list
}

// rejects are the reasons of all attempts that were rejected, in their order.
func (x *exchange) rejects() string {
	var list []string
	for _, a := range x.tries {
		if a.Reason != "" {
			list = append(list, string(a.Reason))
		}
	}
	return strings.Join(list, ", ")
}

// dropped is what the request preferred and did not get, from the dialect and from the model served.
func (x *exchange) dropped() []string {
	all := x.call.Dropped
	if x.out.Served < 0 {
		return all
	}
	for _, d := range x.tries[x.out.Served].fit.Dropped {
		if !slices.Contains(all, d) {
			all = append(all[:len(all):len(all)], d)
		}
	}
	return all
}

// micro is what rate limits count: millionths of a dollar.
func micro(usd float64) float64 { return math.Round(usd * 1e6) }

// expected is what rate limits count where a client leaves before the end, when nothing more can be
// told: else leaving in time would be free.
func (x *exchange) expected() []fact {
	return []fact{textFact("route", x.out.Route), numberFact("cost_microusd", micro(x.plan.ExpectedCostUSD))}
}

// metadata is what Envoy's access log can show of the request.
func (x *exchange) metadata() []fact {
	facts := append(make([]fact, 0, 16), textFact("dialect", x.out.Dialect), textFact("error", string(x.out.Error)))
	if x.plan == nil {
		return facts
	}
	facts = append(facts,
		textFact("pipe", x.plan.Pipe), textFact("strategy", x.plan.Strategy), textFact("reason", x.plan.Reason),
		numberFact("attempts", float64(len(x.tries))), boolFact("escalated", x.out.Escalated), textFact("verdict", x.out.Verdict),
		numberFact("cost_usd", x.out.CostUSD), numberFact("cost_microusd", micro(x.out.CostUSD)),
		numberFact("saved_usd", routing.RoundUSD(x.out.LargestCostUSD-x.out.CostUSD)))
	for _, told := range x.told() {
		facts = append(facts, textFact(told[0], told[1]))
	}
	if x.out.Served >= 0 {
		facts = append(facts, textFact("model", x.tries[x.out.Served].Model.Name))
	}
	return facts
}

// observe reports the request once it has ended.
func (x *exchange) observe() {
	if x.s.Observe == nil || x.out.Dialect == "" {
		return
	}
	for _, a := range x.tries {
		x.hush(a)
	}
	if !x.finished && x.plan != nil {
		x.finish(0, nil)
	}
	for _, a := range x.tries {
		x.out.Attempts = append(x.out.Attempts, a.Attempt)
	}
	x.s.Observe(&x.out)
}
