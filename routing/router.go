package routing

import (
	"cmp"
	"context"
	"slices"
	"strings"
)

// Router decides, by one policy that never changes; a new policy is a new Router. It is safe for
// concurrent use.
type Router struct {
	policy  Policy
	pipes   map[string]*Pipe
	largest *Model
}

// New returns a Router for p, whose names must be right: configuration has checked them.
func New(p Policy) *Router {
	if p.Count == nil {
		p.Count = func(string) {}
	}
	r := &Router{policy: p, pipes: make(map[string]*Pipe, len(p.Pipes))}
	for _, pipe := range p.Pipes {
		r.pipes[pipe.Name] = pipe
		for _, m := range pipe.Models {
			if r.largest == nil || dearness(m) > dearness(r.largest) {
				r.largest = m
			}
		}
	}
	return r
}

// dearness orders models by what a typical call costs: three tokens in for one out.
func dearness(m *Model) float64 { return 3*m.Price.In + m.Price.Out }

// Plan decides about p. The only error is an *Unservable, which is the client's to mend: whatever fails
// in deciding falls back to a pipe and is counted.
func (r *Router) Plan(ctx context.Context, p *Prompt) (*Plan, error) {
	return r.begin(p, false).run(ctx)
}

// Explain decides as Plan does, but asks no model; the judge's step says whether it would be asked,
// and nothing is counted.
func (r *Router) Explain(p *Prompt) (*Plan, error) {
	return r.begin(p, true).run(context.Background())
}

func (d *decision) run(ctx context.Context) (*Plan, error) {
	if err := d.named(); err != nil {
		return nil, err
	}
	if d.model == nil && d.pipe == nil {
		d.choose(ctx)
	}
	d.soften()
	if err := d.fill(); err != nil {
		return nil, err
	}
	return d.plan(), nil
}

// IsAuto tells names that let Ockham pick, in place of a model's or a pipe's.
func IsAuto(name string) bool { return name == "auto" || name == "ockham" }

// Model finds a model that a request may name: by the operator's name, by its Bedrock id with or
// without the profile's prefix, by the ARN of either, or beyond the policy by Policy.Find.
func (r *Router) Model(name string) (*Model, bool) {
	name = withoutARN(name)
	for _, m := range r.policy.Models {
		if m.Name == name || m.ID == name || bareID(m.ID) == name {
			return m, true
		}
	}
	if r.policy.Find == nil {
		return nil, false
	}
	return r.policy.Find(name)
}

// withoutARN takes the id out of an ARN that says which model it stands for; its account is the
// client's, and the call is made with ours.
func withoutARN(name string) string {
	for _, kind := range []string{":inference-profile/", ":foundation-model/"} {
		if arn, id, ok := strings.Cut(name, kind); ok && strings.HasPrefix(arn, "arn:") {
			return id
		}
	}
	return name
}

// Models lists the operator's models, cheapest first.
func (r *Router) Models() []*Model {
	models := slices.Clone(r.policy.Models)
	slices.SortStableFunc(models, func(a, b *Model) int { return cmp.Compare(dearness(a), dearness(b)) })
	return models
}

// Pipes lists the pipes, cheapest first.
func (r *Router) Pipes() []*Pipe { return slices.Clone(r.policy.Pipes) }

// Largest is the model of the always-large counterfactual.
func (r *Router) Largest() *Model { return r.largest }

// profile is how a route's requests are treated.
func (r *Router) profile(route string) *Profile {
	if p, ok := r.policy.Routes[route]; ok {
		return p
	}
	return &r.policy.Default
}
