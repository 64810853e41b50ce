package gateway

import (
	"testing"
	"time"

	"ockham/extproc"
	"ockham/internal/config"
	"ockham/routing"
)

// TestRegionsAreTriedInOrder walks through the loss and the return of a region.
func TestRegionsAreTriedInOrder(t *testing.T) {
	all := regions{{name: "east"}, {name: "west"}}
	now := time.Now()
	first := func() string { return all.inOrder(now)[0].name }
	tell := func(region string, reason routing.Reason) {
		all.heard(&extproc.Outcome{Attempts: []extproc.Attempt{{Region: region, Reason: reason}}}, now)
	}
	want := func(when, want string) {
		t.Helper()
		if got := first(); got != want {
			t.Errorf("%s: requests start in %s, want %s", when, got, want)
		}
	}
	for range lostAfter - 1 {
		tell("east", routing.ReasonConnection)
	}
	want("almost lost", "east")
	tell("east", routing.ReasonThrottled)
	tell("east", routing.ReasonConnection)
	want("throttled between", "east")
	for range lostAfter {
		tell("east", routing.ReasonConnection)
	}
	want("lost", "west")
	if got := all.nearest(now).name; got != "west" {
		t.Errorf("lost: other calls go to %s, want west", got)
	}
	now = now.Add(lostFor)
	want("after a pause, one", "east")
	want("after a pause, the others", "west")
	tell("east", routing.ReasonConnection)
	want("still lost", "west")
	now = now.Add(lostFor)
	want("after another pause, one", "east")
	tell("east", "")
	want("back", "east")
	want("back, all", "east")
}

func TestWithAllRegionsLostTheFirstIsTried(t *testing.T) {
	all := regions{{name: "east"}, {name: "west"}}
	now := time.Now()
	for range lostAfter {
		for _, r := range all {
			r.reach.heard(true, now)
		}
	}
	if got := all.inOrder(now); len(got) != 2 || got[0].name != "east" {
		t.Errorf("got %d regions, the first %s; want both, east first", len(got), got[0].name)
	}
	all[0].reach.fixed = true
	if got := all.inOrder(now)[0].name; got != "east" {
		t.Errorf("fixed by the route: requests start in %s, want east", got)
	}
}

// What is signed must be what is sent: neither clients nor AWS's signer name the port that https has anyway.
func TestHostOfEndpoint(t *testing.T) {
	for endpoint, want := range map[string]string{
		"": "bedrock-runtime.eu-west-1.amazonaws.com",
		"https://vpce-1.bedrock-runtime.{region}.vpce.amazonaws.com":      "vpce-1.bedrock-runtime.eu-west-1.vpce.amazonaws.com",
		"https://vpce-1.bedrock-runtime.{region}.vpce.amazonaws.com:443":  "vpce-1.bedrock-runtime.eu-west-1.vpce.amazonaws.com",
		"https://vpce-1.bedrock-runtime.{region}.vpce.amazonaws.com:8443": "vpce-1.bedrock-runtime.eu-west-1.vpce.amazonaws.com:8443",
		"https://[::1]:443": "[::1]",
		"http://[::443]":    "[::443]",
		"http://h:443":      "h:443",
	} {
		got, err := host(&config.Bedrock{Endpoint: endpoint}, "eu-west-1")
		if err != nil || got != want {
			t.Errorf("%q: %q, %v, want %q", endpoint, got, err, want)
		}
	}
}
