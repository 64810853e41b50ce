package e2e

import (
	"net/http"
	"strings"
	"testing"
)

func TestPlain(t *testing.T) {
	r := newRig(t, options{})
	a := r.post(t, prompt("Summarise: the meeting is moved to Monday."))
	if a.Status != http.StatusOK {
		t.Fatalf("got status %d: %s", a.Status, a.Body)
	}
	got := a.reply(t)
	if got.Text == "" || got.StopReason != "end_turn" || got.Model != "haiku-5-5" {
		t.Errorf("got %s, want a text by haiku-5-5 that ended by itself", a.Body)
	}
	if got.Route.Escalated || len(got.Route.Attempts) != 1 || got.Route.Attempts[0].Verdict != "accept" {
		t.Errorf("got route %+v, want one accepted attempt", got.Route)
	}
	if got.Usage.InputTokens == 0 || got.Usage.OutputTokens == 0 || got.Usage.CostUSD == 0 {
		t.Errorf("got usage %+v, want tokens and a cost", got.Usage)
	}
	for name, want := range map[string]string{
		"X-Ockham-Model": "haiku-5-5", "X-Ockham-Pipe": "green", "X-Ockham-Attempts": "1",
		"X-Ockham-Escalated": "false", "X-Ockham-Verdict": "accept", "Content-Type": "application/json",
	} {
		if v := a.Header.Get(name); v != want {
			t.Errorf("header %s: got %q, want %q", name, v, want)
		}
	}
	for name := range a.Header {
		if strings.HasPrefix(name, "X-Amz") {
			t.Errorf("Bedrock's header %s reached the client", name)
		}
	}
}

func TestStream(t *testing.T) {
	r := newRig(t, options{})
	a := r.post(t, prompt("Summarise: the meeting is moved to Monday.", `"stream":true`))
	if a.Status != http.StatusOK || a.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("got status %d, %s: %s", a.Status, a.Header.Get("Content-Type"), a.Body)
	}
	got := readStream(t, a.Body)
	if got.kind != "done" || got.text == "" || got.last.StopReason != "end_turn" {
		t.Errorf("got %s, want deltas and done", a.Body)
	}
	if a.Header.Get("X-Ockham-Model") != "haiku-5-5" || a.Header.Get("X-Ockham-Cost-Usd") != "" {
		t.Errorf("got headers %v, want the model but no cost yet", a.Header)
	}
}
