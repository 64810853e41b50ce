package policy

import (
	"fmt"

	"ockham/internal/config"
	"ockham/routing"
)

// checksOf makes the checks listed at path; nil stays nil, which means those of the next wider scope.
func (b *builder) checksOf(path string, list []config.Check) []routing.Check {
	if list == nil || b.deps.Check == nil {
		return nil
	}
	checks := make([]routing.Check, 0, len(list))
	for i, c := range list {
		check, err := b.deps.Check(c.Name, c.Options)
		if err != nil {
			b.faults = append(b.faults, b.c.Fault(fmt.Sprintf("%s[%d]", path, i), "%s", err))
			continue
		}
		checks = append(checks, check)
	}
	return checks
}

func (b *builder) pipeChecks() map[string][]routing.Check {
	checks := map[string][]routing.Check{}
	for name, pipe := range b.c.Pipes {
		if pipe.Checks != nil {
			checks[name] = b.checksOf(config.Path("pipes", name, "checks"), pipe.Checks)
		}
	}
	return checks
}

// everyCheck tries all checks beside the policy's own, to find what is wrong with any.
func (b *builder) everyCheck() {
	for i, r := range b.c.Rules {
		b.checksOf(fmt.Sprintf("rules[%d].checks", i), r.Checks)
	}
	b.pipeChecks()
	for name, r := range b.c.Routes {
		b.checksOf(config.Path("routes", name, "checks"), r.Checks)
	}
}
