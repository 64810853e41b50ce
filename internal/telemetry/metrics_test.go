package telemetry

import (
	"flag"
	"fmt"
	"io"
	"log/slog"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ockham/extproc"
	"ockham/routing"
)

func TestMetricsOfAnEscalation(t *testing.T) {
	tel := startTelemetry(t, quietConfig())
	tel.take(note{ended: &event{outcome: *escalated("r1")}})
	tel.take(note{feedback: &feedback{id: "r1", score: 0.75}})
	body := scrape(t, tel, "text/plain")
	for _, want := range []string{
		`ockham_requests_total{pipe="green",strategy="judge",verdict="accept"} 1`,
		`ockham_escalations_total{pipe="green",reason="loop"} 1`,
		`ockham_rejects_total{model="small",reason="loop"} 1`,
		`ockham_attempts_total{model="large",pipe="green",verdict="accept"} 1`,
		`ockham_cost_usd_total{kind="served",model="large"} 0.002`,
		`ockham_cost_usd_total{kind="rejected",model="small"} 0.0002`,
		`ockham_cost_usd_total{kind="judge",model="small"} 0.0001`,
		`ockham_cost_largest_usd_total 0.002`,
		`ockham_arm_requests_total{arm="routed"} 1`,
		`ockham_hold_duration_seconds_count{pipe="green"} 1`,
		`ockham_judge_duration_seconds_count{model="small",what="judge"} 1`,
		`ockham_feedback_score_sum{pipe="green"} 0.75`,
		`gen_ai_client_inference_duration_seconds_count{gen_ai_operation_name="chat",gen_ai_provider_name="aws.bedrock",gen_ai_request_model="us.test.large-v1"} 1`,
		`gen_ai_client_inference_usage_input_tokens_total{gen_ai_operation_name="chat",gen_ai_provider_name="aws.bedrock",gen_ai_request_model="us.test.large-v1",gen_ai_token_modality="text"} 100`,
		`gen_ai_client_inference_usage_cache_read_input_tokens_total{gen_ai_operation_name="chat",gen_ai_provider_name="aws.bedrock",gen_ai_request_model="us.test.large-v1",gen_ai_token_modality="text"} 40`,
		`gen_ai_client_inference_operation_output_tokens_sum{gen_ai_operation_name="chat",gen_ai_provider_name="aws.bedrock",gen_ai_request_model="us.test.large-v1"} 30`,
		`ockham_build_info{prices_as_of="2026-01-01",version="test"} 1`,
	} {
		if !strings.Contains(body, want+"\n") {
			t.Errorf("/metrics lacks %s", want)
		}
	}
}

func TestExemplarsNameTheTrace(t *testing.T) {
	tel := startTelemetry(t, quietConfig())
	tel.take(note{ended: &event{outcome: *escalated("r1")}})
	body := scrape(t, tel, "application/openmetrics-text; version=1.0.0")
	for _, name := range []string{"gen_ai_client_inference_duration_seconds_bucket", "ockham_request_duration_seconds_bucket"} {
		if !strings.Contains(strings.Join(scraped(body, name), "\n"), `trace_id="0af7651916cd43dd8448eb211c80319c"`) {
			t.Errorf("%s has no exemplar with the request's trace", name)
		}
	}
}

func TestFailuresAndOddRequests(t *testing.T) {
	tel := startTelemetry(t, quietConfig())
	for _, o := range []extproc.Outcome{
		{ID: "unread", Start: start, Served: -1, Error: "invalid_request", Status: 400, Dialect: "openai"},
		{ID: "left", Start: start, Served: -1, Left: true, Plan: &routing.Plan{Pipe: "green"}},
		{
			ID: "late", Start: start, Served: -1, Error: "timeout", Plan: &routing.Plan{Pipe: "green", Strategy: "rules"},
			Attempts: []extproc.Attempt{{Model: nil, Verdict: "reject", Reason: routing.ReasonTimeout, Start: start}},
		},
		{ID: "odd", Start: start, Served: 7, CostUSD: -1, LargestCostUSD: -5, Unchecked: true, Restarted: true},
	} {
		tel.take(note{ended: &event{outcome: o}})
	}
	body := scrape(t, tel, "text/plain")
	for _, want := range []string{
		`ockham_errors_total{code="invalid_request",dialect="openai"} 1`,
		`ockham_errors_total{code="timeout",dialect="none"} 1`,
		`ockham_clients_left_total 1`,
		`ockham_unchecked_total 1`,
		`ockham_restarts_total 1`,
		`ockham_requests_total{pipe="none",strategy="none",verdict="none"} 2`,
		`gen_ai_client_inference_duration_seconds_count{error_type="timeout",gen_ai_operation_name="chat",gen_ai_provider_name="aws.bedrock",gen_ai_request_model="unknown"} 1`,
		`gen_ai_client_inference_usage_output_tokens_total{gen_ai_operation_name="chat",gen_ai_provider_name="aws.bedrock",gen_ai_request_model="unknown",gen_ai_token_modality="unknown"} 0`,
	} {
		if !strings.Contains(body, want+"\n") {
			t.Errorf("/metrics lacks %s", want)
		}
	}
}

func TestLabelsAreBounded(t *testing.T) {
	tel := startTelemetry(t, quietConfig())
	for i := range 1000 {
		o := escalated(fmt.Sprint(i))
		o.Plan.Pipe, o.Dialect, o.Error = fmt.Sprintf("pipe%d", i), fmt.Sprintf("dialect%d", i), "internal"
		o.Attempts[0].Model = &routing.Model{Name: fmt.Sprintf("m%d", i), ID: fmt.Sprintf("id%d", i)}
		o.Attempts[0].Reason = routing.Reason(fmt.Sprintf("reason%d", i))
		tel.take(note{ended: &event{outcome: *o}})
	}
	body := scrape(t, tel, "text/plain")
	if n := len(scraped(body, "ockham_")) + len(scraped(body, "gen_ai_")); n > 12_000 {
		t.Errorf("1,000 names of everything made %d series", n)
	}
	if !strings.Contains(body, `pipe="other"`) {
		t.Error("no series for what is beyond the bound")
	}
	view := tel.Sums().View(start, time.Hour)
	if len(view.Models) > maxModels+1 || len(view.Reasons) > maxWords+1 || len(view.Flows) > (maxModels+1)*(maxPipes+1) {
		t.Errorf("sums hold %d models, %d reasons, %d flows", len(view.Models), len(view.Reasons), len(view.Flows))
	}
}

// TestAFullQueueDropsAndCounts: the worker is held up by a note that nobody takes.
func TestAFullQueueDropsAndCounts(t *testing.T) {
	cfg := quietConfig()
	tel := &Telemetry{cfg: cfg.withDefaults(), quiet: newQuiet(cfg.Log, cfg.Now), queue: make(chan note, 2), closing: make(chan struct{}), signals: &signals{}}
	for range 5 {
		tel.Observe(escalated("r"))
	}
	if got := tel.dropped.Load(); got != 3 {
		t.Errorf("dropped %d of 5 with a queue of 2, want 3", got)
	}
	tel.enqueue(note{})
	close(tel.closing)
	tel.Observe(escalated("late"))
	if got := tel.dropped.Load(); got != 5 {
		t.Errorf("dropped %d, want 5: what comes after Close counts too", got)
	}
}

func TestObserveKeepsNothingOfThePrompt(t *testing.T) {
	cfg := quietConfig()
	tel := &Telemetry{cfg: cfg.withDefaults(), quiet: newQuiet(cfg.Log, cfg.Now), queue: make(chan note, 1), closing: make(chan struct{}), signals: &signals{}}
	o := escalated("r")
	tel.Observe(o)
	kept := <-tel.queue
	if kept.ended.outcome.Prompt != nil || o.Prompt == nil {
		t.Errorf("the note holds the prompt %v, the caller has %v", kept.ended.outcome.Prompt, o.Prompt)
	}
}

var hour = flag.Bool("hour", false, "send all 3.6 million requests of TestAnHourOfTraffic, not every hundredth")

// TestAnHourOfTraffic runs 1,000 requests a second for an hour on a clock of its own. After the first
// minute neither series nor memory may grow. Every hundredth request fills whatever could grow; -hour
// sends all.
func TestAnHourOfTraffic(t *testing.T) {
	const perSecond = 1000
	sampled := 100
	if *hour {
		sampled = 1
	}
	cfg := quietConfig()
	cfg.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	tel := startTelemetry(t, cfg)
	run := func(from, to int) {
		for second := from; second < to; second++ {
			for i := range perSecond / sampled {
				o := escalated(fmt.Sprintf("%d-%d", second, i))
				o.Start = start.Add(time.Duration(second) * time.Second)
				o.Took = time.Duration(50+(second*7+i*13)%2000) * time.Millisecond
				o.Plan.HoldOut, o.Escalated = i == 0, i%10 == 0
				tel.take(note{ended: &event{outcome: *o}})
			}
		}
	}
	run(0, 60)
	series, heap := len(strings.Split(scrape(t, tel, "text/plain"), "\n")), liveHeap()
	run(60, 3600)
	t.Logf("%d requests; after a minute %d lines on /metrics and %d KiB live", 3600*perSecond/sampled, series, heap>>10)
	if got := len(strings.Split(scrape(t, tel, "text/plain"), "\n")); got > series+3 { // the measured savings' interval may appear
		t.Errorf("/metrics has %d lines after an hour, %d after a minute", got, series)
	}
	got := liveHeap()
	t.Logf("after an hour %d KiB live", got>>10)
	if got > heap+1<<20 {
		t.Errorf("%d KiB live after an hour, %d KiB after a minute", got>>10, heap>>10)
	}
	end := start.Add(time.Hour)
	if got := tel.Sums().View(end, time.Hour); got.Total.Requests != 3600*perSecond/sampled || got.Savings.Measured == nil {
		t.Errorf("counted %d requests, measured %v", got.Total.Requests, got.Savings.Measured)
	}
}

func liveHeap() uint64 {
	var stats runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

func TestViewOfAWindow(t *testing.T) {
	sums := NewSums(3)
	for i := range 5 {
		r := (&event{outcome: *escalated(fmt.Sprint(i))}).record("")
		r.Time = start.Add(time.Duration(i) * 10 * time.Minute)
		sums.Add(r)
	}
	view := sums.View(start.Add(41*time.Minute), 15*time.Minute)
	var counts []int
	for _, p := range view.Points {
		counts = append(counts, p.Requests)
	}
	if diff := cmp.Diff([]int{0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0}, counts); diff != "" {
		t.Errorf("requests a minute (-want +got):\n%s", diff)
	}
	if view.Total.Requests != 5 || view.Latency["took"].Count != 2 {
		t.Errorf("got %d in total, %d in the window, want 5 and 2", view.Total.Requests, view.Latency["took"].Count)
	}
	var ids []string
	for _, e := range sums.Recent(0, 100) {
		ids = append(ids, e.Record.ID)
	}
	if diff := cmp.Diff([]string{"4", "3", "2"}, ids); diff != "" {
		t.Errorf("latest decisions (-want +got):\n%s", diff)
	}
	if got := sums.Recent(4, 100); len(got) != 1 || got[0].Record.ID != "4" {
		t.Errorf("after 4: got %v, want the fifth", got)
	}
}

// TestTracesAreBounded: a flood of plain requests leaves room for the notable ones.
func TestTracesAreBounded(t *testing.T) {
	now := start
	b := budget{now: func() time.Time { return now }}
	allowed := map[bool]int{}
	for range 500 {
		for _, notable := range []bool{false, true} {
			if b.allows(notable) {
				allowed[notable]++
			}
		}
	}
	now = now.Add(time.Second)
	if want := map[bool]int{false: spansPerSecond, true: spansPerSecond}; !cmp.Equal(want, allowed) || !b.allows(false) {
		t.Errorf("within one second %v were traced, want %v, and more in the next", allowed, want)
	}
}

func TestSpreadQuantiles(t *testing.T) {
	var s Spread
	for i := range 1000 {
		s.Add(float64(i + 1))
	}
	got := s.Quantiles()
	for name, pair := range map[string][2]float64{"p50": {got.P50, 500}, "p95": {got.P95, 950}, "p99": {got.P99, 990}} {
		if off := pair[0]/pair[1] - 1; off < -0.13 || off > 0.13 {
			t.Errorf("%s: got %.0f ms, want about %.0f", name, pair[0], pair[1])
		}
	}
	s.Add(-1)
	s.Add(1e12)
	if got := s.Quantiles(); got.Count != 1002 {
		t.Errorf("counted %d, want 1002", got.Count)
	}
}

func BenchmarkObserve(b *testing.B) {
	for _, ledger := range []bool{false, true} {
		b.Run(fmt.Sprintf("ledger=%v", ledger), func(b *testing.B) {
			cfg := quietConfig()
			if ledger {
				cfg.Ledger.Path = b.TempDir() + "/ledger.jsonl"
			}
			tel, err := New(cfg)
			if err != nil {
				b.Fatal(err)
			}
			defer tel.Close(b.Context())
			o := escalated("r1")
			b.ReportAllocs()
			for b.Loop() {
				e := &event{outcome: *o, prompt: describe(o.Prompt, cfg.HashKey, 0)}
				tel.take(note{ended: e}) // all the work, on this goroutine
			}
		})
	}
}
