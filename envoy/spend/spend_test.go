//go:build spend

package spend

import (
	"bufio"
	"encoding/json"
	"io"
	"math"
	"strings"
	"testing"
	"time"

	"ockham/envoy"
	"ockham/envoy/envoytest"
)

const (
	prompt    = `{"prompt":"Summarise: the meeting moved."}`
	escalated = `{"prompt":"Give JSON. [[fault:bad_answer@small]]","response_format":{"type":"json_object"}}`
)

// answer is what the generate API says of a request.
type answer struct {
	status int
	body   string
	Usage  struct {
		Cost float64 `json:"cost_usd"`
	}
	Route struct {
		Pipe      string
		Reason    string
		Escalated bool
	}
}

// micro is the answer's cost as the rate limit service counts it.
func (a *answer) micro() int { return int(math.Round(a.Usage.Cost * 1e6)) }

func ask(t *testing.T, url, body string, headers ...string) answer {
	t.Helper()
	res := envoytest.Post(t, url, body, headers...)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	a := answer{status: res.StatusCode, body: string(text)}
	data := text
	if _, last, ok := strings.Cut(string(text), "event: done\ndata: "); ok {
		data = []byte(last)
	}
	_ = json.Unmarshal(data, &a) // another dialect's says nothing of it
	return a
}

// Who the client is comes from a key or a token; whatever it pays is counted to a millionth of a dollar,
// and past the limit every dialect says so in its own words, to this client alone.
func TestHardLimit(t *testing.T) {
	token, jwks := envoytest.Token(t, "bob")
	for name, tt := range map[string]struct {
		auth *envoy.Auth
		bob  []string
	}{
		"api key": {&envoy.Auth{Keys: []envoy.Key{{Client: "bob", Key: "k1"}, {Client: "alice", Key: "k2"}}}, []string{"x-api-key", "k1"}},
		"token":   {&envoy.Auth{JWT: &envoy.JWT{Issuer: envoytest.Issuer, JWKS: jwks}}, []string{"authorization", "Bearer " + token}},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, "budgets: [{name: monthly, by: tenant, window: 720h, usd: 0.0005}]\n")
			url := r.replica(t, tt.auth)
			spent := 0
			for i := 0; spent <= 500; i++ {
				body := []string{prompt, escalated, strings.Replace(prompt, "{", `{"stream":true,`, 1)}[i%3]
				a := ask(t, url+"/api/v1/generate", body, append(tt.bob, "x-ockham-tenant", "forged")...)
				if a.status != 200 || a.micro() == 0 || a.Route.Escalated != (body == escalated) {
					t.Fatalf("with %d spent: got %d %s, want an answer with a cost", spent, a.status, a.body)
				}
				spent += a.micro()
				r.wantSpent(t, "budget_monthly_tenant_bob", spent)
			}
			for path, want := range map[string]string{
				"/api/v1/generate":     `"code":"budget_exceeded"`,
				"/v1/chat/completions": `"type":"insufficient_quota"`,
				"/v1/messages":         `"type":"rate_limit_error"`,
				"/model/auto/converse": `"message":"the budget is spent`,
			} {
				if a := ask(t, url+path, "{}", tt.bob...); a.status != 429 || !strings.Contains(a.body, want) {
					t.Errorf("%s past the limit: got %d %s, want 429 with %s", path, a.status, a.body, want)
				}
			}
			r.wantSpent(t, "budget_monthly_tenant_bob", spent)
			if len(tt.auth.Keys) > 1 {
				if a := ask(t, url+"/api/v1/generate", prompt, "x-api-key", "k2"); a.status != 200 {
					t.Errorf("another tenant: got %d %s, want 200", a.status, a.body)
				}
			}
		})
	}
}

// A route's spend is its own, though the route has changed by the time the cost is known.
func TestLimitOfARoute(t *testing.T) {
	r := newRig(t, "budgets: [{name: bots, by: route, only: voice, window: 720h, usd: 0.000001}, {name: all, by: all, window: 720h, usd: 1}]\n")
	url := r.replica(t, nil) + "/api/v1/generate"
	a := ask(t, url, prompt, "x-bot", "voice")
	r.wantSpent(t, "budget_bots_route_voice", a.micro())
	if b := ask(t, url, prompt, "x-bot", "voice"); a.status != 200 || b.status != 429 {
		t.Errorf("on the route: got %d, then %d %s; want 200, then 429", a.status, b.status, b.body)
	}
	c := ask(t, url, prompt)
	if c.status != 200 {
		t.Errorf("on another route: got %d %s, want 200", c.status, c.body)
	}
	r.wantSpent(t, "budget_all", a.micro()+c.micro())
}

// Past a soft limit every replica takes the cheaper way, also one that has spent nothing itself.
func TestSoftLimitHoldsForAllReplicas(t *testing.T) {
	r := newRig(t, "budgets: [{name: daily, by: tenant, window: 720h, soft_usd: 0.0001, pipe: green, attempts: 1}]\n")
	auth := &envoy.Auth{Keys: []envoy.Key{{Client: "bob", Key: "k1"}, {Client: "alice", Key: "k2"}}}
	first, second := r.replica(t, auth)+"/api/v1/generate", r.replica(t, auth)+"/api/v1/generate"
	const hard = `{"prompt":"Prove it.","task_type":"reason"}`
	a := ask(t, first, hard, "x-api-key", "k1")
	if a.status != 200 || a.Route.Pipe != "purple" || a.micro() <= 100 {
		t.Fatalf("below the limit: got %d, pipe %s, %d spent; want 200, purple, more than 100", a.status, a.Route.Pipe, a.micro())
	}
	r.wantSpent(t, "soft_daily_tenant_bob", a.micro())
	if b := ask(t, second, hard, "x-api-key", "k1"); b.status != 200 || b.Route.Pipe != "green" || !strings.Contains(b.Route.Reason, "budget daily") {
		t.Errorf("past it, at another replica: got %d, pipe %s, %s; want 200, green", b.status, b.Route.Pipe, b.Route.Reason)
	}
	if c := ask(t, second, hard, "x-api-key", "k2"); c.Route.Pipe != "purple" {
		t.Errorf("another tenant: got pipe %s, want purple", c.Route.Pipe)
	}
}

// Whoever leaves before the end is charged what the request was expected to cost.
func TestLeavingIsNotFree(t *testing.T) {
	r := newRig(t, "budgets: [{name: all, by: all, window: 720h, usd: 1}]\n")
	url := r.replica(t, nil) + "/api/v1/generate"
	res := envoytest.Post(t, url, `{"prompt":"Summarise: the meeting moved. [[fault:slow]]","stream":true,"max_tokens":100}`)
	if line, err := bufio.NewReader(res.Body).ReadString('\n'); err != nil || !strings.HasPrefix(line, "event: delta") {
		t.Fatalf("the stream begins with %q, %v", line, err)
	}
	res.Body.Close()
	for until := time.Now().Add(20 * time.Second); r.spent(t, "budget_all") == 0; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(until) {
			t.Fatal("nothing was charged")
		}
	}
}

// Without the service prompts go on: a budget is no reason to be down.
func TestServiceIsDown(t *testing.T) {
	r := newRig(t, "budgets: [{name: all, by: all, window: 720h, usd: 0.000001}]\n")
	url := r.replica(t, nil) + "/api/v1/generate"
	a := ask(t, url, prompt)
	r.wantSpent(t, "budget_all", a.micro())
	if a := ask(t, url, prompt); a.status != 429 {
		t.Fatalf("past the limit: got %d %s, want 429", a.status, a.body)
	}
	if err := r.service.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	for until := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		a := ask(t, url, prompt)
		if a.status == 200 {
			return
		}
		if time.Now().After(until) {
			t.Fatalf("without the service: got %d %s, want 200", a.status, a.body)
		}
	}
}
