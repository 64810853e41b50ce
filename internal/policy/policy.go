// Package policy turns a configuration into what a running service decides by, and replaces it when
// the file changes.
package policy

import (
	"time"

	"ockham/bedrock"
	"ockham/internal/config"
	"ockham/routing"
)

// Policy is a configuration that can be carried out. It is immutable; a reload makes a new one.
type Policy struct {
	Config *config.Config
	Router *routing.Router
	// Budgets counts spend for the soft limits; the service tells it what each request has cost.
	Budgets *routing.Budgets
	// Library holds the system prompts.
	Library routing.Library
	// Warnings are what works, but not as the operator may think.
	Warnings []string
	// Language compiles further conditions (of custom checks).
	Language *routing.Language

	models map[*routing.Model]*config.Resolved
	judge  *routing.Judge
	scorer routing.Scorer
	rates  *routing.Rates
}

// Deps are what a policy needs from outside. Nil ones are done without, and counted when missed.
type Deps struct {
	Asker routing.Asker
	// Scorer makes the classifier of a file ("" for the one built in) for an aim; see Classifier. An
	// error is a warning: the policy does without, unless the one before it had a classifier.
	Scorer func(file string, aim float64) (routing.Scorer, error)
	// Check makes the check called name.
	Check func(name string, options map[string]any) (routing.Check, error)
	// Count is told of events, see routing.Events.
	Count func(event string)
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// Override changes what the file says before it is validated: command-line flags. nil: nothing.
	Override func(*config.Config)
	// Previous is the policy that this one replaces: what it remembers goes on where it still fits.
	Previous *Policy
}

// Bedrock is the catalogue's entry of a model of a plan.
func (p *Policy) Bedrock(m *routing.Model) *bedrock.Model {
	if r, ok := p.models[m]; ok {
		return r.Bedrock
	}
	b, _, _ := bedrock.Lookup(m.ID) // of a plan that an older policy made
	return b
}

// Guardrail is what must be sent with a call of m: that of the route, else of the pipe, else the
// model's own; nil for none.
func (p *Policy) Guardrail(m *routing.Model, pipe, route string) *config.Guardrail {
	if g := p.Config.Routes[route].Guardrail; g != nil {
		return g
	}
	if g := p.Config.Pipes[pipe].Guardrail; g != nil {
		return g
	}
	if r, ok := p.models[m]; ok {
		return r.Guardrail
	}
	return nil
}

// Expose is what clients of a route may learn of the choice.
func (p *Policy) Expose(route string) string {
	if e := p.Config.Routes[route].Expose; e != "" {
		return e
	}
	return p.Config.Expose
}

// Hides says that some clients may learn nothing of a choice.
func (p *Policy) Hides() bool {
	hides := p.Config.Expose == "none"
	for _, r := range p.Config.Routes {
		hides = hides || r.Expose == "none"
	}
	return hides
}

// System is the system text for m; fold says that m takes none, whatever the catalogue says, and the
// text belongs in front of the first user turn.
func (p *Policy) System(m *routing.Model, task, client string) (text string, fold bool) {
	for i := range p.Config.Prompts {
		if t := &p.Config.Prompts[i]; t.System == foldWord && routing.MatchesModel(t.Models, m) {
			fold = true
		}
	}
	return p.Library.System(m, task, client), fold
}

// foldWord in place of a system text says that a model takes none.
const foldWord = "fold"
