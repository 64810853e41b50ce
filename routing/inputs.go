package routing

import "cel.dev/cel-go/cel"

// inputs gives conditions what they read of one request, without building a map of all of it.
type inputs struct {
	p          *Prompt
	f          Features
	overBudget bool
	language   *Language
}

var formats = [...]string{FormatText: "text", FormatJSON: "json", FormatSchema: "schema"}

// Parent makes inputs a cel.Activation.
func (in *inputs) Parent() cel.Activation { return nil }

// ResolveName gives the value of a variable of a condition.
func (in *inputs) ResolveName(name string) (any, bool) {
	switch name {
	case "task_type":
		return in.f.Task, true
	case "tokens":
		return in.f.Tokens, true
	case "user_tokens":
		return in.f.UserTokens, true
	case "system_tokens":
		return in.f.SystemTokens, true
	case "old_tokens":
		return in.f.OldTokens, true
	case "tool_tokens":
		return in.f.ToolTokens, true
	case "source_tokens":
		return in.f.SourceTokens, true
	case "cached_tokens":
		return in.p.CachedTokens, true
	case "max_tokens":
		return in.p.MaxTokens, true
	case "turns":
		return in.f.Turns, true
	case "language":
		return in.f.Language, true
	case "code":
		return in.f.Code, true
	case "math":
		return in.f.Math, true
	case "steps":
		return in.f.Steps, true
	case "json":
		return in.f.JSON, true
	case "format":
		return formats[in.p.Format], true
	case "tools":
		return in.f.Tools, true
	case "images":
		return in.f.Images, true
	case "stream":
		return in.p.Stream, true
	case "route":
		return in.p.Route, true
	case "tenant":
		return in.p.Tenant, true
	case "over_budget":
		return in.overBudget, true
	case "headers":
		return only(in.language.headers, in.p.Headers), true
	case "metadata":
		return only(in.language.metadata, in.p.Metadata), true
	}
	return nil, false
}

// only keeps the declared names, so that an absent one reads as "" instead of failing the rule.
func only(names []string, from map[string]string) map[string]string {
	m := make(map[string]string, len(names))
	for _, n := range names {
		m[n] = from[n]
	}
	return m
}
