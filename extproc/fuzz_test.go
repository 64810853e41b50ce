package extproc

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/protocol/eventstream"
	"github.com/aws/aws-sdk-go-v2/credentials"
	extprocv3 "github.com/envoyproxy/go-control-plane/envoy/service/ext_proc/v3"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"ockham/bedrock"
	"ockham/routing"
	"ockham/routing/checks"
)

// wild plays an Envoy that says anything in any order, and holds the service to the rules of its replies.
type wild struct {
	script
	mu       sync.Mutex
	heard    map[protowire.Number]bool // what the service was sent
	failed   bool                      // Recv has failed
	said     []string                  // what it replied
	faults   []string
	hang     bool // the stream does not end by itself
	sendFail int  // the reply from which on nobody listens; 0 never
}

func (w *wild) RecvMsg(m any) error {
	err := w.script.RecvMsg(m)
	if err != nil && w.hang {
		<-w.ctx.Done()
		err = w.ctx.Err()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.failed = w.failed || err != nil
	if err == nil {
		w.heard[m.(*heard).kind] = true
	}
	return err
}

// SendMsg reads a reply back from the bytes that would be sent.
func (w *wild) SendMsg(reply any) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	m, err := sent(reply)
	if err != nil {
		w.fault("a reply that is none: %v", err)
		return err
	}
	kind := strings.TrimPrefix(fmt.Sprintf("%T", m.Response), "*ext_procv3.ProcessingResponse_")
	w.check(kind)
	if m.GetResponseBody().GetResponse().GetBodyMutation().GetStreamedResponse().GetEndOfStream() {
		kind = "End"
	}
	w.said = append(w.said, kind)
	if w.sendFail > 0 && len(w.said) >= w.sendFail {
		return errors.New("nobody listens")
	}
	return nil
}

func sent(reply any) (*extprocv3.ProcessingResponse, error) {
	data, err := newCodec().Marshal(reply)
	if err != nil {
		return nil, err
	}
	m := &extprocv3.ProcessingResponse{}
	return m, proto.Unmarshal(data.Materialize(), m)
}

// check holds a reply to what Envoy takes: what breaks these rules is spurious to it, and ends the request.
func (w *wild) check(kind string) {
	for _, before := range w.said {
		switch {
		case before == "ImmediateResponse":
			w.fault("%s after an immediate response", kind)
		case before == "End" && kind == "ResponseBody":
			w.fault("body after its end")
		}
	}
	phases := map[string]protowire.Number{
		"RequestHeaders": requestRequestHeaders, "RequestBody": requestRequestBody, "ResponseHeaders": requestResponseHeaders,
		"ResponseBody": requestResponseBody, "ResponseTrailers": requestResponseTrailers,
	}
	if kind != "ImmediateResponse" && !w.heard[phases[kind]] {
		w.fault("%s before Envoy asked", kind)
	}
}

func (w *wild) fault(format string, args ...any) {
	w.faults = append(w.faults, fmt.Sprintf(format, args...))
}

// messages reads an order of messages: a byte each.
func messages(order, request, response []byte, status int) (list []*extprocv3.ProcessingRequest) {
	list = conversation("")
	head, body := list[0], list[1].GetRequestBody()
	body.Body = request
	ended := false // after the end of an answer nothing more of it can come
	for _, b := range order {
		end, ofAnswer := b&8 != 0, bytes.IndexByte([]byte{2, 3, 4, 7}, b%8) >= 0
		if ofAnswer && ended {
			continue
		}
		ended = ended || ofAnswer && (end || b%8 == 4)
		m := &extprocv3.ProcessingRequest{}
		switch b % 8 {
		case 0:
			m = head
		case 1:
			m.Request = &extprocv3.ProcessingRequest_RequestBody{RequestBody: &extprocv3.HttpBody{Body: request, EndOfStream: !end}}
		case 2:
			m.Request = &extprocv3.ProcessingRequest_ResponseHeaders{ResponseHeaders: &extprocv3.HttpHeaders{
				Headers: headers(":status", fmt.Sprint(status), "content-type", "application/json"), EndOfStream: end,
			}}
		case 3, 7:
			n := min(len(response), int(b>>4)*64)
			m.Request = &extprocv3.ProcessingRequest_ResponseBody{ResponseBody: &extprocv3.HttpBody{Body: response[:n], EndOfStream: end}}
			response = response[n:]
		case 4:
			m.Request = &extprocv3.ProcessingRequest_ResponseTrailers{ResponseTrailers: &extprocv3.HttpTrailers{}}
		case 5:
			m.Request = &extprocv3.ProcessingRequest_RequestTrailers{RequestTrailers: &extprocv3.HttpTrailers{}}
		}
		list = append(list, m)
	}
	return list[4:]
}

// frames are the events of a stream.
func frames(events ...string) []byte {
	var b bytes.Buffer
	e := eventstream.NewEncoder()
	for i := 0; i+1 < len(events); i += 2 {
		_ = e.Encode(&b, eventstream.Message{Payload: []byte(events[i+1]), Headers: eventstream.Headers{
			{Name: ":event-type", Value: eventstream.StringValue(events[i])},
			{Name: ":message-type", Value: eventstream.StringValue("event")},
		}})
	}
	return b.Bytes()
}

const plainAnswer = `{"output":{"message":{"role":"assistant","content":[{"text":"The meeting is on Monday."}]}},"stopReason":"end_turn","usage":{"inputTokens":200,"outputTokens":14,"totalTokens":214},"metrics":{"latencyMs":210}}`

var streamAnswer = frames(
	"messageStart", `{"role":"assistant"}`, "contentBlockDelta", `{"contentBlockIndex":0,"delta":{"text":"The meeting "}}`,
	"contentBlockDelta", `{"contentBlockIndex":0,"delta":{"text":"is on Monday."}}`, "contentBlockStop", `{"contentBlockIndex":0}`,
	"messageStop", `{"stopReason":"end_turn"}`, "metadata", `{"usage":{"inputTokens":20,"outputTokens":7,"totalTokens":27},"metrics":{"latencyMs":1}}`)

// canned answers the service's own calls.
type canned struct{ broken bool }

func (c canned) Call(_ context.Context, _ string, f *bedrock.Fitted) (io.ReadCloser, error) {
	switch {
	case c.broken:
		return nil, &bedrock.Error{Status: 503, Type: "ServiceUnavailableException"}
	case f.Stream:
		return io.NopCloser(bytes.NewReader(streamAnswer)), nil
	}
	return io.NopCloser(strings.NewReader(plainAnswer)), nil
}

// fuzzService tells of panics that Process has caught.
func fuzzService(t *testing.T, mode byte) *Service {
	small, _, _ := bedrock.Lookup("us.anthropic.claude-haiku-5-5")
	var models []*routing.Model
	for _, name := range []string{"small", "large"} {
		models = append(models, &routing.Model{Name: name, ID: "us.anthropic.claude-haiku-5-5", Context: small.Context, MaxOutput: small.MaxOutput})
	}
	plan := routing.Plan{
		Pipe: "green", Models: models, Largest: models[1], Judging: routing.Judging{Checks: checks.Default()}, Limits: routing.Limits{Attempts: 3}, Early: mode&1 != 0,
		Deadlines: routing.Deadlines{Answer: 20 * time.Millisecond, FirstToken: 10 * time.Millisecond, Total: 40 * time.Millisecond},
		Hold:      routing.Hold{Tokens: 2, Time: time.Millisecond, Full: mode&2 != 0},
	}
	target := &Target{Model: small, ID: models[0].ID, Region: "us-east-1", Host: "bedrock", Caller: canned{broken: mode&4 != 0}}
	policy := &Policy{
		Plan:   func(context.Context, *routing.Prompt) (*routing.Plan, error) { p := plan; return &p, nil },
		Target: func(*routing.Model, string, string) *Target { return target },
		Invoke: func(string, string) (*Target, []bedrock.Header, error) { return target, nil, nil },
		Known:  func(string) Name { return NameAuto },
		Expose: func(string) Expose { return ExposeFull }, MaxHeld: 1 << 10, IdleStop: 20 * time.Millisecond,
	}
	return &Service{
		Policy: func() *Policy { return policy }, Log: slog.New(slog.NewTextHandler(panics{t}, nil)), Observe: func(*Outcome) {},
		Signer: bedrock.NewSigner(credentials.NewStaticCredentialsProvider("AKIAIOSFODNN7EXAMPLE", "secret", "")),
		Load:   NewLoad(100, 64<<20),
	}
}

type panics struct{ t *testing.T }

func (p panics) Write(b []byte) (int, error) {
	if bytes.Contains(b, []byte("panic while")) {
		p.t.Errorf("%s", b)
	}
	return len(b), nil
}

// FuzzProcess sends messages in any order, cut and ended anywhere. Whatever comes, Process ends, panics
// never, agrees to nothing (returns nil) while Envoy still waits, and replies only to what it was asked.
func FuzzProcess(f *testing.F) {
	plain, stream := []byte(`{"prompt":"hello"}`), []byte(`{"prompt":"hello","stream":true}`)
	for _, request := range [][]byte{plain, stream, []byte(`{`)} {
		for _, response := range [][]byte{[]byte(plainAnswer), streamAnswer, []byte(`{"message":"no"}`), nil} {
			for _, status := range []uint16{200, 503} {
				for _, order := range []string{
					"\x00\x01\x02\xf3\xfb", "\x00\x01\x02\xfb", "\x00\x01\x0a", "\x00\x01\x02\x13\x23\xf3\xf3\x04", "\x02\xfb", "\x00\x02\xfb", "\x00\x01\xfb", "\x01", "\x06",
				} {
					f.Add([]byte(order), request, response, status, byte(0))
				}
			}
		}
	}
	f.Fuzz(func(t *testing.T, order, request, response []byte, status uint16, mode byte) {
		w := &wild{heard: map[protowire.Number]bool{}, hang: mode&8 != 0, sendFail: int(mode >> 4)}
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		if w.hang {
			defer time.AfterFunc(60*time.Millisecond, cancel).Stop()
		}
		w.ctx, w.messages = ctx, wired(t, messages(order[:min(len(order), 64)], request, response, int(status)))
		s := fuzzService(t, mode)
		ended := make(chan error, 1)
		go func() { ended <- s.Process(w) }()
		select {
		case err := <-ended:
			w.mu.Lock()
			defer w.mu.Unlock()
			if w.heard[requestRequestHeaders] && order[0]%8 == 0 && len(w.said) == 0 {
				t.Error("no reply to the request's headers")
			}
			if err == nil && !w.failed && ctx.Err() == nil && w.sendFail == 0 {
				t.Errorf("consent while Envoy waits, after %v", w.said)
			}
			for _, fault := range w.faults {
				t.Errorf("%s; said %v", fault, w.said)
			}
		case <-time.After(30 * time.Second):
			t.Fatal("the request never ended")
		}
		if l := s.Load.State(); l.Requests != 0 || l.Bytes != 0 {
			t.Errorf("after the request %+v is still in hand", l)
		}
	})
}
