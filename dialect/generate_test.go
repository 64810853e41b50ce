package dialect

import (
	"encoding/json"
	"strings"
	"testing"

	"ockham/bedrock"

	"github.com/google/go-cmp/cmp"
)

// input makes a POST of body to path.
func input(path, body string, headers ...string) *Input {
	return &Input{Method: "POST", Path: path, Body: []byte(body), RequestID: "r1", Header: func(name string) string {
		for i := 0; i+1 < len(headers); i += 2 {
			if headers[i] == name {
				return headers[i+1]
			}
		}
		return ""
	}}
}

func TestGenerateParse(t *testing.T) {
	half := 0.5
	in := input("/api/v1/generate", `{"prompt":"Say \"hi\"","system":"Be brief.","task_type":"summarize",
		"response_format":{"type":"json_schema","schema":{"type":"object"}},"max_tokens":9,"temperature":0.5,"stop":["a","b"],
		"stream":true,"restart":true,"pipe":"green","metadata":{"team":"a"}}`)
	got, err := Generate{}.Parse(in)
	if err != nil {
		t.Fatal(err)
	}
	want := &Call{
		Dialect: Generate{}, Stream: true, Restart: true, Pipe: "green", Task: "summarize", Metadata: map[string]string{"team": "a"},
		Request: bedrock.Request{
			Messages:  []bedrock.Message{userTurn(textBlock(`Say "hi"`))},
			System:    []bedrock.Block{{Kind: bedrock.Text, Text: "Be brief."}},
			Format:    bedrock.Format{JSON: true, Schema: []byte(`{"type":"object"}`)},
			MaxTokens: 9, Temperature: &half, Stop: []string{"a", "b"}, Metadata: []byte(`{"team":"a"}`),
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("call (-want +got):\n%s", diff)
	}
}

func TestGenerateRefuses(t *testing.T) {
	deep := strings.Repeat("[", 200_000)
	for _, c := range []struct{ name, body, param, message string }{
		{"empty", "", "", "The body is empty: send a JSON object."},
		{"spaces", " \n", "", "The body is empty: send a JSON object."},
		{"syntax", `{"prompt":x}`, "", "The body is not valid JSON, at byte 10."},
		{"cut", `{"prompt":"x"`, "", "The body is not valid JSON: it ends too early, at byte 13."},
		{"utf8", "{\"prompt\":\"a\xff\"}", "", "The body is not valid UTF-8, at byte 12."},
		{"deep", deep, "", "The body is nested deeper than 128 levels, at byte 128."},
		{"deep inside", `{"prompt":"x","metadata":` + deep, "", "The body is nested deeper than 128 levels, at byte 152."},
		{"array", `[]`, "", "The body must be a JSON object, not an array."},
		{"no prompt", `{}`, "prompt", `"prompt" is missing: send "prompt" or "messages"`},
		{"null prompt", `{"prompt":null}`, "prompt", `"prompt" is missing: send "prompt" or "messages"`},
		{"blank prompt", `{"prompt":" \n"}`, "prompt", `"prompt" must not be empty`},
		{"both", `{"prompt":"a","messages":[]}`, "messages", `"messages" cannot be given together with "prompt": send one of them`},
		{"no messages", `{"messages":[]}`, "messages", `"messages" holds no text`},
		{"unknown", `{"prompt":"a","promt":"b"}`, "promt", `"promt" is not a field of this API`},
		{"unknown null", `{"prompt":"a","x":null}`, "x", `"x" is not a field of this API`},
		{"unknown inside", `{"messages":[{"role":"user","content":"a"},{"name":"x"}]}`, "messages[1].name", `"messages[1].name" is not a field of this API`},
		{"model", `{"prompt":"a","model":"b"}`, "model", `"model" is not a field of this API: this API picks the model`},
		{"twice", `{"prompt":"a","prompt":"b"}`, "prompt", `"prompt" is given twice`},
		{"twice escaped", `{"prompt":"a","\u0070rompt":"b"}`, "prompt", `"prompt" is given twice`},
		{"twice inside", `{"messages":[{"role":"user","role":"user"}]}`, "messages[0].role", `"messages[0].role" is given twice`},
		{"metadata twice", `{"prompt":"a","metadata":{"k":"a","k":"b"}}`, "metadata.k", `"metadata.k" is given twice`},
		{"prompt type", `{"prompt":1}`, "prompt", `"prompt" must be a string, not a number`},
		{"messages type", `{"messages":{}}`, "messages", `"messages" must be an array, not an object`},
		{"message type", `{"messages":["a"]}`, "messages[0]", `"messages[0]" must be an object, not a string`},
		{"content type", `{"messages":[{"role":"user","content":[]}]}`, "messages[0].content", `"messages[0].content" must be a string, not an array`},
		{"system role", `{"messages":[{"role":"system","content":"a"}]}`, "messages[0].role", `"messages[0].role" must be user or assistant: the system prompt has a field of its own, "system"`},
		{"role", `{"messages":[{"role":"tool","content":"a"}]}`, "messages[0].role", `"messages[0].role" must be user or assistant`},
		{"stream type", `{"prompt":"a","stream":"yes"}`, "stream", `"stream" must be true or false, not a string`},
		{"max_tokens type", `{"prompt":"a","max_tokens":"9"}`, "max_tokens", `"max_tokens" must be an integer, not a string`},
		{"max_tokens float", `{"prompt":"a","max_tokens":1.5}`, "max_tokens", `"max_tokens" must be an integer of at least 1`},
		{"max_tokens zero", `{"prompt":"a","max_tokens":0}`, "max_tokens", `"max_tokens" must be an integer of at least 1`},
		{"max_tokens huge", `{"prompt":"a","max_tokens":1` + strings.Repeat("0", 400) + `}`, "max_tokens", `"max_tokens" must be an integer of at most 2147483647`},
		{"temperature", `{"prompt":"a","temperature":1.5}`, "temperature", `"temperature" must be between 0 and 1`},
		{"temperature type", `{"prompt":"a","temperature":[]}`, "temperature", `"temperature" must be a number, not an array`},
		{"stop", `{"prompt":"a","stop":[""]}`, "stop[0]", `"stop[0]" must not be empty`},
		{"stop type", `{"prompt":"a","stop":7}`, "stop", `"stop" must be a string or an array of strings, not a number`},
		{"format", `{"prompt":"a","response_format":{"type":"xml"}}`, "response_format.type", `"response_format.type" must be one of json_object, json_schema`},
		{"format type", `{"prompt":"a","response_format":"json"}`, "response_format", `"response_format" must be an object, not a string`},
		{"no schema", `{"prompt":"a","response_format":{"type":"json_schema"}}`, "response_format.schema", `"response_format.schema" is missing: json_schema needs one`},
		{"metadata", `{"prompt":"a","metadata":{"k":1}}`, "metadata.k", `"metadata.k" must be a string, not a number`},
	} {
		t.Run(c.name, func(t *testing.T) {
			call, err := Generate{}.Parse(input("/api/v1/generate", c.body))
			want := &Error{Code: InvalidRequest, Param: c.param, Message: c.message}
			if call != nil {
				t.Errorf("got a call, want none")
			}
			if diff := cmp.Diff(error(want), err); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
		})
	}
}

func TestMediaTypes(t *testing.T) {
	body := `{"prompt":"a"}`
	for _, c := range []struct {
		header, value string
		ok            bool
	}{
		{"content-type", "", true},
		{"content-type", "application/json", true},
		{"content-type", "Application/JSON; charset=utf-8", true},
		{"content-type", "application/vnd.api+json", true},
		{"content-type", "text/plain", false},
		{"content-type", "application/x-www-form-urlencoded", false},
		{"content-type", "application/json;;;=", false},
		{"content-encoding", "identity", true},
		{"content-encoding", "gzip", false},
	} {
		_, err := Generate{}.Parse(input("/api/v1/generate", body, c.header, c.value))
		if e, _ := err.(*Error); (err == nil) != c.ok || err != nil && e.Status() != 415 {
			t.Errorf("%s: %s: got %v, want ok %v or a 415", c.header, c.value, err, c.ok)
		}
	}
}

func usd(u USD) *USD { return &u }

// reply is an answer for writers to write.
func reply() *Reply {
	return &Reply{
		ID: "r1", Created: 1700000000, Model: "haiku", Cost: usd(0.0000005),
		Answer: &bedrock.Answer{
			Content: []bedrock.Block{{Kind: bedrock.Text, Text: "a\n<"}, {Kind: bedrock.Text, Text: "b\"\u2028\xff"}},
			Stop:    "end_turn", Usage: bedrock.Usage{Input: 5, Output: 2, CacheRead: 1},
		},
		Route: &Route{Pipe: "green", Strategy: "rules", Reason: "short", Verdict: "accept", Attempts: []Attempt{{Model: "haiku", Verdict: "accept", MS: 3, CostUSD: 0.0000005}}},
	}
}

func TestGenerateWrites(t *testing.T) {
	r := reply()
	const tail = `"model":"haiku","stop_reason":"end_turn","usage":{"input_tokens":6,"output_tokens":2,"cost_usd":0.0000005},` +
		`"route":{"pipe":"green","strategy":"rules","reason":"short","verdict":"accept","escalated":false,"attempts":[{"model":"haiku","verdict":"accept","ms":3,"cost_usd":0.0000005}]}}`
	want := `{"id":"r1","text":"a\n<b\"` + "\u2028\ufffd" + `",` + tail
	if got := string(Generate{}.Answer(nil, nil, r)); got != want || !json.Valid([]byte(got)) {
		t.Errorf("answer\n got %s\nwant %s", got, want)
	}
	s := Generate{}.Stream(nil, r)
	got := s.Event(nil, &bedrock.Event{Kind: bedrock.MessageStart})
	got = s.Event(got, &bedrock.Event{Kind: bedrock.TextDelta, Text: "a\nb"})
	got = s.Restart(got, "json")
	got = s.Done(got, r)
	want = "event: delta\ndata: {\"text\":\"a\\nb\"}\n\nevent: restart\ndata: {\"reason\":\"json\"}\n\nevent: done\ndata: {\"id\":\"r1\"," + tail + "\n\n"
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("stream (-want +got):\n%s", diff)
	}
	got = s.Fail(nil, &Error{Code: UpstreamFailed, Message: "The model's answer broke off."}, "r1")
	want = "event: error\ndata: {\"error\":{\"code\":\"upstream_failed\",\"message\":\"The model's answer broke off.\",\"request_id\":\"r1\"}}\n\n"
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("error (-want +got):\n%s", diff)
	}
}
