package policy

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"ockham/internal/config"
	"ockham/routing"
	"ockham/routing/checks"
)

// checksOf makes the checks listed at path; nil stays nil, which means those of the next wider scope.
func (b *builder) checksOf(path string, list []config.Check) *routing.Judging {
	if list == nil || b.deps.Check == nil {
		return nil
	}
	j := &routing.Judging{}
	for i, c := range list {
		if err := b.check(j, c); err != nil {
			b.faults = append(b.faults, b.c.Fault(fmt.Sprintf("%s[%d]", path, i), "%s", err))
		}
	}
	return j
}

// check makes one check, of either kind.
func (b *builder) check(j *routing.Judging, c config.Check) error {
	if checks.IsSlow(c.Name) {
		slow, err := newSlow(c.Name, c.Options, checks.SlowDeps{Asker: b.deps.Asker, Model: b.asked})
		if err == nil {
			j.Slow = append(j.Slow, slow)
		}
		return err
	}
	check, err := b.deps.Check(c.Name, c.Options)
	if err == nil {
		j.Checks = append(j.Checks, check)
	}
	return err
}

// asked is a model that a check asks: one of the configuration's, which keep to its geography.
func (b *builder) asked(name string) (*routing.Model, error) {
	r, err := b.c.Resolve(name)
	switch {
	case err != nil:
		return nil, err
	case b.p == nil: // only tried
		return r.Model, nil
	}
	return b.model(name), nil
}

func (b *builder) pipeChecks() map[string]*routing.Judging {
	own := map[string]*routing.Judging{}
	for name, pipe := range b.c.Pipes {
		if pipe.Checks != nil {
			own[name] = b.checksOf(config.Path("pipes", name, "checks"), pipe.Checks)
		}
	}
	return own
}

// everyCheck tries all checks, wherever they stand, to find what is wrong with any.
func (b *builder) everyCheck() {
	b.checksOf("checks", b.c.Checks)
	for i, r := range b.c.Rules {
		b.checksOf(fmt.Sprintf("rules[%d].checks", i), r.Checks)
	}
	b.pipeChecks()
	for name, r := range b.c.Routes {
		b.checksOf(config.Path("routes", name, "checks"), r.Checks)
	}
}

// NewCheck makes a check from its name and the options that the configuration gives it, as a Deps.Check.
func NewCheck(name string, options map[string]any) (routing.Check, error) {
	o, err := decoded[checks.Options](options)
	if err != nil {
		return nil, err
	}
	return checks.New(name, o)
}

// newSlow makes a slow check; hooks are asked with the token that an environment variable holds, if one is named.
func newSlow(name string, options map[string]any, d checks.SlowDeps) (routing.Slow, error) {
	o, err := decoded[checks.SlowOptions](options)
	if err != nil {
		return nil, err
	}
	token := os.Getenv(o.TokenEnv)
	d.Post = func(url string) checks.Post { return post(url, token) }
	return checks.NewSlow(name, o, d)
}

// decoded reads a check's options strictly.
func decoded[T any](options map[string]any) (o T, err error) {
	if len(options) == 0 {
		return o, nil
	}
	text, err := json.Marshal(options)
	if err != nil {
		return o, fmt.Errorf("options: %w", err)
	}
	d := json.NewDecoder(strings.NewReader(string(text)))
	d.DisallowUnknownFields()
	if err := d.Decode(&o); err != nil {
		return o, fmt.Errorf("options: %s", strings.TrimPrefix(err.Error(), "json: "))
	}
	return o, nil
}
