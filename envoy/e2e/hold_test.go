package e2e

import (
	"net/http"
	"testing"
	"time"

	"ockham/envoy"
	"ockham/routing"
)

// A request may be held for much longer than Envoy's interval between two pings of the service.
func TestLongHold(t *testing.T) {
	r := newRig(t, options{
		params: func(p *envoy.Params) { p.Timeouts.KeepaliveInterval = 50 * time.Millisecond },
		plan:   func(p *routing.Plan) { p.Deadlines.Answer = 2 * time.Second },
	})
	for _, fault := range []string{"hang", "stall"} {
		a := r.post(t, prompt(question+"[[fault:"+fault+"@small]]"))
		if a.Status != http.StatusOK {
			t.Fatalf("%s: got status %d: %s", fault, a.Status, a.Body)
		}
		checkEscalated(t, a.reply(t), routing.ReasonTimeout)
	}
}
