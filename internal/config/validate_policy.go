package config

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"ockham/routing"
)

func (v *validator) models() {
	for _, name := range v.c.ModelNames() {
		at := join("models", name)
		v.word(at, name)
		if _, err := v.c.resolve(name, v.c.Models[name]); err != nil {
			v.fault(at, "%s", err)
		}
		if _, ok := v.c.Pipes[name]; ok {
			v.fault(at, "is also the name of a pipe; clients could not tell them apart")
		}
		if routing.IsAuto(name) {
			v.fault(at, "no model can be called %q: that name lets Ockham pick", name)
		}
	}
}

func (v *validator) pipes() {
	for name, pipe := range sorted(v.c.Pipes) {
		at := join("pipes", name)
		v.word(at, name)
		for i, m := range pipe.Models {
			item := fmt.Sprintf("%s[%d]", at, i)
			if _, written := v.mark(item); !written {
				item = fmt.Sprintf("%s.models[%d]", at, i)
			}
			v.model(item, m)
			if slices.Contains(pipe.Models[:i], m) {
				v.fault(item, "%s is in this pipe already", m)
			}
		}
		if routing.IsAuto(name) {
			v.fault(at, "no pipe can be called %q: that name lets Ockham pick", name)
		}
	}
}

// model checks a reference to a model. One that is defined but wrong is reported where it is defined.
func (v *validator) model(at, name string) {
	if _, ok := v.c.Models[name]; ok {
		return
	}
	if _, err := v.c.Resolve(name); err != nil {
		v.fault(at, "%s", err)
	}
}

// pipe checks a reference to a pipe.
func (v *validator) pipe(at, name string) {
	if _, ok := v.c.Pipes[name]; !ok {
		names := slices.Sorted(maps.Keys(v.c.Pipes))
		hint := routing.Suggest(name, names)
		if hint == "" {
			hint = "; there are " + strings.Join(names, ", ")
		}
		v.fault(at, "there is no pipe %q%s", name, hint)
	}
}

func (v *validator) tasks() {
	seen := map[string]string{}
	for pipe, tasks := range sorted(v.c.Tasks) {
		at := join("tasks", pipe)
		v.pipe(at, pipe)
		for i, task := range tasks {
			item := fmt.Sprintf("%s[%d]", at, i)
			if task != strings.ToLower(task) {
				v.fault(item, "a task_type is written in lower case")
			}
			v.word(item, task)
			if other, ok := seen[task]; ok {
				v.fault(item, "%s stands in the bucket of %s already", task, other)
			}
			seen[task] = pipe
		}
	}
}

// secretHeaders never reach rules, logs or explanations.
var secretHeaders = []string{"authorization", "cookie", "x-api-key", "proxy-authorization"}

func (v *validator) inputs() {
	if t := v.c.Inputs.Tenant; t != "" {
		v.header("inputs.tenant", t)
	}
	for i, h := range v.c.Inputs.Headers {
		v.header(fmt.Sprintf("inputs.headers[%d]", i), h)
	}
}

// header checks the name of a header that is read.
func (v *validator) header(at, name string) {
	switch {
	case name != strings.ToLower(name) || name == "" || strings.ContainsAny(name, " :\t"):
		v.fault(at, "a header is named in lower case, like x-team")
	case slices.Contains(secretHeaders, name):
		v.fault(at, "%s holds a secret, which rules may not read", name)
	}
}

func (v *validator) otherwise() {
	o := &v.c.Otherwise
	v.pipe("otherwise.simple", o.Simple)
	v.pipe("otherwise.complex", o.Complex)
	v.pipe("otherwise.unsure", o.Unsure)
	v.model("judge.model", v.c.Judge.Model)
}

// memoryOfBody: a body takes four times its length, and what is being uploaded half of the memory at most.
const memoryOfBody = 8

// bounds checks durations and sizes that would stop everything if they were zero.
func (v *validator) bounds() {
	c := v.c
	for _, d := range []struct {
		at string
		d  Duration
	}{
		{"judge.timeout", c.Judge.Timeout},
		{"judge.rest", c.Judge.Rest},
		{"cascade.time", c.Cascade.Time},
		{"deadlines.answer", c.Deadlines.Answer},
		{"deadlines.first_token", c.Deadlines.FirstToken},
		{"deadlines.idle", c.Deadlines.Idle},
		{"deadlines.checks", c.Deadlines.Checks},
	} {
		if d.d <= 0 {
			v.fault(d.at, "must be longer than nothing")
		}
	}
	if c.Cascade.Attempts < 1 {
		v.fault("cascade.attempts", "must be at least 1, not %d", c.Cascade.Attempts)
	}
	if c.Limits.Body <= 0 {
		v.fault("limits.body", "must be more than nothing")
	}
	if c.Limits.Held <= 0 {
		v.fault("limits.held", "must be more than nothing")
	}
	if l := v.c.Limits; l.Memory < memoryOfBody*l.Body {
		v.fault("limits.memory", "must be at least %s, %d times limits.body, or the largest request would never be taken", memoryOfBody*l.Body, memoryOfBody)
	}
}

func (v *validator) routes() {
	for name, r := range sorted(v.c.Routes) {
		if name == "" {
			v.fault(join("routes", name), "a route has a name: that of Envoy's route, or of its profile")
		}
		if r.Unsure != "" {
			v.pipe(join("routes", name)+".unsure", r.Unsure)
		}
	}
}

func (v *validator) budgets() {
	for i := range v.c.Budgets {
		b, at := &v.c.Budgets[i], fmt.Sprintf("budgets[%d]", i)
		v.word(at+".name", b.Name)
		if b.Window <= 0 {
			v.fault(at+".window", `is required: how long spend is added up, like "24h"`)
		}
		if b.USD == 0 && b.SoftUSD == 0 {
			v.fault(at, "limits nothing; give usd, soft_usd or both")
		}
		if b.SoftUSD > 0 && b.USD > 0 && b.SoftUSD > b.USD {
			v.fault(at+".soft_usd", "is above usd, so it would never be reached")
		}
		switch {
		case b.SoftUSD > 0:
			v.pipe(at+".pipe", b.Pipe)
		case b.Pipe != "" || b.Attempts > 0:
			v.fault(at, "pipe and attempts say what follows past the soft limit; give soft_usd")
		}
		if b.By == "tenant" && v.c.Inputs.Tenant == "" {
			v.fault(at+".by", "nobody says who the tenant is: name Envoy's header in inputs.tenant")
		}
		if b.Only != "" && b.By == "all" {
			v.fault(at+".only", "needs by: tenant or by: route")
		}
		for _, other := range v.c.Budgets[:i] {
			if other.Name == b.Name {
				v.fault(at+".name", "%q is the name of another budget", b.Name)
			}
		}
	}
}

func (v *validator) prompts() {
	for i := range v.c.Prompts {
		p := &v.c.Prompts[i]
		if _, err := path.Match(p.Models, ""); err != nil {
			v.fault(fmt.Sprintf("prompts[%d].models", i), "%q is no pattern: a [ is not closed", p.Models)
		}
	}
}
