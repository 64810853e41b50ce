package checks

import (
	"errors"
	"fmt"

	"cel.dev/cel-go/cel"

	"ockham/routing"
)

// custom is an operator's own check: a CEL expression over request and answer that is true of a good
// answer. What it costs is bounded; where it fails, as on a key that metadata lacks, nothing is judged.
type custom struct {
	name    string
	program cel.Program
}

// customLimit bounds the evaluation of one expression: about 50 ms of work, enough for a few searches
// through the largest answer that is held.
const customLimit = 5_000_000

func newCustom(o Options) (routing.Check, error) {
	if o.Good == "" {
		return nil, errors.New(`"good" is missing: a CEL expression that is true of a good answer`)
	}
	env, err := cel.NewEnv(
		cel.ParserExpressionSizeLimit(10_000), cel.ParserRecursionLimit(50),
		cel.Variable("answer", cel.StringType), cel.Variable("words", cel.IntType), cel.Variable("characters", cel.IntType),
		cel.Variable("stop_reason", cel.StringType), cel.Variable("output_tokens", cel.IntType),
		cel.Variable("tool_calls", cel.ListType(cel.StringType)),
		cel.Variable("prompt", cel.StringType), cel.Variable("system", cel.StringType), cel.Variable("task_type", cel.StringType),
		cel.Variable("format", cel.StringType), cel.Variable("route", cel.StringType), cel.Variable("tenant", cel.StringType),
		cel.Variable("metadata", cel.MapType(cel.StringType, cel.StringType)),
		cel.Variable("headers", cel.MapType(cel.StringType, cel.StringType)),
	)
	if err != nil {
		return nil, err
	}
	tree, issues := env.Compile(o.Good)
	if issues.Err() != nil {
		return nil, fmt.Errorf("good: %w", issues.Err())
	}
	if !tree.OutputType().IsExactType(cel.BoolType) {
		return nil, fmt.Errorf("good is of type %s, not bool", tree.OutputType())
	}
	program, err := env.Program(tree, cel.CostLimit(customLimit), cel.EvalOptions(cel.OptOptimize))
	if err != nil {
		return nil, fmt.Errorf("good: %w", err)
	}
	c := custom{name: o.Name, program: program}
	if c.name == "" {
		c.name = "custom"
	}
	return c, nil
}

func (c custom) Name() string { return c.name }

func (c custom) Start(p *routing.Prompt) routing.Look {
	return func(a *routing.Answer) routing.Verdict {
		if !a.Done {
			return routing.Verdict{}
		}
		good, _, err := c.program.Eval(variables(p, a))
		switch {
		case err != nil:
			return routing.Verdict{Decision: routing.Accept, Skipped: true, Detail: "not checked: " + shortened(err).Error()}
		case good.Value() != true:
			return routing.Rejected(routing.ReasonCustom, c.name)
		}
		return routing.Verdict{Decision: routing.Accept}
	}
}

func variables(p *routing.Prompt, a *routing.Answer) map[string]any {
	calls := make([]string, len(a.Tools))
	for i, c := range a.Tools {
		calls[i] = c.Name
	}
	return map[string]any{
		"answer": a.Text, "words": countWords(a.Text), "characters": countCharacters(a.Text),
		"stop_reason": a.Stop, "output_tokens": a.Out, "tool_calls": calls,
		"prompt": p.Last().Text, "system": p.System, "task_type": p.Task,
		"format": [...]string{routing.FormatText: "text", routing.FormatJSON: "json", routing.FormatSchema: "schema"}[p.Format],
		"route":  p.Route, "tenant": p.Tenant, "metadata": p.Metadata, "headers": p.Headers,
	}
}
