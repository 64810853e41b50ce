package envoy_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	ratelimitv3 "github.com/envoyproxy/go-control-plane/envoy/service/ratelimit/v3"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc"

	"ockham/envoy"
)

// purse is a rate limit service with one limit for every tenant.
type purse struct {
	ratelimitv3.UnimplementedRateLimitServiceServer
	left chan uint64 // holds what is left
	told chan string // descriptors of what was spent
}

func (p *purse) ShouldRateLimit(_ context.Context, in *ratelimitv3.RateLimitRequest) (*ratelimitv3.RateLimitResponse, error) {
	left := <-p.left
	code := ratelimitv3.RateLimitResponse_OK
	for _, d := range in.Descriptors {
		hits := d.GetHitsAddend().GetValue()
		if left == 0 {
			code = ratelimitv3.RateLimitResponse_OVER_LIMIT
		}
		if hits > 0 {
			left -= min(left, hits)
			var entries []string
			for _, e := range d.Entries {
				entries = append(entries, e.Key+"="+e.Value)
			}
			p.told <- strings.Join(entries, ",")
		}
	}
	p.left <- left
	return &ratelimitv3.RateLimitResponse{OverallCode: code}, nil
}

func TestSpendIsLimited(t *testing.T) {
	p := &purse{left: make(chan uint64, 1), told: make(chan string, 10)}
	p.left <- 500 // enough for two requests at 278
	l := listen(t)
	server := grpc.NewServer()
	ratelimitv3.RegisterRateLimitServiceServer(server, p)
	go server.Serve(l)
	t.Cleanup(server.Stop)
	answers := func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "answer") }
	e := start(t, &planner{}, serve(t, answers), func(params *envoy.Params) {
		params.RateLimit = envoy.Address(l.Addr().String())
		params.Budgets = []envoy.Budget{{Name: "daily", By: "tenant", USD: 0.0005, Window: 24 * time.Hour}}
		params.Auth = &envoy.Auth{Keys: []envoy.Key{{Client: "bob", Key: "k1"}}}
	})
	for i, want := range []int{200, 200, 429} {
		status, body := post(t, e.URL(t)+"/api/v1/generate", "{}", "x-api-key", "k1", "x-ockham-tenant", "forged")
		if status != want {
			t.Fatalf("request %d: got %d %s, want %d", i+1, status, body, want)
		}
		if status == 429 && !strings.Contains(body, `"budget_exceeded"`) {
			t.Errorf("got %s, want budget_exceeded", body)
		}
		if status == 200 {
			select {
			case got := <-p.told:
				if want := "budget=daily,tenant=bob"; got != want {
					t.Errorf("request %d was counted for %q, want %q", i+1, got, want)
				}
			case <-time.After(20 * time.Second):
				t.Fatalf("request %d was not counted", i+1)
			}
		}
	}
}

func TestBudgetsOfTheRateLimitService(t *testing.T) {
	got, err := envoy.RateLimitYAML([]envoy.Budget{
		{Name: "daily", By: "tenant", USD: 5, SoftUSD: 4, Window: 24 * time.Hour},
		{Name: "trial", By: "tenant", Only: "guest", USD: 0.1, Window: time.Hour},
		{Name: "voice", By: "route", SoftUSD: 1, Window: time.Minute},
		{Name: "all", By: "all", USD: 100, SoftUSD: 80, Window: 720 * time.Hour},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := `# Limits on spend for envoyproxy/ratelimit, in millionths of a dollar. Rendered by "ockham render ratelimit".
# Soft limits (quota_mode) reach Ockham only where the service runs with RESPONSE_DYNAMIC_METADATA=true.
domain: ockham
descriptors:
- key: budget
  value: "daily"
  descriptors:
  - key: tenant
    rate_limit: {unit: day, requests_per_unit: 5000000}
- key: soft
  value: "daily"
  descriptors:
  - key: tenant
    quota_mode: true
    rate_limit: {unit: day, requests_per_unit: 4000000}
- key: budget
  value: "trial"
  descriptors:
  - key: tenant
    value: "guest"
    rate_limit: {unit: hour, requests_per_unit: 100000}
- key: soft
  value: "voice"
  descriptors:
  - key: route
    quota_mode: true
    rate_limit: {unit: minute, requests_per_unit: 1000000}
- key: budget
  value: "all"
  rate_limit: {unit: month, requests_per_unit: 100000000}
- key: soft
  value: "all"
  quota_mode: true
  rate_limit: {unit: month, requests_per_unit: 80000000}
`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("rate limits (-want +got):\n%s", diff)
	}
	for _, b := range []envoy.Budget{
		{Name: "a", By: "key", USD: 1, Window: time.Hour},
		{Name: "a", By: "all", USD: 1, Window: 2 * time.Hour},
		{Name: "a", By: "all", USD: 5000, Window: time.Hour},
		{Name: "a", By: "all", Window: time.Hour},
	} {
		if _, err := envoy.RateLimitYAML([]envoy.Budget{b}); err == nil {
			t.Errorf("%+v: got no error, want one", b)
		}
	}
}

func TestOneReplicaIsEnough(t *testing.T) {
	a, b := &planner{}, &planner{}
	bedrock := serve(t, func(http.ResponseWriter, *http.Request) {})
	b.authority, b.saw = bedrock, make(chan *processingRequest, 10_000)
	second := run(t, b)
	e := start(t, a, bedrock, func(params *envoy.Params) { params.Replicas = []envoy.Address{second.address} })
	for range 20 {
		if status, body := post(t, e.URL(t)+"/api/v1/generate", "{}"); status != 200 {
			t.Fatalf("with two replicas: got %d %s, want 200", status, body)
		}
	}
	if len(a.saw) == 0 || len(b.saw) == 0 {
		t.Errorf("the replicas saw %d and %d messages, want both some", len(a.saw), len(b.saw))
	}
	second.Stop()
	// Requests fail until Envoy has left the dead one out, then none does.
	for inRow, tries := 0, 0; inRow < 20; tries++ {
		if status, _ := post(t, e.URL(t)+"/api/v1/generate", "{}"); status == 200 {
			inRow++
		} else {
			inRow = 0
		}
		if tries > 500 {
			t.Fatal("requests go on failing after one replica has died")
		}
	}
}
