package checks

import (
	"errors"
	"fmt"
	"strings"

	"ockham/routing"
)

// tools holds tool calls against the tools of the request: names that exist, arguments that satisfy
// their schema, and the call that was required; then what else makes a call improbable.
type tools struct {
	schemas *schemas
	score   float64 // of signs, from which an answer is rejected
}

func newTools(o Options) (routing.Check, error) {
	s, err := newSchemas()
	t := tools{s, certainSigns}
	if o.AllSigns {
		t.score = likelySigns
	}
	return t, err
}

func (tools) Name() string { return "tools" }

func (t tools) Start(p *routing.Prompt) routing.Look {
	if len(p.Tools) == 0 {
		return nil
	}
	known := make(map[string][]byte, len(p.Tools))
	for _, tool := range p.Tools {
		known[tool.Name] = tool.Schema
	}
	seen := 0
	return func(a *routing.Answer) routing.Verdict {
		for ; seen < len(a.Tools); seen++ {
			if _, ok := known[a.Tools[seen].Name]; !ok {
				return routing.Rejected(routing.ReasonToolArgs, "calls a tool that does not exist")
			}
		}
		if !a.Done {
			return routing.Verdict{}
		}
		return t.judge(p, a, known)
	}
}

func (t tools) judge(p *routing.Prompt, a *routing.Answer, known map[string][]byte) routing.Verdict {
	if missing(p.MustCall, a.Tools) && !stopped(p, a) {
		return routing.Rejected(routing.ReasonToolArgs, "the required tool is not called")
	}
	verdict := routing.Verdict{Decision: routing.Accept}
	for i, call := range a.Tools {
		wrong, err := t.arguments(call, known[call.Name])
		if wrong != "" {
			return routing.Rejected(routing.ReasonToolArgs, fmt.Sprintf("call %d: %s", i+1, wrong))
		}
		if err != nil {
			verdict.Skipped, verdict.Detail = true, "not checked: "+err.Error()
		}
	}
	if signs := newToolSigns(p); signs != nil && (len(a.Tools) > 0 || !excused(p, a)) && signs.score(t, p, a) >= t.score {
		return routing.Rejected(routing.ReasonToolArgs, "the calls do not fit the request")
	}
	return verdict
}

func missing(must string, calls []routing.ToolCall) bool {
	switch must {
	case "":
		return false
	case "*":
		return len(calls) == 0
	}
	for _, c := range calls {
		if c.Name == must {
			return false
		}
	}
	return true
}

// arguments tells what is wrong with the arguments of one call.
func (t tools) arguments(call routing.ToolCall, schema []byte) (wrong string, err error) {
	args := call.Args
	if strings.TrimSpace(args) == "" {
		args = "{}"
	}
	var c compiled
	if len(schema) > 0 {
		c = t.schemas.get(schema)
	}
	f := follower{next: c.shape}
	s := scanner{calm: settled}
	if c.exact {
		s.listen = &f
	}
	s.read(args)
	if c.exact && s.wrong != "" && !f.doubt {
		return s.wrong, nil
	}
	if f.doubt { // the follower may have objected to what is JSON
		s = scanner{calm: settled}
		s.read(args)
	}
	switch {
	case !s.complete() || s.fixes != 0 || skipSpace(args[s.pos:]) != "":
		return "the arguments are not JSON", nil
	case skipSpace(args)[0] != '{':
		return "the arguments are no object", nil
	case c.problem != "":
		return "", errors.New(c.problem)
	case len(schema) == 0 || c.exact && !f.doubt:
		return "", nil
	}
	return c.validate(args)
}
