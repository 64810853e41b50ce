package routing

import (
	"strings"
	"testing"
	"time"
)

// talk is a conversation that began with a hard question and goes on with an easy one.
func talk(cached int) *Prompt {
	return &Prompt{ID: "r", CachedTokens: cached, Turns: []Turn{
		{Role: "user", Text: codeText + " " + longText(3000)},
		{Role: "assistant", Text: "def f(l): return l[::-1]"},
		{Role: "user", Text: "Thank you! By the way, tell me please what the capital of France is called in French, will you?"},
	}}
}

func TestConversationsStayWhileItPays(t *testing.T) {
	score := scoreFunc(func(text, _ string) Score {
		if strings.Contains(text, "Python") {
			return Score{SmallOK: .2, Gain: .5, Worth: .1}
		}
		return Score{SmallOK: .9, Worth: .1}
	})
	tests := []struct {
		name   string
		cached int
		price  func(*Policy)
		pipe   string
	}{
		{"nothing is cached", 0, nil, "green"},
		{"the cheap model is cheaper even without cache", 3000, nil, "green"},
		{"reading the cache there is cheaper", 3000, func(p *Policy) {
			p.Models[0].Price = Price{In: 1, Out: 5, CacheWrite: 1.25, CacheRead: .1}
			p.Models[1].Price = Price{In: 2, Out: 5, CacheRead: .01, CacheWrite: 2.5}
		}, "purple"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := testRouter(t, func(p *Policy) {
				p.Scorer = score
				if tt.price != nil {
					tt.price(p)
				}
			})
			if plan := mustPlan(t, r, talk(tt.cached)); plan.Pipe != tt.pipe {
				t.Errorf("pipe %s (%v), want %s", plan.Pipe, plan.Steps, tt.pipe)
			}
		})
	}
}

// Quality comes first: a conversation on the cheap pipe is not kept there.
func TestConversationsMoveUpFreely(t *testing.T) {
	p := &Prompt{CachedTokens: 3000, Turns: []Turn{
		{Role: "user", Text: longText(3000)}, {Role: "assistant", Text: "ok"}, {Role: "user", Text: codeText},
	}}
	r := testRouter(t, func(p *Policy) {
		p.Scorer = scoreFunc(func(text, _ string) Score {
			if strings.Contains(text, "Python") {
				return Score{SmallOK: .2, Gain: .5, Worth: .1}
			}
			return Score{SmallOK: .9, Worth: .1}
		})
	})
	if plan := mustPlan(t, r, p); plan.Pipe != "purple" {
		t.Errorf("pipe %s, want purple", plan.Pipe)
	}
}

func TestSoftLimits(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	b, err := NewBudgets([]Budget{
		{Name: "acme", By: "tenant", Only: "acme", USD: 1, Window: time.Hour, Pipe: "green", Limits: &Limits{Attempts: 1}},
		{Name: "each route", By: "route", USD: 5, Window: time.Hour, Pipe: "green"},
	}, func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	r := testRouter(t, func(p *Policy) { p.Budgets = b })
	hard := func(tenant, route string) *Prompt {
		p := ask(codeText)
		p.Tenant, p.Route = tenant, route
		return p
	}
	check := func(what string, p *Prompt, pipe string, attempts int) {
		t.Helper()
		if plan := mustPlan(t, r, p); plan.Pipe != pipe || plan.Limits.Attempts != attempts {
			t.Errorf("%s: pipe %s, %d attempts; want %s, %d", what, plan.Pipe, plan.Limits.Attempts, pipe, attempts)
		}
	}
	b.Spent("acme", "chat", .9)
	check("below the limit", hard("acme", ""), "purple", 3)
	b.Spent("acme", "chat", .2)
	check("above it", hard("acme", ""), "green", 1)
	check("another tenant", hard("other", ""), "purple", 3)
	check("a route below its own", hard("other", "chat"), "purple", 3)
	b.Spent("other", "chat", 4)
	check("a route above its own", hard("other", "chat"), "green", 3)
	asked := hard("acme", "")
	asked.Model = "opus"
	check("a model that was asked for", asked, "", 3)
	now = now.Add(time.Hour)
	check("the next window", hard("acme", ""), "purple", 3)
	told := hard("acme", "")
	told.Overrun = []string{"acme"}
	check("Envoy says so", told, "green", 1)
	told.Overrun = []string{"each route"}
	check("Envoy says so of a budget that does not count this request", told, "purple", 3)
}
