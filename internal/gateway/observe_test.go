package gateway

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"ockham/routing"
)

// A fallback is in the log, though not once a request; the policy at work is not.
func TestFallbacksAreLogged(t *testing.T) {
	var log bytes.Buffer
	e := newEvents(slog.New(slog.NewTextHandler(&log, nil)))
	for range 100 {
		e.count(routing.EventJudgeFailed)
		e.count(routing.EventJudgeCached)
	}
	if got := log.String(); strings.Count(got, "\n") != 1 || !strings.Contains(got, "event=judge_failed") {
		t.Errorf("logged %q, want judge_failed once", got)
	}
	if got := e.counts(); got[routing.EventJudgeFailed] != 100 || got[routing.EventJudgeCached] != 100 {
		t.Errorf("counted %v", got)
	}
}
