package extproc

import (
	"ockham/dialect"
	"ockham/routing"
)

// Origin is what a policy may know of a request beside its body.
type Origin struct {
	ID, Route string
	Header    func(name string) string // the client's, by lower-case name; "" when absent
	Overrun   []string                 // budgets whose soft limit is passed
}

// Prompt is what p decides about: the call, with the names in it resolved, and where it comes from.
func (p *Policy) Prompt(c *dialect.Call, o Origin) (*routing.Prompt, *dialect.Error) {
	asked := c.Model
	if refused := p.resolveNames(c); refused != nil {
		return nil, refused
	}
	r := Prompt(c)
	r.ID, r.Route, r.Tenant, r.Overrun = o.ID, o.Route, p.tenant(o.Header), o.Overrun
	if asked != "" && p.Known(asked) == NameIgnored {
		r.Model = asked // routing ignores it, and counts that
	}
	for _, name := range p.Inputs {
		if v := o.Header(name); v != "" {
			if r.Headers == nil {
				r.Headers = map[string]string{}
			}
			r.Headers[name] = v
		}
	}
	return r, nil
}

// resolveNames settles what the pipe and the model that a client names stand for.
func (p *Policy) resolveNames(c *dialect.Call) *dialect.Error {
	if routing.IsAuto(c.Pipe) {
		c.Pipe = ""
	}
	if c.Pipe != "" && p.Known(c.Pipe) != NamePipe {
		return dialect.Invalid("pipe", "no pipe has this name")
	}
	if c.Model == "" {
		return nil
	}
	switch p.Known(c.Model) {
	case NameAuto, NameIgnored:
		c.Model = ""
	case NamePipe:
		c.Pipe, c.Model = c.Model, ""
	case NameModel:
	default:
		return &dialect.Error{Code: dialect.NotFound, Param: "model", Message: "no model or pipe has this name; ask for \"auto\" to have one picked"}
	}
	return nil
}

// tenant is who pays.
func (p *Policy) tenant(header func(string) string) string {
	if p.TenantHeader == "" {
		return ""
	}
	return header(p.TenantHeader)
}
