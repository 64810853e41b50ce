//go:build clients

package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"ockham/bedrock"
	"ockham/internal/admin"
	"ockham/internal/dashboard"
	"ockham/internal/telemetry"
	"ockham/routing"
)

// hostile is what a careless page would run.
const hostile = `<img src=x onerror="document.title='owned'">`

// traffic makes decisions like a day's: most simple, some escalated, some held out, a few failed.
type traffic struct {
	sums *telemetry.Sums
	rand *rand.Rand
	made int
}

// prices of a million tokens are those of the catalogue; what comes out costs five times as much.
var prices = map[string]float64{"haiku": price("claude-haiku-5-5"), "sonnet": price("claude-sonnet-5-5"), "opus": price("claude-opus-5-5")}

func price(id string) float64 {
	m, _, ok := bedrock.Lookup("us.anthropic." + id)
	if !ok {
		panic(id + " has left the catalogue")
	}
	return m.In * m.Surcharge("us")
}

func (g *traffic) add(at time.Time) {
	g.made++
	pipe, models, strategy, reason := "green", []string{"haiku", "sonnet", "opus"}, "rules", "task_type is summarize"
	if g.rand.Float64() < 0.35 {
		pipe, models, strategy, reason = "purple", models[1:], "classifier", "chance that the small model suffices: 0.31"
	}
	r := &telemetry.Record{
		Version: 1, Kind: "request", ID: fmt.Sprintf("req-%05d", g.made), Time: at, Dialect: "generate", Stream: true, Verdict: "accept", Status: 200,
		Plan: &telemetry.PlanRecord{
			Pipe: pipe, Strategy: strategy, Reason: reason, Models: models, Largest: "opus", Drawn: true, Checks: []string{"json", "empty", "refusal"},
			Features: routing.Features{Tokens: 120, Turns: 1, Language: "en", Code: g.rand.Float64() < 0.2, Score: 0.8},
			Steps:    []routing.Step{{Step: "features", Result: "120 tokens", Reason: "English, no code"}, {Step: "rule", Result: pipe, Reason: reason}},
		},
		Prompt:        &telemetry.PromptRecord{Bytes: 480, Hash: "00112233445566778899aabbccddeeff", Text: &telemetry.PromptText{Turns: []telemetry.TurnText{{Role: "user", Text: "PRIVATE"}}}},
		DecidedMillis: 0.4 + g.rand.Float64(), HeldMillis: 100 * g.rand.Float64(),
	}
	g.attempts(r, models)
	g.sums.Add(r)
}

// attempts plays the cascade: each model fails now and then, the last one seldom.
func (g *traffic) attempts(r *telemetry.Record, models []string) {
	if g.rand.Float64() < 0.02 {
		r.Plan.HoldOut, models, r.Plan.Models = true, []string{"opus"}, []string{"opus"}
	}
	in, out := 400*math.Exp(0.8*g.rand.NormFloat64()), 250*math.Exp(0.8*g.rand.NormFloat64())
	cost := func(model string) float64 { return prices[model] * (in + 5*out) / 1e6 }
	r.Millis, r.Served = r.DecidedMillis, -1
	reasons := []string{"json", "json", "empty", "refusal", "loop", "throttled"}
	for i, model := range models {
		took := 200 + 900*g.rand.Float64()
		a := telemetry.AttemptRecord{
			Model: model, ModelID: "us.test." + model, Region: "us-east-1", StartMillis: r.Millis, FirstMillis: took / 4, Millis: took, Status: 200,
			Verdict: "accept", TokenRecord: telemetry.TokenRecord{In: int(in), Out: int(out)}, CostUSD: cost(model),
		}
		r.Millis += took
		r.CostUSD += a.CostUSD
		if fails := g.rand.Float64() < 0.12; fails {
			a.Verdict, a.Reason = "reject", reasons[g.rand.IntN(len(reasons))]
			r.Escalated = i+1 < len(models)
		} else {
			r.Served = i
		}
		r.Attempts = append(r.Attempts, a)
		if r.Served == i {
			break
		}
	}
	r.LargestCostUSD = cost("opus")
	if r.Served < 0 {
		r.Verdict, r.Error, r.Escalated = "reject;json", "upstream_failed", false
	}
}

// past fills the last hours, and one decision that holds markup.
func (g *traffic) past() {
	for back := 5 * time.Hour; back > time.Minute; back -= 4 * time.Second {
		g.add(time.Now().Add(-back))
	}
	r := &telemetry.Record{
		Version: 1, Kind: "request", ID: hostile, Time: time.Now(), Attempts: []telemetry.AttemptRecord{}, Served: -1, Error: "invalid_request",
		Plan: &telemetry.PlanRecord{Pipe: "green", Strategy: "rules", Reason: hostile, Steps: []routing.Step{{Step: hostile, Result: hostile, Reason: hostile}}},
	}
	g.sums.Add(r)
}

// envoy answers the playground as the service would: a stream that was escalated.
func envoy() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body struct {
			Stream bool   `json:"stream"`
			Prompt string `json:"prompt"`
		}
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			http.Error(w, `{"error":{"code":"invalid_request","message":"no JSON"}}`, 400)
			return
		}
		reply := map[string]any{
			"id": "r", "model": "sonnet", "stop_reason": "end_turn", "usage": map[string]any{"input_tokens": 12, "output_tokens": 6, "cost_usd": 0.00021},
			"route": map[string]any{"pipe": "green", "strategy": "rules", "reason": "task_type is summarize", "escalated": true, "attempts": []map[string]any{
				{"model": "haiku", "verdict": "reject", "reason": "json", "ms": 210, "cost_usd": 0.00004}, {"model": "sonnet", "verdict": "accept", "reason": "", "ms": 480, "cost_usd": 0.00017},
			}},
		}
		if !body.Stream {
			reply["text"] = "A plain answer."
			_ = json.NewEncoder(w).Encode(reply)
			return
		}
		w.Header().Set("Content-Type", "text/event-stream")
		w.Header().Set("X-Ockham-Model", "sonnet")
		w.Header().Set("X-Ockham-Attempts", "2")
		for _, word := range []string{"Words ", "that ", "arrive ", "one ", "by ", "one."} {
			_, _ = fmt.Fprintf(w, "event: delta\ndata: {\"text\":%q}\n\n", word)
			_ = http.NewResponseController(w).Flush()
			time.Sleep(20 * time.Millisecond) // a model's pace
		}
		done, _ := json.Marshal(reply)
		_, _ = fmt.Fprintf(w, "event: done\ndata: %s\n\n", done)
	})
}

// explain answers like the service's own.
func explain() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(routing.Explanation{
			Features:        routing.Features{Tokens: len(body) / 4, Turns: 1, Language: "en", Score: 0.91},
			Steps:           []routing.Step{{Step: "tokens", Result: "green", Reason: "fewer than 500, and no code"}},
			Plan:            routing.ExplainedPlan{Pipe: "green", Strategy: "tokens", Reason: "short", Models: []string{"haiku", "sonnet", "opus"}, Checks: []string{"empty"}, Deadlines: routing.ExplainedDeadlines{FirstTokenMS: 5000}},
			ExpectedCostUSD: 0.000123,
		})
	})
}

func setup() dashboard.Setup {
	return dashboard.Setup{
		Pipes: []dashboard.Pipe{{Name: "green", Models: []string{"haiku", "sonnet", "opus"}}, {Name: "purple", Models: []string{"sonnet", "opus"}}},
		Models: []dashboard.Model{
			model("haiku"), model("sonnet"), model("opus"),
		},
		File: "ockham.yaml", Loaded: time.Now().Format(time.RFC3339), Text: "pipes:\n  green: [haiku, sonnet, opus]\n  purple: [sonnet, opus]\n", Tasks: []string{"summarize", "code"},
	}
}

func model(name string) dashboard.Model {
	return dashboard.Model{Name: name, ID: "us.test." + name, In: prices[name], Out: 5 * prices[name]}
}

// serve starts an admin port with traffic behind it; requests go on arriving until the test ends.
func serve(t *testing.T, access admin.Access) string {
	t.Helper()
	g := &traffic{sums: telemetry.NewSums(500), rand: rand.New(rand.NewPCG(1, 2))}
	g.past()
	upstream := httptest.NewServer(envoy())
	t.Cleanup(upstream.Close)
	to, err := url.Parse(upstream.URL)
	if err != nil {
		t.Fatal(err)
	}
	page := dashboard.Handler(dashboard.Deps{
		Sums: g.sums, Setup: setup, PricesAsOf: bedrock.CatalogueDate, Version: "test", Explain: explain(), Envoy: to,
		Health: func(context.Context) []dashboard.Health {
			return []dashboard.Health{{Name: "configuration", OK: true}, credentials(access)}
		},
	})
	ready := func(context.Context) error { return nil }
	server := httptest.NewServer(admin.Handler(admin.Deps{Access: access, Ready: ready, Metrics: http.NotFoundHandler(), Page: page}))
	t.Cleanup(server.Close)
	go g.flow(t.Context())
	return server.URL
}

// credentials are missing behind the guarded page.
func credentials(access admin.Access) dashboard.Health {
	if access.Token == "" {
		return dashboard.Health{Name: "AWS credentials", OK: true}
	}
	return dashboard.Health{Name: "AWS credentials", Detail: "none found"}
}

func (g *traffic) flow(ctx context.Context) {
	ticker := time.NewTicker(200 * time.Millisecond)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			g.add(time.Now())
		}
	}
}
