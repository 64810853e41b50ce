package eval

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ockham/routing"
)

func TestCountRates(t *testing.T) {
	ledger := `
{"v":1,"kind":"request","plan":{"pipe":"green"},"attempts":[{"model":"small","verdict":"accept"}]}
{"v":1,"kind":"request","plan":{"pipe":"green"},"attempts":[{"model":"small","verdict":"reject","reason":"schema","then":"repair: x"},{"model":"small","repair":true,"verdict":"reject","reason":"schema","then":"escalate: x","ms":500},{"model":"large","verdict":"accept","ms":2000}]}
{"v":1,"kind":"request","plan":{"pipe":"green"},"attempts":[{"model":"small","verdict":"reject","reason":"schema","then":"escalate: x"},{"model":"large","verdict":"reject","reason":"timeout","ms":9000}]}
{"v":1,"kind":"request","plan":{"pipe":"green","pinned":true},"attempts":[{"model":"small","verdict":"reject","reason":"loop"}]}
{"v":1,"kind":"request","plan":{"pipe":"green"},"attempts":[{"model":"small","verdict":"reject","reason":"throttled","then":"escalate: x"},{"model":"large","verdict":"accept"}]}
{"v":1,"kind":"requ`
	got, err := CountRates(strings.NewReader(ledger))
	if err != nil {
		t.Fatal(err)
	}
	want := []routing.Rate{
		{Pipe: "green", Model: "small", Reason: routing.ReasonSchema, Tried: 4, Good: 1},
		{Pipe: "green", Model: "small", Reason: routing.ReasonSchema, Next: "large", Tried: 1, Good: 1, Seconds: 2},
		{Pipe: "green", Model: "small", Reason: routing.ReasonSchema, Next: "small", Tried: 1, Seconds: .5},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}
