package gateway

import (
	"net/http"

	"ockham/bedrock"
	"ockham/extproc"
	"ockham/internal/config"
	"ockham/internal/policy"
	"ockham/routing"
)

// bridge turns a policy into what the service needs of it.
type bridge struct {
	*policy.Policy
	regions map[string]*region
}

// region is one of Bedrock's, as the service calls it.
type region struct {
	name, host string
	client     *bedrock.Client
}

// newRegions prepares a client for every region of the configuration.
func newRegions(p *policy.Policy, signer *bedrock.Signer, transport *http.Client) (map[string]*region, error) {
	c := &p.Config.Bedrock
	regions := map[string]*region{}
	for _, name := range append([]string{c.Region}, c.Failover...) {
		h, err := host(c, name)
		if err != nil {
			return nil, err
		}
		regions[name] = &region{name: name, host: h, client: bedrock.NewClient(name, endpoint(c, name), signer, transport)}
	}
	return regions, nil
}

// newPolicy makes the service's view of p.
func newPolicy(p *policy.Policy, signer *bedrock.Signer, transport *http.Client) (*bridge, *extproc.Policy, error) {
	regions, err := newRegions(p, signer, transport)
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
		r := regions[c.Bedrock.Region]
		x.Invoke = &extproc.Target{Region: r.name, Host: r.host}
	}
	return b, x, nil
}

func (b *bridge) target(m *routing.Model, pipe, route string) *extproc.Target {
	g := b.Policy.Guardrail(m, pipe, route)
	c := &b.Config.Bedrock
	t := b.in(c.Region, m, g)
	for _, name := range c.Failover {
		t.Elsewhere = append(t.Elsewhere, b.in(name, m, g))
	}
	for _, other := range t.Elsewhere { // so that the third region is found from the second
		other.Elsewhere = t.Elsewhere
	}
	return t
}

// in is how m is called in a region.
func (b *bridge) in(name string, m *routing.Model, guardrail *config.Guardrail) *extproc.Target {
	r := b.regions[name]
	return &extproc.Target{
		Model: b.Bedrock(m), ID: m.ID, Region: r.name, Host: r.host, Caller: r.client, Guardrail: guardrail.JSON,
	}
}

func (b *bridge) known(name string) extproc.Name {
	switch {
	case name == "auto" || name == "ockham":
		return extproc.NameAuto
	case b.isPipe(name):
		return extproc.NamePipe
	case !b.Config.Allow.ConcreteModels:
		// A client that always names a model is served all the same: its request is routed.
		return extproc.NameAuto
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
