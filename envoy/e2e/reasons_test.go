package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"ockham/envoy/envoytest"
	"ockham/internal/emulator"
	"ockham/internal/stack"
	"ockham/internal/telemetry"
	"ockham/routing"
)

// known are requests of which the small model gives the wrong answer and larger ones the right one.
type known struct {
	id, prompt, right, wrong string
}

// configured is a whole Ockham: a configuration file, the service, Envoy, and a Bedrock that knows some requests.
type configured struct {
	*stack.Stack
	ledger string
	read   int // requests of the ledger that a test has seen
}

func newConfigured(t *testing.T, config string, list []known) *configured {
	t.Helper()
	dir := t.TempDir()
	c := &configured{ledger: filepath.Join(dir, "ledger.jsonl")}
	put := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	var lines strings.Builder
	for _, k := range list {
		line, err := json.Marshal(map[string]any{
			"id": k.id, "kind": "known", "request": map[string]string{"prompt": k.prompt},
			"right": k.right, "wrong": []map[string]string{{"how": "wrong", "text": k.wrong}},
		})
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&lines, "%s\n", line)
	}
	bedrock := emulator.Config{Vary: true}
	if len(list) > 0 {
		bedrock.Outcomes = []string{put("outcomes.jsonl", lines.String())}
		bedrock.Rates = put("rates.json", `{"rates": [{"models": "*haiku*", "kind": "*", "right": 0, "wrong": {"wrong": 1}}, {"models": "*", "kind": "*", "right": 1, "wrong": {}}]}`)
	}
	var err error
	c.Stack, err = stack.Start(t.Context(), stack.Options{
		Envoy: envoytest.Binary(t), Log: slog.New(slog.NewTextHandler(testWriter{t}, nil)), Emulator: bedrock,
		Config: put("ockham.yml", "telemetry: {ledger: "+c.ledger+"}\nexpose: full\n"+config),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		envoytest.WantNoneLeft(t)
		c.Stop()
	})
	return c
}

func (c *configured) post(t *testing.T, path, body string) answer {
	t.Helper()
	resp, err := http.Post(c.URL+path, "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, data}
}

// told is what the ledger says of the request that ended last.
func (c *configured) told(t *testing.T) *telemetry.Record {
	t.Helper()
	for until := time.Now().Add(10 * time.Second); time.Now().Before(until); time.Sleep(20 * time.Millisecond) {
		f, err := os.Open(c.ledger)
		if err != nil {
			continue
		}
		var records []*telemetry.Record
		for r, err := range telemetry.ReadLedger(f) {
			if err == nil && r.Kind == "request" {
				records = append(records, r)
			}
		}
		f.Close()
		if len(records) > c.read {
			c.read++
			return records[c.read-1]
		}
	}
	t.Fatal("the ledger does not tell of the request")
	return nil
}

// judged is a configuration whose checks depend on the request's metadata.case.
const judged = `
inputs: {metadata: [case]}
otherwise: {ask: [], unsure: green}
cascade: {repair: false}
hold: {full: true}
tasks: {green: [], purple: []}
rules:
- {when: 'metadata["case"] == "schema"', checks: [schema]}
- {when: 'metadata["case"] == "format"', checks: [{format: {format: {contains: [harbour]}}}]}
- {when: 'metadata["case"] == "code"', checks: [code]}
- {when: 'metadata["case"] == "custom"', checks: [{custom: {name: brand, good: 'answer.contains("Harwick")'}}]}
- {when: 'metadata["case"] == "verifier"', checks: [empty, {verifier: {model: haiku, answers: true, timeout: 5s}}]}
- {when: 'metadata["case"] == "agreement"', checks: [empty, {agreement: {model: haiku, timeout: 5s}}]}
- {when: 'metadata["case"] == "hook"', checks: [empty, {hook: {url: %q, name: tone, timeout: 500ms}}]}
- {when: 'true', pipe: green, checks: [tools, numbers]}
`

// hookServer rejects answers that say so, and never answers for those that ask for it.
func hookServer(t *testing.T) string {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		switch {
		case strings.Contains(string(body), "hang"):
			<-r.Context().Done()
		case strings.Contains(string(body), "mistaken"):
			_, _ = io.WriteString(w, `{"verdict": "reject", "detail": "wrong tone"}`)
		default:
			_, _ = io.WriteString(w, `{"verdict": "accept"}`)
		}
	}))
	t.Cleanup(s.Close)
	return s.URL
}

const (
	wantN  = `"response_format":{"type":"json_schema","schema":{"type":"object","properties":{"n":{"type":"integer"}},"required":["n"]}}`
	wantTo = `"tools":[{"type":"function","function":{"name":"move","description":"moves a boat","parameters":{"type":"object","properties":{"berth":{"type":"integer"}},"required":["berth"]}}}]`
)

// reasons are those that only checks of answers know of. Each case is a request of which the small model's answer
// is rejected for the reason; the others come from faults, see escalations.
var reasons = []struct {
	reason routing.Reason
	known
	on   string // metadata.case
	path string // of a dialect in which the request can be put; "" is the generate API
	body string // instead of the prompt
}{
	{reason: routing.ReasonSchema, on: "schema", known: known{"schema", "Count the berths of Harwick.", `{"n": 12}`, `{"n": "twelve"}`}, body: `{"prompt":"Count the berths of Harwick.",` + wantN},
	{reason: routing.ReasonFormat, on: "format", known: known{"format", "When does it open, and what?", "The harbour opens at nine.", "At nine."}},
	{reason: routing.ReasonCode, on: "code", known: known{"code", "Write a function in Go that does nothing.", "```go\nfunc nothing() {}\n```", "```go\nfunc nothing( {\n```"}},
	{reason: routing.ReasonCustom, on: "custom", known: known{"custom", "Which town has the harbour?", "The harbour is Harwick's.", "The harbour is there."}},
	{reason: routing.ReasonCustom, on: "hook", known: known{"hook", "Reply to the letter about the ferry.", "Thank you for your letter.", "You are mistaken."}},
	{reason: routing.ReasonVerifier, on: "verifier", known: known{"verifier", "Who built the quay of Harwick?", "Fishermen built it.", "Romans built it."}},
	{reason: routing.ReasonDisagreement, on: "agreement", body: `{"prompt":"Count the ferries, boats and berths of Harwick.","response_format":{"type":"json_schema","schema":{"type":"object","properties":{"ferries":{"type":"integer"},"boats":{"type":"integer"},"berths":{"type":"integer"}},"required":["ferries","boats","berths"],"additionalProperties":false}}`},
	{reason: routing.ReasonToolArgs, path: "/v1/chat/completions", body: `{"model":"green",` + wantTo + `,"messages":[{"role":"user","content":"Move the boat to berth 7 [[fault:bad_tool_args@small]]"}]`},
	{
		reason: routing.ReasonUngrounded, path: "/model/green/converse",
		body: `{"messages":[{"role":"user","content":[{"document":{"format":"txt","name":"quay","source":{"text":"The quay of Harwick was built by fishermen in 1841."}}},{"text":"Who built the quay? [[fault:ungrounded@small]]"}]}]`,
	},
}

// No reason is without a test that it escalates, plain and streamed.
func TestEveryReasonHasATest(t *testing.T) {
	tested := []routing.Reason{routing.ReasonConnection} // TestConnectionRefused
	for _, e := range escalations {
		if !e.stream || e.reason == routing.ReasonStreamError { // which only streams know
			tested = append(tested, e.reason)
		}
	}
	for _, c := range reasons {
		tested = append(tested, c.reason)
	}
	source, err := os.ReadFile("../../routing/check.go")
	if err != nil {
		t.Fatal(err)
	}
	all := regexp.MustCompile(`Reason\w+ +Reason = "(\w+)"`).FindAllSubmatch(source, -1)
	if len(all) < 20 {
		t.Fatalf("found %d reasons in routing/check.go", len(all))
	}
	for _, m := range all {
		if !slices.Contains(tested, routing.Reason(m[1])) {
			t.Errorf("%s: no test shows that it escalates", m[1])
		}
	}
}

// Every reason that a check gives escalates, plain and streamed, and is told in the ledger.
func TestEveryCheckEscalates(t *testing.T) {
	var list []known
	for _, c := range reasons {
		if c.id != "" {
			list = append(list, c.known)
		}
	}
	o := newConfigured(t, fmt.Sprintf(judged, hookServer(t)), list)
	for _, c := range reasons {
		for _, mode := range []string{"", streaming} {
			t.Run(c.on+string(c.reason)+mode, func(t *testing.T) {
				path, body := "/api/v1/generate", c.body
				if c.path != "" {
					path = c.path
				}
				if body == "" {
					body = strings.TrimSuffix(prompt(c.prompt), "}")
				}
				switch {
				case c.on != "":
					body += `,"metadata":{"case":"` + c.on + `"}`
				case mode != "" && strings.HasSuffix(path, "/converse"):
					path += "-stream"
				}
				if mode != "" && !strings.HasSuffix(path, "-stream") {
					body += "," + mode
				}
				a := o.post(t, path, body+"}")
				r := o.told(t)
				if a.Status != http.StatusOK || len(r.Attempts) != 2 || !r.Escalated || r.Verdict != "accept" {
					t.Fatalf("got status %d, verdict %s after %d attempts: %s\n%+v", a.Status, r.Verdict, len(r.Attempts), a.Body, r.Attempts)
				}
				first := r.Attempts[0]
				if first.Verdict != "reject" || first.Reason != string(c.reason) || !strings.HasPrefix(first.Then, "escalate: sonnet gets it right") {
					t.Errorf("first attempt: got %s %s, then %q, want reject %s and escalation", first.Verdict, first.Reason, first.Then, c.reason)
				}
				if asks := c.on == "verifier" || c.on == "agreement"; asks != (len(r.Charges) > 0) {
					t.Errorf("got charges %+v", r.Charges)
				}
			})
		}
	}
}

// A slow check that cannot judge lets the answer pass in time, and that is told everywhere.
func TestSlowChecksAreSkipped(t *testing.T) {
	o := newConfigured(t, fmt.Sprintf(judged, hookServer(t)), nil)
	for _, c := range []struct{ on, skipped, fault string }{
		{"verifier", "verifier", "[[fault:judge_ramble]]"},
		{"verifier", "verifier", "[[fault:judge_error]]"},
		{"hook", "tone", "please hang"},
	} {
		for _, mode := range []string{"", streaming} {
			t.Run(c.on+c.fault+mode, func(t *testing.T) {
				a := o.post(t, "/api/v1/generate", prompt("Say something of the ferry. "+c.fault, withMore(`"metadata":{"case":"`+c.on+`"}`, mode)...))
				got, r := ended(t, a, mode), o.told(t)
				if a.Status != http.StatusOK || got.Text == "" || len(got.Route.Attempts) != 1 || !slices.Equal(got.Route.Attempts[0].Skipped, []string{c.skipped}) {
					t.Fatalf("got status %d: %s, want the first answer, and %s skipped", a.Status, a.Body, c.skipped)
				}
				if told := a.Header.Get("X-Ockham-Skipped"); told != c.skipped {
					t.Errorf("x-ockham-skipped: got %q, want %q", told, c.skipped)
				}
				if len(r.Attempts[0].Skipped) != 1 || r.Attempts[0].Skipped[0].Check != c.skipped || r.Attempts[0].Skipped[0].Why == "" {
					t.Errorf("the ledger tells %+v", r.Attempts[0].Skipped)
				}
			})
		}
	}
}

// doubling is a schema of n definitions, each of which asks for the one before it twice.
func doubling(n int) string {
	defs := []string{`"d0":{"type":"object","minProperties":1}`}
	for i := range n {
		defs = append(defs, fmt.Sprintf(`"d%d":{"allOf":[{"$ref":"#/$defs/d%d"},{"$ref":"#/$defs/d%d"}]}`, i+1, i, i))
	}
	return fmt.Sprintf(`{"$defs":{%s},"$ref":"#/$defs/d%d"}`, strings.Join(defs, ","), n)
}

// A schema that is refused as hostile is not used, and an answer that had to be mended is served; both are told.
func TestMendedAndSkipped(t *testing.T) {
	fenced := known{"mend", "Count the boats of Harwick.", `{"n": 3}`, "Here it is:\n```json\n{\"n\": 3,}\n```"}
	o := newConfigured(t, "otherwise: {ask: [], unsure: green}\n", []known{fenced})
	for name, c := range map[string]struct{ schema, mended, skipped string }{
		"mended":          {`{"type":"object"}`, "json", ""},
		"remote ref":      {`{"$ref":"http://192.0.2.1/schema.json"}`, "json", "schema"},
		"regex":           {`{"type":"object","patternProperties":{"(?=a)b":{}}}`, "json", "schema"},
		"doubling":        {doubling(30), "json", "schema"},
		"no backtracking": {`{"type":"object","propertyNames":{"pattern":"^(n+)+$"}}`, "json", ""},
	} {
		for _, mode := range []string{"", streaming} {
			t.Run(name+mode, func(t *testing.T) {
				a := o.post(t, "/api/v1/generate", prompt(fenced.prompt, withMore(`"response_format":{"type":"json_schema","schema":`+c.schema+`}`, mode)...))
				got, r := ended(t, a, mode), o.told(t)
				if a.Status != http.StatusOK || len(got.Route.Attempts) != 1 || !json.Valid([]byte(got.Text)) {
					t.Fatalf("got status %d: %s, want the first answer as JSON", a.Status, a.Body)
				}
				first := got.Route.Attempts[0]
				if strings.Join(first.Mended, ",") != c.mended || strings.Join(first.Skipped, ",") != c.skipped {
					t.Errorf("got mended %v, skipped %v, want %s, %s", first.Mended, first.Skipped, c.mended, c.skipped)
				}
				if a.Header.Get("X-Ockham-Mended") != c.mended || a.Header.Get("X-Ockham-Skipped") != c.skipped {
					t.Errorf("got headers %v", a.Header)
				}
				if strings.Join(r.Attempts[0].Mended, ",") != c.mended || len(r.Attempts[0].Skipped) != len(first.Skipped) {
					t.Errorf("the ledger tells %+v", r.Attempts[0])
				}
			})
		}
	}
}

// What follows a rejection is weighed: by the dial, by what the ledger has taught, and by what a repair costs.
func TestRejectionsAreWeighed(t *testing.T) {
	k := known{"weigh", "When does it open, and what?", "The harbour opens at nine.", "At nine."}
	rates := filepath.Join(t.TempDir(), "rates.json")
	if err := os.WriteFile(rates, []byte(`{"rates":[{"pipe":"green","model":"haiku","reason":"format","next":"sonnet","tried":500,"good":0}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	const checks = "checks: [{format: {format: {contains: [harbour]}}}]\notherwise: {ask: [], unsure: green}\nhold: {full: true}\n"
	for name, c := range map[string]struct {
		config   string
		attempts string // models, and what followed
		verdict  string
	}{
		"default":       {"", "haiku repair haiku escalate sonnet", "accept"},
		"no repair":     {"cascade: {repair: false}", "haiku escalate sonnet", "accept"},
		"cheapest":      {"aim: 0", "haiku serve", "reject;format"},
		"no help":       {"cascade: {repair: false, rates: " + rates + "}", "haiku serve", "reject;format"},
		"a turn apiece": {"cascade: {attempts: 3}", "haiku escalate sonnet", "accept"},
	} {
		t.Run(name, func(t *testing.T) {
			o := newConfigured(t, checks+c.config+"\n", []known{k})
			for _, mode := range []string{"", streaming} {
				a := o.post(t, "/api/v1/generate", prompt(k.prompt, withMore(mode)...))
				r := o.told(t)
				var got []string
				for _, attempt := range r.Attempts {
					then, _, _ := strings.Cut(attempt.Then, ":")
					got = append(got, withMore(attempt.Model, then)...)
				}
				if a.Status != http.StatusOK || strings.Join(got, " ") != c.attempts || r.Verdict != c.verdict {
					t.Errorf("%s: got status %d, %v, verdict %s, want %s, %s", mode, a.Status, got, r.Verdict, c.attempts, c.verdict)
				}
			}
		})
	}
}
