package policy

import (
	"encoding/json"
	"fmt"
	"strings"

	"ockham/routing"
	"ockham/routing/checks"
)

// NewCheck makes a check from its name and the options that the configuration gives it, as a Deps.Check.
func NewCheck(name string, options map[string]any) (routing.Check, error) {
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
