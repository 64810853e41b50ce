package routing

import "fmt"

// lookBack is how many earlier turns of the user are decided anew to find where a conversation runs.
const lookBack = 4

// stay keeps a conversation on the dearer pipe on which its prompt cache lies, while reading the cache
// there costs less than reading everything anew on the cheaper one. Where it lies is worked out from
// the request itself: the earlier turns are in it, and the same policy decides about them again. A
// move to a dearer pipe is never held back: that is about quality.
func (d *decision) stay() {
	if d.p.CachedTokens == 0 {
		return
	}
	was := d.earlierPipe()
	if was == nil || d.r.rank(was) <= d.r.rank(d.pipe) {
		return
	}
	there, here := d.first(was.Name), d.first(d.pipe.Name)
	if there == nil || here == nil || there == here {
		return
	}
	stay, move := d.cost(there), freshCost(here, d.p, &d.f)
	if stay > move {
		d.step("conversation", "moves", fmt.Sprintf("staying on %s would cost %s, a fresh start on %s %s", there.Name, usd(stay), here.Name, usd(move)))
		return
	}
	d.step("conversation", was.Name, fmt.Sprintf("%d tokens are cached on %s: staying costs %s, a fresh start on %s %s", d.p.CachedTokens, there.Name, usd(stay), here.Name, usd(move)))
	d.reason += "; stays where its prompt cache is"
	d.pipe = was
}

// rank is a pipe's place among all, cheapest first.
func (r *Router) rank(pipe *Pipe) int {
	for i, p := range r.policy.Pipes {
		if p == pipe {
			return i
		}
	}
	return -1
}

// earlierPipe is the dearest pipe that the policy picks for the turns before the last, or nil.
func (d *decision) earlierPipe() *Pipe {
	var dearest *Pipe
	tokens := d.f.Tokens
	last := lastUser(d.p.Turns)
	for i, seen := last-1, 0; i >= 0 && seen < lookBack; i-- {
		tokens -= Estimate(d.p.Turns[i+1].Text)
		if d.p.Turns[i].Role != "user" {
			continue
		}
		seen++
		if pipe := d.decideEarlier(i, tokens); pipe != nil && (dearest == nil || d.r.rank(pipe) > d.r.rank(dearest)) {
			dearest = pipe
		}
	}
	return dearest
}

// decideEarlier picks a pipe for the conversation up to turn i, by what costs nothing: rules, the
// classifier, and what the judge was asked before.
func (d *decision) decideEarlier(i, tokens int) *Pipe {
	earlier := *d.p
	earlier.Turns = d.p.Turns[i : i+1]
	e := &decision{r: d.r, p: &earlier, profile: d.profile, ask: d.profile.Ask}
	e.f, e.need = extract(&earlier)
	e.f.Tokens, e.f.Turns, e.f.Task = tokens, i+1, d.f.Task
	rule := d.r.match(&inputs{p: &earlier, f: e.f})
	switch {
	case rule != nil && rule.Pipe != "":
		return d.r.pipes[rule.Pipe]
	case rule != nil && rule.Model != nil:
		return nil
	}
	return e.free()
}

// free asks whoever answers for nothing.
func (d *decision) free() *Pipe {
	if d.asks(AskClassifier) && d.r.policy.Scorer != nil && d.classify() {
		return d.pipe
	}
	if d.asks(AskJudge) && d.r.policy.Judge != nil {
		switch o, _ := d.r.policy.Judge.Remembered(newMatter(&d.need, &d.f, d.p)); o {
		case SmallWillDo:
			return d.r.pipes[d.r.policy.Simple]
		case LargeNeeded:
			return d.r.pipes[d.r.policy.Complex]
		}
	}
	return d.r.pipes[d.profile.Unsure]
}
