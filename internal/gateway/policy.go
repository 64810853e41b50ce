package gateway

import (
	"net/http"
	"time"

	"ockham/bedrock"
	"ockham/extproc"
	"ockham/internal/policy"
	"ockham/routing"
)

// bridge turns a policy into what the service needs of it.
type bridge struct {
	*policy.Policy
	regions regions
}

// newPolicy makes the service's view of p.
func newPolicy(p *policy.Policy, signer *bedrock.Signer, transport *http.Client) (*bridge, *extproc.Policy, error) {
	regions, err := newRegions(&p.Config.Bedrock, signer, transport)
	if err != nil {
		return nil, nil, err
	}
	b := &bridge{Policy: p, regions: regions}
	c := p.Config
	x := &extproc.Policy{
		Plan: p.Router.Plan, Target: b.target, Known: b.known, System: p.System, Expose: b.expose,
		MaxHeld: int(c.Limits.Held), IdleStop: c.Deadlines.Idle.D(), Inputs: c.Inputs.Headers, TenantHeader: c.Inputs.Tenant,
	}
	if c.Allow.InvokeModel {
		x.Invoke = b.invoke
	}
	return b, x, nil
}

func (b *bridge) target(m *routing.Model, pipe, route string) *extproc.Target {
	known, g := b.Bedrock(m), b.Policy.Guardrail(m, pipe, route)
	order := b.regions.inOrder(time.Now())
	all := make([]extproc.Target, len(order))
	for i, r := range order {
		t := &all[i]
		*t = extproc.Target{Model: known, ID: m.ID, Region: r.name, Host: r.host, Caller: r.client}
		if g != nil {
			t.Guardrail = g.JSON
		}
		t.Elsewhere = all[1:] // so that the third region is found from the second
	}
	return &all[0]
}

// invoke sends a model's InvokeModel to the first region, with the guardrail of the route or the model.
func (b *bridge) invoke(model, route string) (*extproc.Target, []bedrock.Header, error) {
	if err := b.Config.Within(model); err != nil {
		return nil, nil, err
	}
	m, ok := b.Router.Model(model)
	if !ok {
		m = &routing.Model{ID: model}
	}
	var added []bedrock.Header
	if g := b.Policy.Guardrail(m, "", route); g != nil {
		added = append(added, bedrock.Header{Name: "x-amzn-bedrock-guardrailidentifier", Value: g.ID},
			bedrock.Header{Name: "x-amzn-bedrock-guardrailversion", Value: g.Version})
	}
	r := b.regions[0]
	return &extproc.Target{Region: r.name, Host: r.host}, added, nil
}

func (b *bridge) known(name string) extproc.Name {
	switch {
	case routing.IsAuto(name):
		return extproc.NameAuto
	case b.isPipe(name):
		return extproc.NamePipe
	case !b.Config.Allow.ConcreteModels:
		return extproc.NameIgnored
	}
	if _, ok := b.Router.Model(name); ok {
		return extproc.NameModel
	}
	return extproc.NameUnknown
}

func (b *bridge) isPipe(name string) bool {
	_, ok := b.Config.Pipes[name]
	return ok
}

func (b *bridge) expose(route string) extproc.Expose {
	switch b.Policy.Expose(route) {
	case "full":
		return extproc.ExposeFull
	case "headers":
		return extproc.ExposeHeaders
	}
	return extproc.ExposeNone
}

// names lists what clients may ask for as a model.
func names(p *policy.Policy) []string {
	list := []string{"auto"}
	for _, pipe := range p.Router.Pipes() {
		list = append(list, pipe.Name)
	}
	if p.Config.Allow.ConcreteModels {
		for _, m := range p.Router.Models() {
			list = append(list, m.Name)
		}
	}
	return list
}
