package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"

	"ockham/internal/config"
	"ockham/internal/policy"
	"ockham/routing"
)

// configHelp tells what --config is, wherever a command has it.
const configHelp = "configuration file (default the built-in policy)"

// loadPolicy loads the policy in a file, the built-in one without. All that is wrong with it goes to errs, a
// line each.
func loadPolicy(errs io.Writer, path string, deps policy.Deps) (*policy.Policy, error) {
	p, err := policy.Load(path, deps)
	var faults config.Faults
	if errors.As(err, &faults) {
		fmt.Fprintln(errs, faults.Error())
		return nil, fmt.Errorf("%s in %s", plural(len(faults), "fault"), cmp.Or(path, "the defaults"))
	}
	return p, err
}

// offline are the dependencies of a policy that asks nobody: for check and explain.
func offline() policy.Deps {
	return policy.Deps{Scorer: policy.Classifier, Check: policy.NewCheck, Asker: nobody{}}
}

// nobody stands in for the judge where nothing may be asked; explain still weighs asking it.
type nobody struct{}

func (nobody) Ask(context.Context, *routing.Model, routing.Question) (routing.Reply, error) {
	return routing.Reply{}, errors.New("nobody is asked here")
}
