package main

import (
	"fmt"
	"strings"
)

// The arms without Ockham.
const (
	envoyArm = "envoy" // no filter at all
	emptyArm = "empty" // a filter that does nothing
)

// Whether the answer comes whole or as a stream.
const (
	plain    = "plain"
	streamed = "stream"
)

// kinds are the ways through Envoy that are compared, and in which modes.
var kinds = []struct {
	name  string
	modes []string
}{
	{envoyArm, []string{plain, streamed}}, // the same Envoy without the filter
	{emptyArm, []string{plain, streamed}}, // an external processor in the same modes that does nothing
	{"rules", []string{plain}},            // the rules decide; no checks
	{"classifier", []string{plain}},       // no rule decides, the classifier is asked; no checks
	{"checks", []string{plain}},           // the rules decide; every deterministic check looks at the answer
	{"escalated", []string{plain}},        // JSON is asked for and not given: the next model's answer is sent
	{"stream", []string{streamed}},        // the default policy with its checks, streamed
}

// body is a size of prompt.
type body struct {
	name  string
	bytes int
}

var (
	bodies  = []body{{"1k", 1 << 10}, {"100k", 100 << 10}}
	clients = []int{1, 32}
)

// key is what is measured: one case under one load.
type key struct {
	Name    string `json:"name"`
	Clients int    `json:"clients"`
	Body    string `json:"body"`
	Mode    string `json:"mode"`
}

func (k key) String() string { return fmt.Sprintf("%s/%d/%s/%s", k.Name, k.Clients, k.Body, k.Mode) }

// empty is the same load through the empty service.
func (k key) empty() key { k.Name = emptyArm; return k }

// prose is what prompts are made of: words and sentences as people write them, no code and no mathematics,
// so that the token rule takes short ones.
const prose = "The council met on Monday and talked about the old bridge over the river, which had been closed since the flood in spring. Most of the residents want a ferry until the repairs begin, and the harbour master said that one could be hired. "

func prompt(bytes int) string { return strings.Repeat(prose, bytes/len(prose)+1)[:bytes] }

// haiku is called by its own name where no filter writes the path.
const haiku = "us.anthropic.claude-haiku-5-5"

// request returns path and body of a load. The arms without Ockham are sent what Bedrock is sent.
func request(kind, mode string, size int) (path string, body []byte) {
	if kind == envoyArm || kind == emptyArm {
		path = "/model/" + haiku + "/converse"
		if mode == streamed {
			path += "-stream"
		}
		return path, []byte(`{"messages":[{"role":"user","content":[{"text":"` + prompt(size) + `"}]}]}`)
	}
	more := ""
	switch {
	case strings.HasPrefix(kind, "escalated"):
		more = `,"response_format":{"type":"json_object"}`
	case mode == streamed:
		more = `,"stream":true`
	}
	return "/api/v1/generate", []byte(`{"prompt":"` + prompt(size) + `"` + more + `}`)
}

// policies are what the cases change of the default policy. The models' context is made larger, so that
// the largest bodies have a model.
var policies = map[string]string{
	"rules":      "checks: []\notherwise: {ask: []}\n",
	"classifier": "checks: []\nrules: []\notherwise: {ask: [classifier]}\n",
	"checks":     "checks: [malformed, empty, cut, json, schema, tools, refusal, language, loop, numbers, grounded, format, code, echo]\notherwise: {ask: []}\n",
	"escalated":  "checks: [json]\notherwise: {ask: []}\ncascade: {attempts: 2}\n",
	"stream":     "otherwise: {ask: [classifier]}\n",
	"early":      "otherwise: {ask: [classifier]}\ncascade: {early: true}\n",
	"unheld":     "checks: []\nhold: {tokens: 0}\n",
}

const base = `
server: {listen: "unix:%s", admin: "%s", http: "127.0.0.1:0"}
bedrock: {endpoint: "http://%s"}
models:
  haiku: {id: anthropic.claude-haiku-5-5, context: 100000000}
  sonnet: {id: anthropic.claude-sonnet-5-5, context: 100000000}
  opus: {id: anthropic.claude-opus-5-5, context: 100000000}
limits: {body: 33MiB}
`

// baselineSuffix marks the cases of the other binary.
const baselineSuffix = "@baseline"

func configuration(kind, socket, admin, upstream string) []byte {
	return []byte(fmt.Sprintf(base, socket, admin, upstream) + policies[strings.TrimSuffix(kind, baselineSuffix)])
}
