package routing

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// decision is one request on its way to a plan; its methods stand in the order in which they run.
type decision struct {
	r       *Router
	p       *Prompt
	f       Features
	need    need
	profile *Profile

	rule     *Rule // the one that matched
	ask      []string
	limits   Limits
	total    time.Duration // for all attempts
	model    *Model        // picked by name or by a rule, in place of a pipe
	pinned   bool          // by name: never left
	pipe     *Pipe
	strategy string
	reason   string
	over     *Overrun // the soft limit that was passed
	dry      bool     // only explain: nobody is asked

	models  []*Model
	steps   []Step
	charges []Charge
}

// begin reads the request.
func (r *Router) begin(p *Prompt, dry bool) *decision {
	d := &decision{r: r, p: p, dry: dry, profile: r.profile(p.Route), steps: make([]Step, 0, 8)}
	d.f, d.need = extract(p)
	d.ask, d.limits, d.total = d.profile.Ask, d.profile.Limits, d.profile.Deadlines.Total
	d.step("features", d.f.summary(), d.f.sizes())
	d.task()
	d.over = r.policy.Budgets.Over(p)
	return d
}

func (d *decision) step(step, result, reason string) {
	d.steps = append(d.steps, Step{Step: step, Result: result, Reason: reason})
}

func (d *decision) count(event string) {
	if !d.dry {
		d.r.policy.Count(event)
	}
}

// pick settles where the request goes.
func (d *decision) pick(pipe, strategy, reason string) {
	d.pipe, d.strategy, d.reason = d.r.pipes[pipe], strategy, reason
}

// task takes over a task_type that stands in a bucket; another one is ignored, and counted.
func (d *decision) task() {
	task := knownTask(d.p.Task)
	if task == "" {
		return
	}
	if _, ok := d.r.policy.Tasks[task]; !ok {
		d.count(EventUnknownTask)
		d.step("flag", "ignored", "this task_type stands in no bucket")
		return
	}
	d.f.Task = task
}

// named honours a model or a pipe that the request names.
func (d *decision) named() error {
	name := d.p.Model
	if pipe, ok := d.r.pipes[name]; ok {
		d.step("model", pipe.Name, "the model asked for is the name of a pipe")
		d.pick(name, StrategyPipe, "pipe "+name+" was asked for")
		return nil
	}
	if name != "" && !IsAuto(name) {
		if d.r.policy.ConcreteModels {
			return d.concrete(name)
		}
		// A client that always names a model is served all the same: its request is routed.
		d.count(EventModelIgnored)
		d.step("model", "ignored", "the policy does not let clients pick models")
	}
	if d.p.Pipe == "" || IsAuto(d.p.Pipe) {
		return nil
	}
	if _, ok := d.r.pipes[d.p.Pipe]; !ok {
		return &Unservable{Need: fmt.Sprintf("there is no pipe %q; there are %s", short(d.p.Pipe), d.r.pipeNames()), Param: "pipe"}
	}
	d.step("pipe", d.p.Pipe, "the request asks for this pipe")
	d.pick(d.p.Pipe, StrategyPipe, "pipe "+d.p.Pipe+" was asked for")
	return nil
}

// concrete pins the plan to the model asked for.
func (d *decision) concrete(name string) error {
	m, ok := d.r.Model(name)
	if !ok {
		return &Unservable{Need: fmt.Sprintf("there is no model %q; \"auto\" lets Ockham pick one", short(name)), Param: "model"}
	}
	d.model, d.pinned, d.strategy, d.reason = m, true, StrategyModel, "model "+m.Name+" was asked for"
	d.step("model", m.Name, "the request asks for this model; it is not left")
	if why := d.lacks(m); why != "" {
		return &Unservable{Need: fmt.Sprintf("model %s: %s", m.Name, why), Param: "model"}
	}
	return nil
}

// short cuts a client's text to what an error message may repeat.
func short(s string) string {
	if len(s) > 64 {
		return strings.ToValidUTF8(s[:64], "") + "..."
	}
	return s
}

// choose asks, in the order of precedence: the flag, the rules, then whoever is to be asked.
func (d *decision) choose(ctx context.Context) {
	if d.flag() {
		return
	}
	d.rules()
	if d.pipe == nil && d.model == nil && d.over == nil {
		d.otherwise(ctx)
	}
	if d.pipe != nil {
		d.stay()
	}
}

func (d *decision) flag() bool {
	if d.f.Task == "" {
		return false
	}
	pipe := d.r.policy.Tasks[d.f.Task]
	d.step("flag", pipe, fmt.Sprintf("task_type %s stands in the bucket of pipe %s", d.f.Task, pipe))
	d.pick(pipe, StrategyFlag, "task_type "+d.f.Task)
	return true
}

// rules takes the first rule that holds. One that fails to evaluate does not hold.
func (d *decision) rules() {
	rule := d.r.match(&inputs{p: d.p, f: d.f, overBudget: d.over != nil})
	if rule == nil {
		d.step("rules", "none", "no rule matches")
		return
	}
	d.rule = rule
	d.step("rules", rule.picks(), rule.Name+": "+rule.When.Source)
	if rule.Ask != nil {
		d.ask = rule.Ask
	}
	if rule.Total > 0 {
		d.total = rule.Total
	}
	if rule.Limits != nil {
		d.limits = rule.Limits.over(d.limits)
	}
	switch {
	case rule.Model != nil:
		d.ruled(rule)
	case rule.Pipe != "":
		d.pick(rule.Pipe, rule.When.Strategy, rule.Name)
	}
}

// ruled takes the model of a rule, unless the request needs what it lacks.
func (d *decision) ruled(rule *Rule) {
	if why := d.lacks(rule.Model); why != "" {
		d.count(EventPipeSkipped)
		d.step("fit", "without "+rule.Model.Name, why)
		return
	}
	d.model, d.strategy, d.reason = rule.Model, rule.When.Strategy, rule.Name
}

// match returns the first rule that holds, or nil.
func (r *Router) match(in *inputs) *Rule {
	for i := range r.policy.Rules {
		holds, err := r.policy.Rules[i].When.Holds(in)
		if err != nil {
			r.policy.Count(EventRuleFailed)
		}
		if holds {
			return &r.policy.Rules[i]
		}
	}
	return nil
}

// over returns l with what it leaves open taken from base.
func (l *Limits) over(base Limits) Limits {
	if l.Attempts > 0 {
		base.Attempts = l.Attempts
	}
	if l.CostUSD > 0 {
		base.CostUSD = l.CostUSD
	}
	return base
}

// picks tells what a rule decides, in a word or two.
func (r *Rule) picks() string {
	switch {
	case r.Pipe != "":
		return r.Pipe
	case r.Model != nil:
		return "model " + r.Model.Name
	case r.Ask != nil:
		return "ask " + listed(r.Ask)
	}
	return "limits"
}

func listed(names []string) string {
	if len(names) == 0 {
		return "nobody"
	}
	return strings.Join(names, ", ")
}

// otherwise asks the classifier, then the judge, and falls back to the pipe for what is unsure.
func (d *decision) otherwise(ctx context.Context) {
	if d.asks(AskClassifier) && d.classify() {
		return
	}
	if d.asks(AskJudge) && d.judge(ctx) {
		return
	}
	d.step("otherwise", d.profile.Unsure, "nothing decided, so the pipe for what is unsure")
	d.pick(d.profile.Unsure, StrategyDefault, "nothing told simple from complex")
}

func (d *decision) asks(who string) bool { return slices.Contains(d.ask, who) }

// classify asks the classifier, and says whether it could tell.
func (d *decision) classify() bool {
	scorer := d.r.policy.Scorer
	if scorer == nil {
		d.count(EventNoClassifier)
		d.step("classifier", "missing", "there is no classifier to ask")
		return false
	}
	s, ok := score(scorer, d.need.asked, d.f.Task)
	if !ok {
		d.count(EventClassifierFails)
		d.step("classifier", "failed", "it gave no usable score")
		return false
	}
	d.f.Score = s.SmallOK
	if s.Unsure {
		d.step("classifier", "unsure", fmt.Sprintf("chance that a small model does: %.2f, but too close to call", s.SmallOK))
		return false
	}
	pipe, word := d.r.policy.Simple, "under"
	if s.Gain > s.Worth {
		pipe, word = d.r.policy.Complex, "over"
	}
	reason := fmt.Sprintf("chance that a small model does: %.2f; a large one would add %.2f, %s the %.2f that is worth it", s.SmallOK, s.Gain, word, s.Worth)
	d.step("classifier", pipe, reason)
	d.pick(pipe, StrategyClassifier, reason)
	return true
}

// score asks s; a panic or a value that is no chance counts as no score, never as a failed request.
func score(scorer Scorer, text, task string) (s Score, ok bool) {
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	s = scorer.Score(text, task)
	return s, s.SmallOK >= 0 && s.SmallOK <= 1
}
