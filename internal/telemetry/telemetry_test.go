package telemetry

import (
	"context"
	"io"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"ockham/extproc"
	"ockham/routing"
)

// models of the tests: made-up prices.
func small() *routing.Model {
	return &routing.Model{Name: "small", ID: "us.test.small-v1", Price: routing.Price{In: 1, Out: 5}}
}

func large() *routing.Model {
	return &routing.Model{Name: "large", ID: "us.test.large-v1", Price: routing.Price{In: 10, Out: 50}}
}

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

// escalated is a streamed request whose first answer was cut and replaced.
func escalated(id string) *extproc.Outcome {
	return &extproc.Outcome{
		ID: id, Trace: traceparent, Start: start, Took: 900 * time.Millisecond, Decided: 12 * time.Millisecond,
		Held: 300 * time.Millisecond, Dialect: "generate", Route: "main", Tenant: "acme", Stream: true,
		Prompt: &routing.Prompt{Task: "poetry", System: "Be brief.", Turns: []routing.Turn{{Role: "user", Text: "a private question"}}},
		Plan: &routing.Plan{
			Pipe: "green", Strategy: routing.StrategyJudge, Reason: "the judge said 1", Models: []*routing.Model{small(), large()}, Largest: large(), Drawn: true,
			Features: routing.Features{Tokens: 12, Score: -1}, Steps: []routing.Step{{Step: "judge", Result: "green", Reason: "said 1"}},
			Charges:         []routing.Charge{{What: "judge", Model: "small", Tokens: routing.Tokens{In: 50, Out: 1}, CostUSD: 0.0001, Took: 9 * time.Millisecond}},
			ExpectedCostUSD: 0.001,
		},
		Attempts: []extproc.Attempt{
			{
				Model: small(), Region: "us-east-1", ThroughEnvoy: true, Start: start.Add(12 * time.Millisecond), FirstToken: 80 * time.Millisecond,
				Took: 300 * time.Millisecond, Status: 200, Verdict: "reject", Reason: routing.ReasonLoop, Tokens: routing.Tokens{In: 100, Out: 20}, Estimated: true, CostUSD: 0.0002,
			},
			{
				Model: large(), Region: "us-east-1", Start: start.Add(312 * time.Millisecond), FirstToken: 90 * time.Millisecond,
				Took: 588 * time.Millisecond, Status: 200, Verdict: "accept", Tokens: routing.Tokens{In: 60, Out: 30, CacheRead: 40}, CostUSD: 0.002,
			},
		},
		Served: 1, Verdict: "accept", Escalated: true, Status: 200, BytesIn: 80, BytesOut: 300,
		CostUSD: 0.0023, LargestCostUSD: 0.002,
	}
}

func quietConfig() Config {
	return Config{Now: func() time.Time { return start }, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), PricesAsOf: "2026-01-01", Version: "test"}
}

func startTelemetry(t *testing.T, cfg Config) *Telemetry {
	t.Helper()
	tel, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tel.Close(context.Background()) })
	return tel
}

// settle waits until every note was worked off.
func settle(t *testing.T, tel *Telemetry) {
	t.Helper()
	if err := tel.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
}

func scrape(t *testing.T, tel *Telemetry, accept string) string {
	t.Helper()
	request := httptest.NewRequest("GET", "/metrics", nil)
	request.Header.Set("Accept", accept)
	answer := httptest.NewRecorder()
	tel.Metrics().ServeHTTP(answer, request)
	if answer.Code != 200 {
		t.Fatalf("/metrics: status %d: %s", answer.Code, answer.Body)
	}
	return answer.Body.String()
}

// lines of a scrape that start with prefix.
func scraped(body, prefix string) []string {
	var list []string
	for line := range strings.Lines(body) {
		if strings.HasPrefix(line, prefix) {
			list = append(list, strings.TrimSpace(line))
		}
	}
	return list
}
