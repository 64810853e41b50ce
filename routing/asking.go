package routing

import (
	"context"
	"errors"
	"fmt"
)

// judge asks the judge where that pays, and says whether it had an opinion.
func (d *decision) judge(ctx context.Context) bool {
	q, why := d.worthAsking()
	if q == nil {
		d.step("judge", "not asked", why)
		return false
	}
	if d.dry {
		d.step("judge", "would be asked", why)
		return false
	}
	opinion, charge, err := d.r.policy.Judge.Ask(ctx, q)
	if charge != nil {
		d.charges = append(d.charges, *charge)
	}
	if err != nil {
		d.count(judgeEvent(err))
		d.step("judge", "no opinion", err.Error())
		return false
	}
	pipe, said := d.r.policy.Simple, "1: a small model will do"
	if opinion == LargeNeeded {
		pipe, said = d.r.policy.Complex, "2: it takes a large model"
	}
	d.step("judge", pipe, "it says "+said)
	d.pick(pipe, StrategyJudge, "the judge says "+said)
	return true
}

func judgeEvent(err error) string {
	switch {
	case errors.Is(err, errJudgeRambled):
		return EventJudgeRambled
	case errors.Is(err, errJudgeTimeout):
		return EventJudgeTimeout
	case errors.Is(err, errJudgeBusy):
		return EventJudgeBusy
	case errors.Is(err, errJudgeResting):
		return EventJudgeResting
	}
	return EventJudgeFailed
}

// worthAsking weighs what an opinion would save against what it costs. Without a question the second
// result says why not to ask.
func (d *decision) worthAsking() (*matter, string) {
	switch {
	case d.profile.RealTime:
		return nil, "this route is marked real-time"
	case d.r.policy.Judge == nil:
		d.count(EventNoJudge)
		return nil, "there is no judge to ask"
	}
	q := newMatter(&d.need, &d.f, d.p)
	saving, cost := d.saving(), d.r.policy.Judge.Cost(q)
	if saving <= cost {
		d.count(EventJudgeTooDear)
		return nil, fmt.Sprintf("asking would cost %s and save about %s", usd(cost), usd(saving))
	}
	return q, fmt.Sprintf("asking costs %s and saves about %s", usd(cost), usd(saving))
}

// evenChance stands in for the classifier's score where there is none.
const evenChance = 0.5

// saving is what an opinion is expected to save: where the fallback is a dear pipe, the difference to
// the simple one as often as that would do; where it is the simple one, the calls made there in vain.
func (d *decision) saving() float64 {
	simple, unsure := d.first(d.r.policy.Simple), d.first(d.profile.Unsure)
	if simple == nil || unsure == nil {
		return 0
	}
	chance := evenChance
	if d.f.Score >= 0 {
		chance = d.f.Score
	}
	if d.profile.Unsure == d.r.policy.Simple {
		return (1 - chance) * d.cost(simple)
	}
	return chance * (d.cost(unsure) - d.cost(simple))
}

// first is the model that a pipe would begin with for this request, or nil.
func (d *decision) first(pipe string) *Model {
	for _, m := range d.r.pipes[pipe].Models {
		if d.lacks(m) == "" {
			return m
		}
	}
	return nil
}

func usd(v float64) string {
	if v < 0.01 {
		return fmt.Sprintf("$%.6f", v)
	}
	return fmt.Sprintf("$%.4f", v)
}
