package main

import (
	"context"
	"fmt"
	"io"

	"ockham/internal/config"
	"ockham/internal/demo"
	"ockham/internal/stack"
)

// strategies are the three of docs/policy.md, each alone, and what they are together. Alone means that A and
// B make one attempt, and that C begins everything on the simple pipe.
var strategies = []struct {
	name string
	set  func(*config.Config)
}{
	{"A: rules", func(c *config.Config) {
		c.Otherwise.Ask, c.Cascade.Attempts = nil, 1
	}},
	{"B: classifier", func(c *config.Config) {
		c.Tasks, c.Rules, c.Otherwise.Ask, c.Cascade.Attempts = nil, nil, []string{"classifier"}, 1
	}},
	{"B: judge", func(c *config.Config) {
		c.Tasks, c.Rules, c.Otherwise.Ask, c.Cascade.Attempts = nil, nil, []string{"judge"}, 1
	}},
	{"C: cascade", func(c *config.Config) {
		c.Tasks, c.Rules, c.Otherwise.Ask, c.Otherwise.Unsure = nil, nil, nil, c.Otherwise.Simple
	}},
	{"A, B", func(c *config.Config) { c.Cascade.Attempts = 1 }},
	{"A, B, C", func(*config.Config) {}},
}

// runStrategies sends the sample set through everything once for each strategy.
func runStrategies(ctx context.Context, o stack.Options, cases []*demo.Case, out, errs io.Writer) error {
	var compared []demo.Strategy
	for _, s := range strategies {
		one := o
		one.Override = func(c *config.Config) {
			o.Override(c)
			s.set(c)
		}
		results, err := runCases(ctx, one, cases, errs, s.name)
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		compared = append(compared, demo.Strategy{Name: s.name, Results: results})
	}
	return demo.Compare(out, compared)
}
