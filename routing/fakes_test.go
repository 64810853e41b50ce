package routing

import (
	"context"
	"errors"
	"testing"
	"time"
)

// askFunc is an Asker that is a function.
type askFunc func(ctx context.Context, m *Model, q Question) (Reply, error)

func (f askFunc) Ask(ctx context.Context, m *Model, q Question) (Reply, error) { return f(ctx, m, q) }

var _ Asker = askFunc(nil)

// scoreFunc is a Scorer that is a function.
type scoreFunc func(text, task string) Score

func (f scoreFunc) Score(text, task string) Score { return f(text, task) }

var _ Scorer = scoreFunc(nil)

// answer is an Asker that always says the same.
func answer(text string) Asker {
	return askFunc(func(context.Context, *Model, Question) (Reply, error) {
		return Reply{Text: text, Tokens: Tokens{In: 300, Out: 1}}, nil
	})
}

var errDown = errors.New("down")

// all is every ability.
const all = NeedTools | NeedForcedTool | NeedImages | NeedDocuments | NeedVideo | NeedAudio | NeedReasoning | NeedToolSchemas

func haiku() *Model {
	return &Model{
		Name: "haiku", ID: "us.anthropic.claude-haiku-5-5", Family: "claude", Context: 1_000_000, MaxOutput: 128_000, Can: all,
		Price: Price{In: .11, Out: .55, CacheRead: .011, CacheWrite: .1375, LongFrom: 100_000, LongFactor: 5},
	}
}

func sonnet() *Model {
	return &Model{
		Name: "sonnet", ID: "us.anthropic.claude-sonnet-5-5", Family: "claude", Context: 1_000_000, MaxOutput: 128_000, Can: all,
		Price: Price{In: 2.2, Out: 11, CacheRead: .11, CacheWrite: 2.75},
	}
}

func opus() *Model {
	return &Model{
		Name: "opus", ID: "us.anthropic.claude-opus-5-5", Family: "claude", Context: 1_000_000, MaxOutput: 128_000, Can: all &^ NeedForcedTool,
		Price: Price{In: 4.4, Out: 22, CacheRead: .22, CacheWrite: 5.5},
	}
}

// titan is small, and lacks everything.
func titan() *Model {
	return &Model{Name: "titan", ID: "amazon.titan-text-lite-v1", Family: "titan", Context: 4_000, MaxOutput: 4_000, Price: Price{In: .15, Out: .2}}
}

// testPolicy is the default policy, as configuration writes it.
func testPolicy(tb testing.TB) Policy {
	h, s, o := haiku(), sonnet(), opus()
	return Policy{
		Models:  []*Model{h, s, o},
		Pipes:   []*Pipe{{Name: "green", Models: []*Model{h, s, o}}, {Name: "purple", Models: []*Model{s, o}}},
		Simple:  "green",
		Complex: "purple",
		Tasks:   map[string]string{"summarize": "green", "translate": "green", "code": "purple"},
		Rules: []Rule{
			{Name: "long document", When: condition(tb, "tokens > 50000"), Pipe: "purple"},
			{Name: "short and plain", When: condition(tb, "tokens < 500 && !code && !math && !steps"), Pipe: "green"},
		},
		Default: Profile{
			Ask: []string{AskClassifier, AskJudge}, Unsure: "purple",
			Deadlines: Deadlines{Answer: time.Minute, FirstToken: 5 * time.Second, Total: 2 * time.Minute},
			Limits:    Limits{Attempts: 3, CostUSD: .5}, Hold: Hold{Tokens: 40, Time: time.Second},
		},
		ConcreteModels: true,
	}
}

// testRouter is a Router of the default policy with changes.
func testRouter(tb testing.TB, change func(p *Policy)) *Router {
	p := testPolicy(tb)
	if change != nil {
		change(&p)
	}
	return New(p)
}

func condition(tb testing.TB, source string) *Condition {
	tb.Helper()
	l, err := NewLanguage([]string{"x-team"}, []string{"team"})
	if err != nil {
		tb.Fatal(err)
	}
	c, faults := l.Compile(source)
	if len(faults) > 0 {
		tb.Fatalf("compile %q: %v", source, faults[0])
	}
	return c
}

// ask is a prompt of one user turn.
func ask(text string) *Prompt {
	return &Prompt{ID: "r1", Turns: []Turn{{Role: "user", Text: text}}}
}
