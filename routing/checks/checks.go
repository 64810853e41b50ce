// Package checks holds the ways in which an answer can be found wanting, a small file each. All of them
// are pure functions of the request and the answer: they keep nothing between requests but bounded
// caches, wait for nothing, and cost time linear in the bytes that are new. Those that must wait for a
// model or a hook are Slow checks and stand beside them.
package checks

import (
	"fmt"
	"maps"
	"slices"

	"ockham/routing"
)

// Options are what the policy may tell a check; the zero value is every check's default. The tags are the
// words that configuration uses.
type Options struct {
	// AllSigns lets tools judge by everything that makes a call improbable, not only by what is certain.
	AllSigns bool `json:"all_signs"`
	// Language is the ISO 639-1 code of the one in which to answer; "" reads it from each request.
	Language string `json:"language"`
	// Novelty is the score from which grounded takes an answer for made up; 0 is the default, less is
	// stricter. It is to be calibrated for each pipe.
	Novelty float64 `json:"novelty"`
	// Format is what every answer must look like, beside what the request asks for.
	Format Format `json:"format"`
	// FormatAsData leaves the words of requests alone: only Format and metadata count.
	FormatAsData bool `json:"format_as_data"`
	// Good is custom's CEL expression, true of a good answer, and Name what the check is called in verdicts.
	Good string `json:"good"`
	Name string `json:"name"`
}

// All is the table of checks: how each is made.
func All() map[string]func(Options) (routing.Check, error) {
	return map[string]func(Options) (routing.Check, error){
		"json":      simple(jsonCheck{}),
		"schema":    newSchema,
		"tools":     newTools,
		"empty":     simple(empty{}),
		"cut":       simple(cut{}),
		"malformed": simple(malformed{}),
		"refusal":   newRefusal,
		"language":  newLanguage,
		"code":      simple(code{}),
		"custom":    newCustom,
		"echo":      simple(echo{}),
		"format":    newFormat,
		"grounded":  newGrounded,
		"numbers":   newNumbers,
		"loop":      simple(loop{}),
	}
}

// defaults are the checks of a policy that names none, in the order in which they are asked: what costs
// little and is certain comes first.
var defaults = [...]string{"malformed", "empty", "cut", "json", "schema", "tools", "refusal", "language", "loop", "numbers", "format"}

// simple makes a check that takes no options.
func simple(c routing.Check) func(Options) (routing.Check, error) {
	return func(Options) (routing.Check, error) { return c, nil }
}

// New returns the check called name.
func New(name string, opts Options) (routing.Check, error) {
	make, ok := All()[name]
	if !ok {
		return nil, fmt.Errorf("no check is called %q; there are %v", name, Names())
	}
	c, err := make(opts)
	if err != nil {
		return nil, fmt.Errorf("check %s: %w", name, err)
	}
	return excusing{c}, nil
}

// Names lists the checks that New knows, sorted.
func Names() []string { return slices.Sorted(maps.Keys(All())) }

// Default returns the checks of a policy that names none.
func Default() []routing.Check {
	list := make([]routing.Check, 0, len(defaults))
	for _, name := range defaults {
		c, err := New(name, Options{})
		if err != nil {
			panic(err) // only a default that needs options gets here, and a test holds that none does
		}
		list = append(list, c)
	}
	return list
}
