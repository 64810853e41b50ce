package policy

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"

	"ockham/routing"
	"ockham/routing/checks"
	"ockham/routing/checks/httphook"
)

// NewCheck makes a check from its name and the options that the configuration gives it, as a Deps.Check.
func NewCheck(name string, options map[string]any) (routing.Check, error) {
	o, err := decoded[checks.Options](options)
	if err != nil {
		return nil, err
	}
	return checks.New(name, o)
}

// newSlow makes a slow check.
func newSlow(name string, options map[string]any, d checks.SlowDeps) (routing.Slow, error) {
	o, err := decoded[checks.SlowOptions](options)
	if err != nil {
		return nil, err
	}
	d.Post = post(o.TokenEnv)
	return checks.NewSlow(name, o, d)
}

// post asks hooks over HTTP, with the token that an environment variable holds, if one is named.
func post(tokenEnv string) func(url string) checks.Post {
	header := http.Header{}
	if token := os.Getenv(tokenEnv); token != "" {
		header.Set("Authorization", "Bearer "+token)
	}
	return func(url string) checks.Post { return httphook.Post(nil, url, header) }
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
