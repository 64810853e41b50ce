package e2e

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"ockham/extproc"
)

// What clients may learn of the choice is the operator's to say: nothing, headers, or all of it.
func TestExpose(t *testing.T) {
	for name, c := range map[string]struct {
		expose              extproc.Expose
		headers, cost, full bool
	}{
		"none":    {expose: extproc.ExposeNone},
		"headers": {expose: extproc.ExposeHeaders, headers: true, cost: true},
		"full":    {expose: extproc.ExposeFull, headers: true, cost: true, full: true},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, options{policy: func(p *extproc.Policy) {
				p.Expose = func(string) extproc.Expose { return c.expose }
			}})
			a := r.post(t, prompt("hello [[fault:unavailable@small]]"))
			var body struct {
				Model *string
				Route *json.RawMessage
				Usage map[string]json.Number
			}
			if err := json.Unmarshal(a.Body, &body); err != nil || a.Status != http.StatusOK {
				t.Fatalf("got status %d: %s: %v", a.Status, a.Body, err)
			}
			told := false
			for name := range a.Header {
				told = told || strings.HasPrefix(name, "X-Ockham-")
			}
			_, cost := body.Usage["cost_usd"]
			if told != c.headers || cost != c.cost || (body.Model != nil) != c.full || (body.Route != nil) != c.full {
				t.Errorf("got headers %v and body %s", a.Header, a.Body)
			}
		})
	}
}

// Costs are told alike everywhere, as decimals that a person can read.
func TestCostsAreCleanDecimals(t *testing.T) {
	r := newRig(t, options{})
	for _, p := range []string{"hello", "hello [[fault:refusal@small]]", question, question + "[[fault:bad_answer@small]]"} {
		a := r.post(t, prompt(p))
		var body struct {
			Usage struct {
				Cost json.Number `json:"cost_usd"`
			}
			Route struct {
				Attempts []struct {
					Cost json.Number `json:"cost_usd"`
				}
			}
		}
		if err := json.Unmarshal(a.Body, &body); err != nil {
			t.Fatal(err)
		}
		if got := a.Header.Get("X-Ockham-Cost-Usd"); got != body.Usage.Cost.String() {
			t.Errorf("x-ockham-cost-usd: got %q, want the body's %s", got, body.Usage.Cost)
		}
		costs := []json.Number{body.Usage.Cost}
		for _, attempt := range body.Route.Attempts {
			costs = append(costs, attempt.Cost)
		}
		for _, c := range costs {
			if len(c) > len("0.0123456789") || strings.ContainsAny(c.String(), "eE") {
				t.Errorf("got a cost of %s, want a plain decimal", c)
			}
		}
	}
}
