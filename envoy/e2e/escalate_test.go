package e2e

import (
	"net/http"
	"testing"
	"time"

	"ockham/internal/emulator"
	"ockham/routing"
	"ockham/routing/checks"
)

const (
	jsonFormat = `"response_format":{"type":"json_object"}`
	streaming  = `"stream":true`
)

// escalations are all ways in which a small model can fail, and the reason that must be told.
var escalations = []struct {
	fault  string
	more   string // of the request
	reason routing.Reason
	stream bool // can only happen in a stream
}{
	{fault: "throttle", reason: routing.ReasonThrottled},
	{fault: "not_ready", reason: routing.ReasonThrottled},
	{fault: "unavailable", reason: routing.ReasonStatus},
	{fault: "internal", reason: routing.ReasonStatus},
	{fault: "model_error", reason: routing.ReasonStatus},
	{fault: "model_timeout", reason: routing.ReasonTimeout},
	{fault: "unknown_operation", reason: routing.ReasonMalformed},
	{fault: "stop_max_tokens", reason: routing.ReasonTruncated},
	{fault: "stop_model_context_window_exceeded", reason: routing.ReasonTruncated},
	{fault: "stop_malformed_model_output", reason: routing.ReasonMalformed},
	{fault: "stop_malformed_tool_use", reason: routing.ReasonMalformed},
	{fault: "bad_answer", reason: routing.ReasonEmpty},
	{fault: "bad_answer", more: jsonFormat, reason: routing.ReasonJSON},
	{fault: "refusal", reason: routing.ReasonRefusal},
	{fault: "loop", reason: routing.ReasonLoop},
	{fault: "wrong_language", reason: routing.ReasonLanguage},
	{fault: "hang", reason: routing.ReasonTimeout},
	{fault: "stall", reason: routing.ReasonTimeout},
	{fault: "stream_throttle", reason: routing.ReasonStreamError, stream: true},
	{fault: "stream_model_error", reason: routing.ReasonStreamError, stream: true},
	{fault: "stream_internal", reason: routing.ReasonStreamError, stream: true},
	{fault: "stream_truncate", reason: routing.ReasonTruncated, stream: true},
	{fault: "stream_bad_crc", reason: routing.ReasonStreamError, stream: true},
}

// question is long enough for its language to be known.
const question = "Please explain to me in a few plain sentences why the meeting was moved to Monday and what that means for the team. "

func escalationRig(t *testing.T) *rig {
	language, err := checks.New("language", checks.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return newRig(t, options{plan: func(p *routing.Plan) {
		p.Checks = append(checks.Default(), language)
		p.Deadlines.Answer, p.Deadlines.FirstToken = 4*time.Second, 3*time.Second
		p.Hold.Full = true
	}})
}

func TestEveryReasonEscalatesPlain(t *testing.T) {
	r := escalationRig(t)
	for _, e := range escalations {
		if e.stream {
			continue
		}
		t.Run(e.fault+e.more, func(t *testing.T) {
			t.Parallel()
			a := r.post(t, prompt(question+"[[fault:"+e.fault+"@small]]", withMore(e.more)...))
			if a.Status != http.StatusOK {
				t.Fatalf("got status %d: %s", a.Status, a.Body)
			}
			checkEscalated(t, a.reply(t), e.reason)
			if got := a.Header.Get("X-Ockham-Escalated"); got != "true" {
				t.Errorf("x-ockham-escalated: got %q, want true", got)
			}
		})
	}
}

func TestEveryReasonEscalatesStreamed(t *testing.T) {
	r := escalationRig(t)
	for _, e := range escalations {
		t.Run(e.fault+e.more, func(t *testing.T) {
			t.Parallel()
			a := r.post(t, prompt(question+"[[fault:"+e.fault+"@small]]", withMore(e.more, streaming)...))
			if a.Status != http.StatusOK {
				t.Fatalf("got status %d: %s", a.Status, a.Body)
			}
			s := readStream(t, a.Body)
			if s.kind != "done" {
				t.Fatalf("got a last event %q: %s", s.kind, a.Body)
			}
			s.last.Text = s.text
			checkEscalated(t, s.last, e.reason)
		})
	}
}

func withMore(more ...string) []string {
	var list []string
	for _, m := range more {
		if m != "" {
			list = append(list, m)
		}
	}
	return list
}

func checkEscalated(t *testing.T, got reply, reason routing.Reason) {
	t.Helper()
	route := got.Route
	if len(route.Attempts) != 2 || !route.Escalated || got.Model != "sonnet-5-5" {
		t.Fatalf("got %+v by %s, want two attempts, the second by sonnet-5-5", route, got.Model)
	}
	if first := route.Attempts[0]; first.Verdict != "reject" || first.Reason != string(reason) {
		t.Errorf("first attempt: got %s %s, want reject %s", first.Verdict, first.Reason, reason)
	}
	if second := route.Attempts[1]; second.Verdict != "accept" {
		t.Errorf("second attempt: got %+v, want accept", second)
	}
	if got.Text == "" {
		t.Error("the answer has no text")
	}
}

// Stop reasons that the client or a guardrail wanted are answers, not failures.
func TestAcceptedStopReasons(t *testing.T) {
	r := newRig(t, options{})
	for fault, stop := range map[string]string{
		"stop_stop_sequence":        "stop_sequence",
		"stop_guardrail_intervened": "guardrail_intervened",
		"stop_content_filtered":     "content_filtered",
		"two_text_blocks":           "end_turn",
		"reasoning":                 "end_turn",
	} {
		for _, mode := range []string{"", streaming} {
			t.Run(fault+mode, func(t *testing.T) {
				a := r.post(t, prompt(question+"[[fault:"+fault+"]]", withMore(mode)...))
				got := reply{}
				if mode == "" {
					got = a.reply(t)
				} else {
					got = readStream(t, a.Body).last
				}
				if a.Status != http.StatusOK || got.StopReason != stop || len(got.Route.Attempts) != 1 {
					t.Errorf("got status %d, %s, want one attempt that stopped by %s", a.Status, a.Body, stop)
				}
			})
		}
	}
}

// The client's own limit is no failure.
func TestClientsOwnLimit(t *testing.T) {
	r := newRig(t, options{})
	got := r.post(t, prompt(question, `"max_tokens":5`)).reply(t)
	if got.StopReason != "max_tokens" || got.Route.Escalated {
		t.Errorf("got %+v, want the cut answer of the first model", got)
	}
}

// Faults that a larger model cannot mend come back at once, as a clear error.
func TestNeverEscalated(t *testing.T) {
	r := newRig(t, options{})
	for _, mode := range []string{"", streaming} {
		a := r.post(t, prompt("hi [[fault:access_denied]]", withMore(mode)...))
		got := a.reply(t)
		if a.Status != http.StatusBadGateway || got.Error == nil || got.Error.Code != "upstream_failed" || got.Error.RequestID == "" {
			t.Errorf("got status %d: %s, want 502 upstream_failed", a.Status, a.Body)
		}
		if attempts := a.Header.Get("X-Ockham-Attempts"); attempts != "1" {
			t.Errorf("got %s attempts, want 1", attempts)
		}
	}
}

// When all models fail, the client learns how, in a status of its own.
func TestAllModelsFail(t *testing.T) {
	r := newRig(t, options{plan: func(p *routing.Plan) {
		p.Deadlines.Answer, p.Deadlines.FirstToken = 2*time.Second, 2*time.Second
	}})
	for _, c := range []struct {
		fault  string
		status int
		code   string
	}{
		{"throttle", 429, "throttled"},
		{"unavailable", 503, "unavailable"},
		{"internal", 502, "upstream_failed"},
		{"hang", 504, "timeout"},
		{"unknown_operation", 502, "upstream_failed"},
	} {
		for _, mode := range []string{"", streaming} {
			t.Run(c.fault+mode, func(t *testing.T) {
				a := r.post(t, prompt("hi [[fault:"+c.fault+"]]", withMore(mode)...))
				got := a.reply(t)
				if a.Status != c.status || got.Error == nil || got.Error.Code != c.code {
					t.Fatalf("got status %d: %s, want %d %s", a.Status, a.Body, c.status, c.code)
				}
				if c.status == 429 && a.Header.Get("Retry-After") == "" {
					t.Error("a 429 without retry-after")
				}
				if a.Header.Get("X-Ockham-Attempts") != "3" {
					t.Errorf("got %s attempts, want 3", a.Header.Get("X-Ockham-Attempts"))
				}
			})
		}
	}
}

// An answer that no model gives well is served all the same, and says so.
func TestBestSoFar(t *testing.T) {
	r := newRig(t, options{plan: func(p *routing.Plan) { p.Hold.Full = true }})
	for _, mode := range []string{"", streaming} {
		a := r.post(t, prompt(question+"[[fault:loop]]", withMore(mode)...))
		got, text := reply{}, ""
		if mode == "" {
			got = a.reply(t)
			text = got.Text
			if v := a.Header.Get("X-Ockham-Verdict"); v != "reject;loop" {
				t.Errorf("x-ockham-verdict: got %q, want reject;loop", v)
			}
		} else {
			s := readStream(t, a.Body)
			got, text = s.last, s.text
		}
		if a.Status != http.StatusOK || text == "" || len(got.Route.Attempts) != 3 || got.Model != "opus-5-5" {
			t.Errorf("got status %d, %d attempts by %s, want the last of three answers", a.Status, len(got.Route.Attempts), got.Model)
		}
	}
}

// paced has the emulator write its tokens one by one.
var paced = emulator.Config{Pace: emulator.Pace{Token: 5 * time.Millisecond}}

// What breaks after the release is an error event, never a clean end.
func TestBrokenAfterRelease(t *testing.T) {
	r := newRig(t, options{emulator: paced, plan: func(p *routing.Plan) {
		p.Checks, p.Hold = nil, routing.Hold{Tokens: 1}
	}})
	for fault, reason := range map[string]routing.Reason{
		"stream_throttle": routing.ReasonStreamError, "stream_model_error": routing.ReasonStreamError, "stream_internal": routing.ReasonStreamError,
		"stream_truncate": routing.ReasonTruncated, "stream_bad_crc": routing.ReasonStreamError,
	} {
		t.Run(fault, func(t *testing.T) {
			a := r.post(t, prompt(question+"[[fault:"+fault+"@small]]", streaming))
			s := readStream(t, a.Body)
			if a.Status != http.StatusOK || s.text == "" || s.kind != "error" || s.last.Error == nil || s.last.Error.Code == "" || s.last.Error.Reason != string(reason) {
				t.Errorf("got status %d: %s, want text and then an error event for %s", a.Status, a.Body, reason)
			}
		})
	}
}

// atEnd objects to every whole answer.
type atEnd struct{ reason routing.Reason }

func (atEnd) Name() string { return "at end" }

func (c atEnd) Start(*routing.Prompt) routing.Look {
	return func(a *routing.Answer) routing.Verdict {
		if a.Done {
			return routing.Rejected(c.reason, "at the end")
		}
		return routing.Verdict{}
	}
}

// A check that can only object once all of a stream has gone out: a whole answer that still helps ends with
// the verdict, one that does not with an error.
func TestObjectionAfterRelease(t *testing.T) {
	for reason, kind := range map[routing.Reason]string{routing.ReasonFormat: "done", routing.ReasonUngrounded: "done", routing.ReasonJSON: "error", routing.ReasonLoop: "error"} {
		t.Run(string(reason), func(t *testing.T) {
			r := newRig(t, options{emulator: paced, plan: func(p *routing.Plan) {
				p.Checks, p.Hold = []routing.Check{atEnd{reason}}, routing.Hold{Tokens: 1}
			}})
			s := readStream(t, r.post(t, prompt(question, streaming)).Body)
			if s.kind != kind || s.text == "" {
				t.Fatalf("got %+v, want text and then %s", s.all, kind)
			}
			if a := s.last.Route.Attempts; kind == "done" && (len(a) != 1 || a[0].Verdict != "reject" || a[0].Reason != string(reason)) {
				t.Errorf("got attempts %+v, want one that was rejected", a)
			}
			restarted := readStream(t, r.post(t, prompt(question, streaming, `"restart":true`)).Body)
			if n := len(restarted.last.Route.Attempts); n < 2 {
				t.Errorf("with restart: got %d attempts, want another model's", n)
			}
		})
	}
}

// Where every answer is empty, the client is told so.
func TestAllEmpty(t *testing.T) {
	r := newRig(t, options{upstream: (&big{}).start(t)})
	a := r.post(t, prompt("hi"))
	if got := a.reply(t); a.Status != http.StatusOK || got.Text != "" || len(got.Route.Attempts) != 3 || a.Header.Get("X-Ockham-Verdict") != "reject;empty" {
		t.Errorf("got status %d, verdict %q: %s", a.Status, a.Header.Get("X-Ockham-Verdict"), a.Body)
	}
}

// With restart, the client is told to forget what it has, and gets the larger model's answer.
func TestRestart(t *testing.T) {
	r := newRig(t, options{emulator: paced, plan: func(p *routing.Plan) {
		p.Checks, p.Hold = nil, routing.Hold{Tokens: 1}
	}})
	a := r.post(t, prompt(question+"[[fault:stream_truncate@small]]", streaming, `"restart":true`))
	s := readStream(t, a.Body)
	restarts := 0
	for _, e := range s.all {
		if e.kind == "restart" {
			restarts++
		}
	}
	if restarts != 1 || s.kind != "done" || s.text == "" || s.last.Model != "sonnet-5-5" || !s.last.Route.Escalated {
		t.Errorf("got %s, want one restart and then sonnet's whole answer", a.Body)
	}
}
