package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"ockham/internal/policy"
	"ockham/routing"
	"ockham/routing/checks"
)

// offline are the dependencies of a policy that asks nobody: for check and explain.
func offline() policy.Deps {
	return policy.Deps{Scorer: policy.Classifier, Check: newCheck, Asker: nobody{}}
}

// newCheck makes a check from its name and the options that the configuration gives it.
func newCheck(name string, options map[string]any) (routing.Check, error) {
	var o checks.Options
	if len(options) == 0 {
		return checks.New(name, o)
	}
	text, err := json.Marshal(options)
	if err != nil {
		return nil, fmt.Errorf("options: %w", err)
	}
	d := json.NewDecoder(strings.NewReader(string(text)))
	d.DisallowUnknownFields()
	if err := d.Decode(&o); err != nil {
		return nil, fmt.Errorf("options: %s", strings.TrimPrefix(err.Error(), "json: "))
	}
	return checks.New(name, o)
}
