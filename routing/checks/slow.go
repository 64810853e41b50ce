package checks

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	"ockham/routing"
)

// SlowOptions are what the policy may tell a slow check. The tags are the words of configuration.
type SlowOptions struct {
	Model   string  `json:"model"`   // verifier, agreement: the operator's name of the model to ask
	Answers bool    `json:"answers"` // verifier: see VerifierOptions
	Low     float64 `json:"low"`     // verifier: see VerifierOptions
	High    float64 `json:"high"`
	Timeout string  `json:"timeout"` // each: "800ms", the verifier's own; the others have all of the time for slow checks
	URL     string  `json:"url"`     // hook: where to ask
	Name    string  `json:"name"`    // hook: what it is called in verdicts
	// TokenEnv names the environment variable with the token that a hook is sent.
	TokenEnv string `json:"token_env"`
}

// SlowDeps are what slow checks need of the rest of the program.
type SlowDeps struct {
	Asker routing.Asker
	Model func(name string) (*routing.Model, error) // finds the operator's models
	Post  func(url string) Post                     // asks the hook at a URL
}

// IsSlow tells whether name is that of a slow check; NewSlow makes it, not New.
func IsSlow(name string) bool { return slices.Contains(SlowNames(), name) }

// SlowNames lists the slow checks, sorted.
func SlowNames() []string { return []string{"agreement", "hook", "verifier"} }

// NewSlow returns the slow check called name.
func NewSlow(name string, o SlowOptions, d SlowDeps) (routing.Slow, error) {
	limit, err := o.timeout()
	if err != nil {
		return nil, fmt.Errorf("check %s: %w", name, err)
	}
	s, err := newSlow(name, limit, o, d)
	if err != nil {
		return nil, fmt.Errorf("check %s: %w", name, err)
	}
	return timed{s, limit}, nil
}

// timed gives a slow check a deadline of its own.
type timed struct {
	routing.Slow
	limit time.Duration // 0: none
}

func (t timed) Judge(ctx context.Context, p *routing.Prompt, a *routing.Answer) (routing.Verdict, []routing.Charge, error) {
	if t.limit > 0 {
		limited, cancel := context.WithTimeout(ctx, t.limit)
		defer cancel()
		ctx = limited
	}
	return t.Slow.Judge(ctx, p, a)
}

func (o SlowOptions) timeout() (time.Duration, error) {
	if o.Timeout == "" {
		return 0, nil
	}
	d, err := time.ParseDuration(o.Timeout)
	if err != nil || d <= 0 {
		return 0, fmt.Errorf(`"timeout" is %q; "800ms" would be right`, o.Timeout)
	}
	return d, nil
}

func newSlow(name string, limit time.Duration, o SlowOptions, d SlowDeps) (routing.Slow, error) {
	switch name {
	case "hook":
		return newHook(o, d)
	case "agreement":
		m, err := o.model(d)
		if err != nil {
			return nil, err
		}
		return NewAgreement(d.Asker, m)
	case "verifier":
		return newVerifier(limit, o, d)
	}
	return nil, fmt.Errorf("there is none of that name; there are %v", SlowNames())
}

func (o SlowOptions) model(d SlowDeps) (*routing.Model, error) {
	if o.Model == "" {
		return nil, errors.New(`"model" is missing: the one to ask`)
	}
	return d.Model(o.Model)
}

func newHook(o SlowOptions, d SlowDeps) (routing.Slow, error) {
	u, err := url.Parse(o.URL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, fmt.Errorf(`"url" is %q, not an http or https address`, o.URL)
	}
	if o.Name == "" {
		o.Name = "hook"
	}
	return NewHook(o.Name, d.Post(o.URL)), nil
}

func newVerifier(limit time.Duration, o SlowOptions, d SlowDeps) (routing.Slow, error) {
	m, err := o.model(d)
	if err != nil {
		return nil, err
	}
	return NewVerifier(d.Asker, VerifierOptions{Model: m, Timeout: limit, Answers: o.Answers, Low: o.Low, High: o.High})
}
