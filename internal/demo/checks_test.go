package demo

import (
	"bytes"
	"net/http"
	"testing"

	"ockham/dialect"
	"ockham/extproc"
	"ockham/internal/config"
	"ockham/routing"
	"ockham/routing/checks"
)

// No check of the default policy may object to a right answer of the corpus: that would buy a larger
// model's answer for nothing.
func TestRightAnswersPass(t *testing.T) {
	cases, err := Load(corpus)
	if err != nil {
		t.Fatal(err)
	}
	all := defaultChecks(t)
	for _, c := range cases {
		call, err := dialect.Generate{}.Parse(&dialect.Input{
			Method: http.MethodPost, Path: "/api/v1/generate", Header: func(string) string { return "" }, Body: bytes.Clone(c.Request),
		})
		if err != nil {
			t.Fatalf("%s: %v", c.ID, err)
		}
		prompt := extproc.Prompt(call)
		for _, check := range all {
			look := check.Start(prompt)
			if look == nil {
				continue
			}
			v := look(&routing.Answer{Text: c.Right, Stop: "end_turn", Done: true})
			if v.Decision == routing.Reject {
				t.Errorf("%s: %s rejects the right answer: %s %s", c.ID, check.Name(), v.Reason, v.Detail)
			}
		}
	}
}

func defaultChecks(t *testing.T) []routing.Check {
	t.Helper()
	var all []routing.Check
	for _, c := range config.Default().Checks {
		check, err := checks.New(c.Name, checks.Options{})
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, check)
	}
	return all
}
