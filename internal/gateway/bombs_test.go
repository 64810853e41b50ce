package gateway

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	extprocv3 "github.com/envoyproxy/go-control-plane/envoy/service/ext_proc/v3"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"ockham/internal/config"
	"ockham/internal/emulator"
)

// bombs are requests of about n bytes that would take time or memory out of all proportion, if any step on
// their way did.
var bombs = map[string]func(n int) string{
	"depth":           func(n int) string { return fill(n, "", `{"prompt":`, "") },
	"brackets":        func(n int) string { return fill(n, "", "[", "") },
	"duplicate keys":  func(n int) string { return fill(n, `{`, `"prompt":"a",`, `"prompt":"a"}`) },
	"unknown keys":    func(n int) string { return `{` + numbered(n, `"k%d":1,`) + `"prompt":"a"}` },
	"metadata":        func(n int) string { return `{"metadata":{` + numbered(n, `"k%d":"1",`) + `"k":"1"},"prompt":"a"}` },
	"huge number":     func(n int) string { return fill(n, `{"prompt":"a","max_tokens":`, "9", "}") },
	"tiny number":     func(n int) string { return fill(n, `{"prompt":"a","temperature":0.`, "0", "1}") },
	"invalid UTF-8":   func(n int) string { return fill(n, `{"prompt":"`, "\xff", `"}`) },
	"lone surrogates": func(n int) string { return fill(n, `{"prompt":"`, `\ud800`, `"}`) },
	"escapes":         func(n int) string { return fill(n, `{"prompt":"`, `\u0041\n`, `"}`) },
	"messages": func(n int) string {
		return fill(n, `{"messages":[`, `{"role":"user","content":"a"},{"role":"assistant","content":"b"},`, `{"role":"user","content":"end"}]}`)
	},
	"one long word":  func(n int) string { return fill(n, `{"prompt":"`, "a", `"}`) },
	"words":          func(n int) string { return `{"prompt":"` + numbered(n, `w%d `) + `"}` },
	"numbers":        func(n int) string { return fill(n, `{"prompt":"`, "1,000.5 ", `"}`) },
	"quotes":         func(n int) string { return fill(n, `{"prompt":"`, `\"a\" `, `"}`) },
	"pasted JSON":    func(n int) string { return fill(n, `{"prompt":"`, `[{(`, `"}`) },
	"code fences":    func(n int) string { return fill(n, `{"prompt":"`, "```go\\n", `"}`) },
	"wishes of form": func(n int) string { return fill(n, `{"prompt":"`, `exactly 3 bullet points, in JSON. `, `"}`) },
	"schema": func(n int) string {
		return `{"prompt":"a","response_format":{"type":"json_schema","schema":{"type":"object","properties":{` + numbered(n/8, `"k%d":{"type":"string"},`) + `"k":{}}}}}`
	},
	"schema of references": func(n int) string {
		return `{"prompt":"a","response_format":{"type":"json_schema","schema":{"$ref":"#/$defs/d0","$defs":{` + referring(n/8/70) + `}}}}`
	},
	"a large prompt": func(n int) string { return fill(n, `{"prompt":"`, "word ", `"}`) },
}

func fill(n int, before, part, after string) string {
	return before + strings.Repeat(part, n/len(part)) + after
}

// numbered repeats a format with ever new numbers.
func numbered(n int, format string) string {
	var b strings.Builder
	for i := 0; b.Len() < n; i++ {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// referring are so many schemas, each of which refers to the next one twice.
func referring(count int) string {
	var b strings.Builder
	for i := range count {
		fmt.Fprintf(&b, `"d%d":{"allOf":[{"$ref":"#/$defs/d%[2]d"},{"$ref":"#/$defs/d%[2]d"}]},`, i, i+1)
	}
	return b.String() + fmt.Sprintf(`"d%d":{}`, count)
}

// answerBombs are texts of about n bytes that a model answers with where JSON was asked for.
var answerBombs = map[string]func(n int) string{
	"depth":          func(n int) string { return fill(n, "", `[`, "") },
	"objects":        func(n int) string { return fill(n, "", `{"a":`, "") },
	"duplicate keys": func(n int) string { return fill(n, `{`, `"a":1,`, `"a":1}`) },
	"huge number":    func(n int) string { return fill(n, `{"a":`, "9", `}`) },
	"surrogates":     func(n int) string { return fill(n, `{"a":"`, `\ud800`, `"}`) },
	"unclosed":       func(n int) string { return fill(n, `{"a":"`, `b`, ``) },
	"fences":         func(n int) string { return fill(n, "", "```json\n{}\n```\n", "") },
	"prose":          func(n int) string { return fill(n, "", "Here you are: {a: 'b'} ", "") },
}

// cost is what one request takes.
type cost struct {
	length         int
	bytes, mallocs uint64
	cpu            time.Duration
}

// TestBombsCostWhatTheyWeigh: whatever is sent takes memory in proportion to its length, counting all that
// was ever allocated for it, and four times its length takes about four times as much of that and of the
// processors, not sixteen times.
func TestBombsCostWhatTheyWeigh(t *testing.T) {
	client := bombRange(t)
	for name, bomb := range bombs {
		t.Run(name, func(t *testing.T) {
			weigh(t, client, func(n int) (request, answer string) { return bomb(n), `{"k": "The meeting is on Monday, at 3 pm."}` })
		})
	}
	for name, bomb := range answerBombs {
		t.Run("answered "+name, func(t *testing.T) {
			weigh(t, client, func(n int) (request, answer string) {
				return `{"prompt":"Give me JSON.","response_format":{"type":"json_object"}}`, bomb(n)
			})
		})
	}
}

const (
	// mostMemory is allocated for a byte, by the service and by the client that stands in for Envoy.
	mostMemory = 32
	// buffers of connections come and go with pools, at random under the race detector.
	buffers = 4 << 20
	// linear is between the 4 times of what is linear and the 16 times of what is quadratic.
	linear = 10
)

func weigh(t *testing.T, client extprocv3.ExternalProcessorClient, bomb func(n int) (request, answer string)) {
	t.Helper()
	const n = 128 << 10
	one, four := least(t, client, bomb, n), least(t, client, bomb, 4*n)
	t.Logf("%d bytes: %+v; %d bytes: %+v", one.length, one, four.length, four)
	if four.bytes > uint64(mostMemory*four.length+buffers) {
		t.Errorf("%d bytes were allocated for %d", four.bytes, four.length)
	}
	if four.bytes > linear*max(one.bytes, buffers/4) || four.mallocs > linear*max(one.mallocs, 1000) || four.cpu > linear*max(one.cpu, 2*time.Millisecond) {
		t.Errorf("four times the length takes %+v instead of %+v", four, one)
	}
}

// bombRange is a whole service, with the default policy but for the judge.
func bombRange(t *testing.T) extprocv3.ExternalProcessorClient {
	t.Helper()
	bedrock := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { // for escalations
		w.WriteHeader(http.StatusServiceUnavailable)
	}))
	t.Cleanup(bedrock.Close)
	socket := "unix:" + t.TempDir() + "/socket"
	ctx, cancel := context.WithCancel(t.Context())
	g, err := New(ctx, &Options{
		Log: slog.New(slog.DiscardHandler), Credentials: credentials.NewStaticCredentialsProvider(emulator.DefaultAccessKey, emulator.DefaultSecret, ""),
		Override: func(c *config.Config) {
			c.Server.Listen, c.Server.Admin, c.Server.HTTP, c.Server.Pause, c.Server.Drain = socket, "127.0.0.1:0", "127.0.0.1:0", 0, 0
			c.Bedrock.Endpoint, c.Otherwise.Ask = bedrock.URL, []string{"classifier"}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	go func() { done <- g.Run(ctx) }()
	conn, err := grpc.NewClient(socket, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		conn.Close()
		cancel()
		<-done
	})
	return extprocv3.NewExternalProcessorClient(conn)
}

// least is the best of three: other work of the machine only adds.
func least(t *testing.T, client extprocv3.ExternalProcessorClient, bomb func(n int) (request, answer string), n int) cost {
	t.Helper()
	request, answer := bomb(n)
	best := exchange(t, client, request, answer)
	for range 2 {
		c := exchange(t, client, request, answer)
		best = cost{c.length, min(best.bytes, c.bytes), min(best.mallocs, c.mallocs), min(best.cpu, c.cpu)}
	}
	return best
}

// exchange plays Envoy's part in one request, and tells what both sides took.
func exchange(t *testing.T, client extprocv3.ExternalProcessorClient, request, answer string) cost {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	messages := []*extprocv3.ProcessingRequest{
		{Request: &extprocv3.ProcessingRequest_RequestHeaders{RequestHeaders: &extprocv3.HttpHeaders{Headers: bombHeaders(":method", "POST", ":path", "/api/v1/generate", "content-type", "application/json")}}},
		{Request: &extprocv3.ProcessingRequest_RequestBody{RequestBody: &extprocv3.HttpBody{EndOfStream: true, Body: []byte(request)}}},
		{Request: &extprocv3.ProcessingRequest_ResponseHeaders{ResponseHeaders: &extprocv3.HttpHeaders{Headers: bombHeaders(":status", "200", "content-type", "application/json")}}},
		{Request: &extprocv3.ProcessingRequest_ResponseBody{ResponseBody: &extprocv3.HttpBody{EndOfStream: true, Body: converse(answer)}}},
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	cpu := processor(t)
	stream, err := client.Process(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for i, m := range messages {
		if err := stream.Send(m); err != nil && err != io.EOF {
			t.Fatal(err)
		}
		if i == 2 { // held: both parts of the answer are answered together
			continue
		}
		r, err := stream.Recv()
		if err != nil {
			t.Fatal(err)
		}
		if r.GetImmediateResponse() != nil {
			break
		}
	}
	cpu = processor(t) - cpu
	runtime.ReadMemStats(&after)
	return cost{len(request) + len(answer), after.TotalAlloc - before.TotalAlloc, after.Mallocs - before.Mallocs, cpu}
}

func bombHeaders(pairs ...string) *corev3.HeaderMap {
	m := &corev3.HeaderMap{}
	for i := 0; i < len(pairs); i += 2 {
		m.Headers = append(m.Headers, &corev3.HeaderValue{Key: pairs[i], RawValue: []byte(pairs[i+1])})
	}
	return m
}

// converse is a plain answer of Bedrock's.
func converse(text string) []byte {
	quoted, _ := json.Marshal(text)
	return fmt.Appendf(nil, `{"output":{"message":{"role":"assistant","content":[{"text":%s}]}},"stopReason":"end_turn","usage":{"inputTokens":20,"outputTokens":14,"totalTokens":34},"metrics":{"latencyMs":210}}`, quoted)
}

// processor is the time that this process has had of the processors.
func processor(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
