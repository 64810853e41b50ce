package policy

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"time"

	"ockham/internal/config"
	"ockham/routing"
)

// Load reads the file at path ("" for the defaults) and builds its policy. All that is wrong with it
// comes back at once, as config.Faults.
func Load(path string, deps Deps) (*Policy, error) {
	c, faults, err := config.Read(path)
	if err != nil {
		return nil, err
	}
	if deps.Override != nil {
		deps.Override(c)
	}
	b := &builder{c: c, deps: deps}
	b.everyCheck()
	if err := config.Joined(faults, c.Check(), b.faults); err != nil {
		return nil, err
	}
	b.p, b.named = &Policy{Config: c, models: map[*routing.Model]*config.Resolved{}}, map[string]*routing.Model{}
	return b.build()
}

type builder struct {
	c      *config.Config
	deps   Deps
	p      *Policy
	named  map[string]*routing.Model
	faults config.Faults
}

func (b *builder) build() (*Policy, error) {
	language, err := b.c.Language()
	if err != nil {
		return nil, err
	}
	b.p.Language, b.p.Library = language, b.library()
	rp := routing.Policy{
		Pipes: b.pipes(), Models: b.models(), Find: b.find(),
		Simple: b.c.Otherwise.Simple, Complex: b.c.Otherwise.Complex,
		Tasks: b.tasks(), Rules: b.rules(), Default: b.profile(), Judging: b.pipeChecks(),
		ConcreteModels: b.c.Allow.ConcreteModels, Scorer: b.scorer(), Count: b.deps.Count,
		Aim: b.c.Aim, Rates: b.rates(),
	}
	rp.Routes = b.routes(rp.Default)
	if rp.Judge, err = b.judge(); err != nil {
		return nil, err
	}
	if rp.Budgets, err = b.budgets(); err != nil {
		return nil, err
	}
	if len(b.faults) > 0 {
		return nil, config.Joined(b.faults)
	}
	b.p.judge, b.p.scorer, b.p.rates = rp.Judge, rp.Scorer, rp.Rates
	b.p.Budgets, b.p.Router = rp.Budgets, routing.New(rp)
	return b.p, nil
}

// model returns the one model of a name; the configuration is valid, so there is one.
func (b *builder) model(name string) *routing.Model {
	if m, ok := b.named[name]; ok {
		return m
	}
	r, err := b.c.Resolve(name)
	if err != nil {
		b.faults = append(b.faults, b.c.Fault(config.Path("models", name), "%s", err))
		return &routing.Model{Name: name}
	}
	b.named[name], b.p.models[r.Model] = r.Model, r
	return r.Model
}

// pipes lists the pipes by what their first model costs.
func (b *builder) pipes() []*routing.Pipe {
	var pipes []*routing.Pipe
	for _, name := range slices.Sorted(maps.Keys(b.c.Pipes)) {
		pipe := &routing.Pipe{Name: name}
		for _, m := range b.c.Pipes[name].Models {
			pipe.Models = append(pipe.Models, b.model(m))
		}
		pipes = append(pipes, pipe)
	}
	price := func(p *routing.Pipe) float64 { return 3*p.Models[0].Price.In + p.Models[0].Price.Out }
	slices.SortStableFunc(pipes, func(x, y *routing.Pipe) int { return cmp.Compare(price(x), price(y)) })
	return pipes
}

// models lists the operator's models, and those of the catalogue that pipes name.
func (b *builder) models() []*routing.Model {
	for _, name := range b.c.ModelNames() {
		b.model(name)
	}
	var models []*routing.Model
	for _, name := range slices.Sorted(maps.Keys(b.named)) {
		models = append(models, b.named[name])
	}
	return models
}

// find knows the models of the catalogue that clients may name.
func (b *builder) find() func(id string) (*routing.Model, bool) {
	if !b.c.Allow.ConcreteModels {
		return nil
	}
	catalogue := b.c.Catalogue()
	for _, r := range catalogue {
		b.p.models[r.Model] = r
	}
	return func(id string) (*routing.Model, bool) {
		r, ok := catalogue[id]
		if !ok {
			return nil, false
		}
		return r.Model, true
	}
}

func (b *builder) tasks() map[string]string {
	tasks := map[string]string{}
	for pipe, list := range b.c.Tasks {
		for _, t := range list {
			tasks[t] = pipe
		}
	}
	return tasks
}

func (b *builder) rules() []routing.Rule {
	rules := make([]routing.Rule, len(b.c.Rules))
	for i, r := range b.c.Rules {
		at := fmt.Sprintf("rules[%d]", i)
		condition, faults := b.p.Language.Compile(r.When)
		for _, f := range faults {
			b.faults = append(b.faults, b.c.Fault(at+".when", "%s", f.Message))
		}
		rules[i] = routing.Rule{
			Name: b.c.RuleName(i), When: condition, Pipe: r.Pipe, Ask: r.Ask,
			Limits: limits(r.Cascade), Judging: b.checksOf(at+".checks", r.Checks), Hold: hold(r.Hold),
		}
		if c := r.Cascade; c != nil {
			rules[i].Total = c.Time.D()
			rules[i].Moves = &routing.Moves{Early: c.Early, Repair: c.Repair, Hedge: (*time.Duration)(c.Hedge), Throttled: c.Throttled}
		}
		if r.Model != "" {
			rules[i].Model = b.model(r.Model)
		}
	}
	return rules
}

func (b *builder) judge() (*routing.Judge, error) {
	if b.deps.Asker == nil {
		return nil, nil
	}
	j := b.c.Judge
	if old := b.deps.Previous; old != nil && old.judge != nil && b.sameJudge(old.Config) {
		m := old.judge.Model() // it goes on asking by this name
		b.p.models[m] = old.models[m]
		return old.judge, nil
	}
	return routing.NewJudge(b.deps.Asker, routing.JudgeOptions{
		Model: b.model(j.Model), Timeout: j.Timeout.D(), Cache: j.Cache, Failures: j.Failures,
		Rest: j.Rest.D(), Concurrent: j.Concurrent, Count: b.deps.Count,
	})
}

// sameJudge says whether the judge of an older configuration can go on, with all it remembers.
func (b *builder) sameJudge(old *config.Config) bool {
	was, err := old.Resolve(old.Judge.Model)
	return err == nil && old.Judge == b.c.Judge && reflect.DeepEqual(was.Model, b.model(b.c.Judge.Model))
}

func (b *builder) budgets() (*routing.Budgets, error) {
	if old := b.deps.Previous; old != nil && slices.Equal(old.Config.Budgets, b.c.Budgets) {
		return old.Budgets, nil
	}
	var list []routing.Budget
	for _, x := range b.c.Budgets {
		if x.SoftUSD > 0 {
			list = append(list, routing.Budget{
				Name: x.Name, By: x.By, Only: x.Only, USD: x.SoftUSD, Window: x.Window.D(), Pipe: x.Pipe,
				Limits: &routing.Limits{Attempts: x.Attempts},
			})
		}
	}
	now := b.deps.Now
	if now == nil {
		now = time.Now
	}
	return routing.NewBudgets(list, now)
}

// library puts the operator's templates before the built-in ones.
func (b *builder) library() routing.Library {
	var l routing.Library
	for _, p := range b.c.Prompts {
		if p.System != foldWord {
			l = append(l, routing.Template{Models: p.Models, Task: p.Task, System: p.System})
		}
	}
	return append(l, routing.BuiltInPrompts()...)
}
