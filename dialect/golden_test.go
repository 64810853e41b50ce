package dialect

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ockham/bedrock"

	"github.com/aws/aws-sdk-go-v2/aws/protocol/eventstream"
	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "rewrite the results in testdata")

// able is a model that takes everything, so that a Converse body shows all of a request.
var able = &bedrock.Model{
	Family: "claude", Context: 1_000_000, MaxOutput: 128_000,
	System: true, Tools: true, StreamTools: true, ToolChoice: true, ForcedTool: true, StrictTools: true, JSONSchema: true,
	Sampling: true, Stops: true, Images: true, Documents: true, Reasoning: true, CachePoints: true, CountTokens: true,
}

// TestGolden runs the cases under testdata, a file each. The comment is the request line and headers;
// in.json the body, answer.json or events.jsonl what Bedrock says. All other files are results.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases found: %v", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(strings.TrimPrefix(file, "testdata/"), ".txtar")
		t.Run(name, func(t *testing.T) { runGolden(t, file) })
	}
}

func runGolden(t *testing.T, file string) {
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	in := txtar.Parse(data)
	out := &txtar.Archive{Comment: in.Comment}
	given := map[string][]byte{}
	for _, f := range in.Files {
		switch f.Name {
		case "in.json", "answer.json", "events.jsonl":
			given[f.Name] = f.Data
			out.Files = append(out.Files, f)
		}
	}
	goldenCase(t, out, given)
	got := txtar.Format(out)
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(data), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

func goldenCase(t *testing.T, out *txtar.Archive, given map[string][]byte) {
	add := func(name string, data []byte) {
		if len(data) > 0 && data[len(data)-1] != '\n' {
			data = append(data, '\n')
		}
		out.Files = append(out.Files, txtar.File{Name: name, Data: data})
	}
	head := strings.Split(strings.TrimSpace(string(out.Comment)), "\n")
	method, path, _ := strings.Cut(head[0], " ")
	var headers []string
	for _, line := range head[1:] {
		name, value, _ := strings.Cut(line, ": ")
		headers = append(headers, name, value)
	}
	request := input(path, string(given["in.json"]), headers...)
	d, refusal := For(method, path)
	var call *Call
	if refusal == nil {
		var err error
		if call, err = d.Parse(request); err != nil {
			refusal = err.(*Error)
		}
	}
	if refusal != nil {
		add("refused.txt", refusedText(d, refusal))
		add("refused.json", indent(t, d.Error(nil, refusal, "req-1")))
		return
	}
	if rest := callText(call); len(rest) > 0 {
		add("call.txt", rest)
	}
	if !call.Passthrough {
		add("converse.json", indent(t, bedrock.Fit(&call.Request, able, bedrock.FitOptions{}).Body))
	}
	goldenAnswer(t, add, call, given)
}

func goldenAnswer(t *testing.T, add func(string, []byte), call *Call, given map[string][]byte) {
	r := &Reply{ID: "req-1", Created: 1_700_000_000, Cost: usd(0.00012)}
	d := call.Dialect
	switch {
	case given["answer.json"] != nil:
		a, err := bedrock.ParseAnswer(given["answer.json"])
		if err != nil {
			t.Fatal(err)
		}
		r.Answer = a
		add("out.json", indent(t, d.Answer(nil, call, r)))
		add("out.stream", streamText(t, d, writeStream(call, r, a.Events())))
	case given["events.jsonl"] != nil:
		var c bedrock.Collector
		events := readEvents(t, given["events.jsonl"])
		for i := range events {
			c.Add(&events[i])
		}
		r.Answer = &c.Answer
		add("out.stream", streamText(t, d, writeStream(call, r, events)))
		s := d.Stream(call, r)
		failed := s.Event(nil, &events[0])
		failed = s.Fail(failed, &Error{Code: UpstreamFailed, Message: "The model's answer broke off."}, "req-1")
		add("failed.stream", streamText(t, d, failed))
	}
}

func writeStream(call *Call, r *Reply, events []bedrock.Event) []byte {
	s := call.Dialect.Stream(call, r)
	var out []byte
	for i := range events {
		out = s.Event(out, &events[i])
	}
	return s.Done(out, r)
}

func refusedText(d Dialect, e *Error) []byte {
	text := fmt.Sprintf("%s %d\n", d.Name(), e.Status())
	if h, ok := d.(ErrorHeaders); ok {
		for _, kv := range h.ErrorHeaders(e) {
			text += kv[0] + ": " + kv[1] + "\n"
		}
	}
	return []byte(text)
}

// callText shows of a call what its Converse body does not.
func callText(c *Call) []byte {
	var b bytes.Buffer
	show := func(name string, v any, is bool) {
		if is {
			fmt.Fprintf(&b, "%s: %v\n", name, v)
		}
	}
	show("stream", c.Stream, c.Stream)
	show("model", c.Model, c.Model != "")
	show("pipe", c.Pipe, c.Pipe != "")
	show("task", c.Task, c.Task != "")
	show("metadata", c.Metadata, len(c.Metadata) > 0)
	show("dropped", c.Dropped, len(c.Dropped) > 0)
	show("reasoning", c.Reasoning, c.Reasoning)
	show("restart", c.Restart, c.Restart)
	show("passthrough", c.Passthrough, c.Passthrough)
	show("count", c.Count, c.Count)
	return b.Bytes()
}

func indent(t *testing.T, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := json.Indent(&b, data, "", "  "); err != nil {
		t.Fatalf("not JSON: %v\n%s", err, data)
	}
	return b.Bytes()
}

// streamText makes a stream readable: event-stream messages become a line each, without their padding.
func streamText(t *testing.T, d Dialect, stream []byte) []byte {
	t.Helper()
	if d.ContentType(true) == "text/event-stream" {
		return stream
	}
	var b bytes.Buffer
	reader := bytes.NewReader(stream)
	decoder := eventstream.NewDecoder()
	for reader.Len() > 0 {
		msg, err := decoder.Decode(reader, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range msg.Headers {
			fmt.Fprintf(&b, "%s=%s ", h.Name, h.Value)
		}
		fmt.Fprintf(&b, "%s\n", withoutPadding(msg.Payload))
	}
	return b.Bytes()
}

func withoutPadding(payload []byte) []byte {
	i := bytes.LastIndex(payload, []byte(`,"p":"`))
	if i < 0 {
		return payload
	}
	return append(payload[:i:i], '}')
}

// readEvents takes lines of TYPE PAYLOAD through an event stream, as Bedrock would send them.
func readEvents(t *testing.T, lines []byte) (events []bedrock.Event) {
	t.Helper()
	var d bedrock.Decoder
	for line := range strings.Lines(string(lines)) {
		kind, payload, _ := strings.Cut(strings.TrimSpace(line), " ")
		var msg eventstream.Message
		msg.Headers.Set(":event-type", eventstream.StringValue(kind))
		msg.Headers.Set(":content-type", eventstream.StringValue("application/json"))
		msg.Headers.Set(":message-type", eventstream.StringValue("event"))
		msg.Payload = []byte(payload)
		var frame bytes.Buffer
		if err := eventstream.NewEncoder().Encode(&frame, msg); err != nil {
			t.Fatal(err)
		}
		d.Feed(frame.Bytes())
		ev, ok, err := d.Next()
		if err != nil || !ok {
			t.Fatalf("event %s: got ok %v, err %v", line, ok, err)
		}
		events = append(events, ev)
	}
	return events
}
