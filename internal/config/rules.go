package config

import (
	"fmt"
	"strings"

	"ockham/routing"
)

// Language is that of the rules' conditions.
func (c *Config) Language() (*routing.Language, error) {
	return routing.NewLanguage(c.Inputs.Headers, c.Inputs.Metadata)
}

// RuleName is what a rule is called where it has no name.
func (c *Config) RuleName(i int) string {
	if c.Rules[i].Name != "" {
		return c.Rules[i].Name
	}
	return fmt.Sprintf("rule %d", i+1)
}

// mostRules bounds what reading them costs each request, half a millisecond, and each reload, half a second.
const mostRules = 1000

func (v *validator) rules() {
	if n := len(v.c.Rules); n > mostRules {
		v.fault("rules", "are %d, at most %d can be read for each request; put what many have in common into one, with in [...]", n, mostRules)
		return
	}
	language, err := v.c.Language()
	if err != nil {
		v.fault("inputs", "%s", err)
		return
	}
	always, seen := -1, map[string]int{}
	for i := range v.c.Rules {
		at := fmt.Sprintf("rules[%d]", i)
		v.picks(at, &v.c.Rules[i])
		v.line(at+".name", v.c.Rules[i].Name)
		if always >= 0 {
			v.fault(at, "is never read: %s above holds for every request", v.c.RuleName(always))
		}
		condition := v.condition(at, v.c.Rules[i].When, language)
		if condition == nil {
			continue
		}
		if other, ok := seen[condition.Normal]; ok {
			v.fault(at+".when", "is never read: it is the condition of %s above", v.c.RuleName(other))
		} else {
			seen[condition.Normal] = i
		}
		if condition.Constant != nil && *condition.Constant && always < 0 {
			always = i
		}
		if condition.Constant != nil && !*condition.Constant {
			v.fault(at+".when", "never holds, whatever is asked")
		}
	}
}

// line checks a text that shows in a response header.
func (v *validator) line(at, text string) {
	if len(text) > 100 || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' }) {
		v.fault(at, "is shown in a response header: one line of up to 100 ASCII characters")
	}
}

// picks checks that a rule decides something, and not two things.
func (v *validator) picks(at string, r *Rule) {
	switch {
	case r.Pipe != "" && r.Model != "":
		v.fault(at, "picks a pipe and a model; it can pick one of them")
	case r.Pipe != "":
		v.pipe(at+".pipe", r.Pipe)
	case r.Model != "":
		v.model(at+".model", r.Model)
	case r.Ask == nil && r.Cascade == nil && r.Checks == nil && r.Hold == nil:
		v.fault(at, "picks nothing; give a pipe, a model, ask, cascade, checks or hold")
	}
	if r.Ask != nil && (r.Pipe != "" || r.Model != "") {
		v.fault(at+".ask", "nobody is asked where the rule itself picks")
	}
}

// condition compiles an expression and reports what is wrong with it where it stands in the file.
func (v *validator) condition(at, when string, l *routing.Language) *routing.Condition {
	if strings.TrimSpace(when) == "" || v.c.readBadly(at+".when") {
		return nil
	}
	condition, faults := l.Compile(when)
	for _, f := range faults {
		fault := v.c.Fault(at+".when", "%s", f.Message)
		if m, ok := v.mark(at + ".when"); ok {
			fault.Line, fault.Column = m.inside(f.Line, f.Column)
		}
		v.faults = append(v.faults, fault)
	}
	return condition
}

// inside turns a place in a text that begins at m into one in the file.
func (m mark) inside(line, column int) (int, int) {
	switch {
	case m.block:
		return m.line + line, m.indent + column
	case line == 1:
		return m.line, m.column + m.quote + column - 1
	}
	return m.line, m.column // a folded text: only its beginning is known
}
