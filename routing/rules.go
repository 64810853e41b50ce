package routing

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/checker"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
)

// Rule is one line of strategy A: when its condition holds, it picks a pipe, a model, a strategy or
// limits, and no later rule is read.
type Rule struct {
	Name    string // for people: the operator's, or "rule 3"
	When    *Condition
	Pipe    string        // go down this pipe, or
	Model   *Model        // call this model, never left, or
	Ask     []string      // go on with these strategies instead of the policy's; nil: its own
	Limits  *Limits       // bounds of the cascade; nil: the policy's
	Total   time.Duration // all attempts together; 0: the policy's
	Judging *Judging      // nil: that of the route or pipe
	Hold    *Hold         // nil: that of the route
	Moves   *Moves        // nil: those of the route
}

// Moves are what the cascade does besides going on to the next model; see Plan. What is nil stays as it is.
type Moves struct {
	Early, Repair *bool
	Hedge         *time.Duration
	Throttled     []string
}

func (m *Moves) change(p *Plan) {
	if m.Early != nil {
		p.Early = *m.Early
	}
	if m.Repair != nil {
		p.Repair = *m.Repair
	}
	if m.Hedge != nil {
		p.Hedge = *m.Hedge
	}
	if m.Throttled != nil {
		p.Throttled = m.Throttled
	}
}

// variables are what a condition may read, in the order of the reference.
var variables = []struct {
	name string
	kind *cel.Type
}{
	{"task_type", cel.StringType},
	{"tokens", cel.IntType},
	{"user_tokens", cel.IntType},
	{"system_tokens", cel.IntType},
	{"old_tokens", cel.IntType},
	{"tool_tokens", cel.IntType},
	{"source_tokens", cel.IntType},
	{"cached_tokens", cel.IntType},
	{"max_tokens", cel.IntType},
	{"turns", cel.IntType},
	{"language", cel.StringType},
	{"code", cel.BoolType},
	{"math", cel.BoolType},
	{"steps", cel.BoolType},
	{"json", cel.BoolType},
	{"format", cel.StringType},
	{"tools", cel.IntType},
	{"images", cel.BoolType},
	{"stream", cel.BoolType},
	{"route", cel.StringType},
	{"tenant", cel.StringType},
	{"over_budget", cel.BoolType},
	{"headers", cel.MapType(cel.StringType, cel.StringType)},
	{"metadata", cel.MapType(cel.StringType, cel.StringType)},
}

// sizes are the variables of the token rule; a condition that reads one of them and nothing that is
// not read off the text is told as strategy "tokens".
var (
	sizes  = []string{"tokens", "user_tokens", "system_tokens", "old_tokens", "tool_tokens", "source_tokens"}
	ofText = append([]string{"code", "math", "steps", "json", "language"}, sizes...)
)

// evaluationLimit bounds what one condition may cost; a comparison costs about one.
const evaluationLimit = 20_000

// Language compiles conditions. Headers and metadata can be read only under the names given here.
type Language struct {
	env      *cel.Env
	headers  []string
	metadata []string
}

// NewLanguage returns the language of conditions that may read these headers and metadata keys.
func NewLanguage(headers, metadata []string) (*Language, error) {
	opts := []cel.EnvOption{cel.ParserExpressionSizeLimit(10_000), cel.ParserRecursionLimit(50)}
	for _, v := range variables {
		opts = append(opts, cel.Variable(v.name, v.kind))
	}
	env, err := cel.NewEnv(opts...)
	if err != nil {
		return nil, fmt.Errorf("rule language: %w", err)
	}
	return &Language{env: env, headers: headers, metadata: metadata}, nil
}

// Condition is a compiled expression; it is safe for concurrent use.
type Condition struct {
	Source   string
	Normal   string // the expression without its white space, to find rules that repeat another
	Strategy string // by which name the choice is told: StrategyTokens or StrategyRules
	Constant *bool  // set when the expression says the same of every request

	program cel.Program
	inputs  *Language
}

// ExpressionFault is what is wrong with an expression, and where in it; lines count from 1, columns too.
type ExpressionFault struct {
	Line, Column int
	Message      string
}

func (f *ExpressionFault) Error() string { return f.Message }

// Compile checks source and tries it on an empty request. It returns every fault it finds.
func (l *Language) Compile(source string) (*Condition, []*ExpressionFault) {
	tree, issues := l.env.Compile(source)
	if issues.Err() != nil {
		return nil, l.faults(issues)
	}
	if tree.OutputType() != cel.BoolType {
		return nil, one("a condition is true or false, this one is of type " + cel.FormatCELType(tree.OutputType()))
	}
	names, faults := l.reads(tree)
	if len(faults) > 0 {
		return nil, faults
	}
	return l.plan(tree, source, names)
}

func one(message string) []*ExpressionFault {
	return []*ExpressionFault{{Line: 1, Column: 1, Message: message}}
}

func (l *Language) faults(issues *cel.Issues) []*ExpressionFault {
	var out []*ExpressionFault
	for _, e := range issues.Errors() {
		message := e.Message
		if name, ok := strings.CutPrefix(message, "undeclared reference to '"); ok {
			name, _, _ = strings.Cut(name, "'")
			message = fmt.Sprintf("there is no %q to read%s", name, Suggest(name, Variables()))
		}
		message, _, _ = strings.Cut(message, " expecting {") // a list of all that the grammar knows
		out = append(out, &ExpressionFault{Line: e.Location.Line(), Column: e.Location.Column() + 1, Message: message})
	}
	return out
}

// Variables names what a condition may read.
func Variables() []string {
	names := make([]string, len(variables))
	for i, v := range variables {
		names[i] = v.name
	}
	return names
}

// reads lists the variables of tree, and finds headers and metadata that are not declared as inputs:
// they would always be empty.
func (l *Language) reads(tree *cel.Ast) (names []string, faults []*ExpressionFault) {
	native := tree.NativeRep()
	undeclared := func(e ast.Expr, operand ast.Expr, key string) {
		declared := l.headers
		if operand.AsIdent() == "metadata" {
			declared = l.metadata
		}
		if slices.Contains(declared, key) {
			return
		}
		at := native.SourceInfo().GetStartLocation(e.ID())
		faults = append(faults, &ExpressionFault{Line: at.Line(), Column: at.Column() + 1, Message: fmt.Sprintf(
			"%s %q is not among inputs.%s, so it would never be seen; name it there%s", operand.AsIdent(), key, operand.AsIdent(), Suggest(key, declared))})
	}
	ast.PreOrderVisit(native.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		switch e.Kind() {
		case ast.IdentKind:
			names = append(names, e.AsIdent())
		case ast.SelectKind:
			if s := e.AsSelect(); isInput(s.Operand()) {
				undeclared(e, s.Operand(), s.FieldName())
			}
		case ast.CallKind:
			if c := e.AsCall(); c.FunctionName() == "_[_]" && isInput(c.Args()[0]) && c.Args()[1].Kind() == ast.LiteralKind {
				key, _ := c.Args()[1].AsLiteral().Value().(string)
				undeclared(e, c.Args()[0], key)
			}
		}
	}))
	return names, faults
}

func isInput(e ast.Expr) bool {
	return e.Kind() == ast.IdentKind && (e.AsIdent() == "headers" || e.AsIdent() == "metadata")
}

func (l *Language) plan(tree *cel.Ast, source string, names []string) (*Condition, []*ExpressionFault) {
	options := []cel.ProgramOption{cel.EvalOptions(cel.OptOptimize)}
	if !l.cheap(tree) {
		options = append(options, cel.CostLimit(evaluationLimit))
	}
	program, err := l.env.Program(tree, options...)
	if err != nil {
		return nil, one(err.Error())
	}
	c := &Condition{Source: source, Strategy: strategyOf(names), program: program, inputs: l}
	if c.Normal, err = cel.AstToString(tree); err != nil {
		c.Normal = source
	}
	if _, err := c.Holds(&inputs{p: &Prompt{}}); err != nil {
		return nil, one("it fails on an empty request: " + err.Error())
	}
	c.Constant, err = l.constant(tree)
	if err != nil {
		return nil, one(err.Error())
	}
	return c, nil
}

// cheap tells whether tree stays below the limit whatever the request: comparisons of numbers do, and need
// nobody to count along. Whatever depends on the length of a text may not.
func (l *Language) cheap(tree *cel.Ast) bool {
	cost, err := l.env.EstimateCost(tree, sizeless{})
	return err == nil && cost.Max < evaluationLimit
}

// sizeless knows no sizes: then CEL takes texts and maps to be as long as can be.
type sizeless struct{}

func (sizeless) EstimateSize(checker.AstNode) *checker.SizeEstimate { return nil }

func (sizeless) EstimateCallCost(string, string, *checker.AstNode, []checker.AstNode) *checker.CallEstimate {
	return nil
}

func strategyOf(names []string) string {
	sized := false
	for _, n := range names {
		if !slices.Contains(ofText, n) {
			return StrategyRules
		}
		sized = sized || slices.Contains(sizes, n)
	}
	if sized {
		return StrategyTokens
	}
	return StrategyRules
}

// constant evaluates tree with everything unknown: what still has a value has it for every request.
func (l *Language) constant(tree *cel.Ast) (*bool, error) {
	program, err := l.env.Program(tree, cel.EvalOptions(cel.OptPartialEval))
	if err != nil {
		return nil, err
	}
	patterns := make([]*cel.AttributePatternType, len(variables))
	for i, v := range variables {
		patterns[i] = cel.AttributePattern(v.name)
	}
	unknown, err := cel.PartialVars(map[string]any{}, patterns...)
	if err != nil {
		return nil, err
	}
	value, _, err := program.Eval(unknown)
	if err != nil {
		return nil, nil // an error for some requests is no constant
	}
	if b, ok := value.(types.Bool); ok {
		constant := bool(b)
		return &constant, nil
	}
	return nil, nil
}

// Holds evaluates the condition. An error (a division by zero, say) counts as false for the caller.
func (c *Condition) Holds(in *inputs) (bool, error) {
	in.language = c.inputs
	value, _, err := c.program.Eval(in)
	if err != nil {
		return false, err
	}
	b, ok := value.(types.Bool)
	return ok && bool(b), nil
}
