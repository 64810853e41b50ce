package extproc

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	extprocv3 "github.com/envoyproxy/go-control-plane/envoy/service/ext_proc/v3"
	"google.golang.org/grpc/mem"

	"ockham/bedrock"
	"ockham/routing"
)

// script plays Envoy's part of one request. It measures, it proves nothing: that is for envoy/e2e.
type script struct {
	extprocv3.ExternalProcessor_ProcessServer // for what is not called

	messages [][]byte
	next     int
	ctx      context.Context
}

func (s *script) RecvMsg(m any) error {
	if s.next == len(s.messages) {
		return io.EOF
	}
	s.next++
	return newCodec().Unmarshal(mem.BufferSlice{mem.SliceBuffer(s.messages[s.next-1])}, m)
}

func (s *script) Context() context.Context { return s.ctx }

func (s *script) SendMsg(m any) error {
	sent, err := newCodec().Marshal(m)
	sent.Free()
	return err
}

// wired are messages as they come from Envoy.
func wired(t testing.TB, list []*extprocv3.ProcessingRequest) (messages [][]byte) {
	for _, m := range list {
		messages = append(messages, marshal(t, m))
	}
	return messages
}

func headers(pairs ...string) *corev3.HeaderMap {
	m := &corev3.HeaderMap{}
	for i := 0; i < len(pairs); i += 2 {
		m.Headers = append(m.Headers, &corev3.HeaderValue{Key: pairs[i], RawValue: []byte(pairs[i+1])})
	}
	return m
}

func conversation(prompt string) []*extprocv3.ProcessingRequest {
	return []*extprocv3.ProcessingRequest{
		{Request: &extprocv3.ProcessingRequest_RequestHeaders{RequestHeaders: &extprocv3.HttpHeaders{Headers: headers(
			":method", "POST", ":path", "/api/v1/generate", ":authority", "x", ":scheme", "http", "content-type", "application/json",
			"content-length", "1000", "user-agent", "bench", "accept", "*/*", "x-request-id", "8f3c0c52-5f0e-4e9b-9a52-0a9f0f0d1c11", "x-forwarded-proto", "http")}}},
		{Request: &extprocv3.ProcessingRequest_RequestBody{RequestBody: &extprocv3.HttpBody{
			EndOfStream: true,
			Body:        []byte(`{"prompt":"` + prompt + `"}`),
		}}},
		{Request: &extprocv3.ProcessingRequest_ResponseHeaders{ResponseHeaders: &extprocv3.HttpHeaders{Headers: headers(
			":status", "200", "content-type", "application/json", "x-amzn-requestid", "1", "date", "x", "content-length", "300")}}},
		{Request: &extprocv3.ProcessingRequest_ResponseBody{ResponseBody: &extprocv3.HttpBody{
			EndOfStream: true,
			Body:        []byte(`{"output":{"message":{"role":"assistant","content":[{"text":"The meeting is on Monday now, at the same time and place."}]}},"stopReason":"end_turn","usage":{"inputTokens":200,"outputTokens":14,"totalTokens":214},"metrics":{"latencyMs":210}}`),
		}}},
	}
}

// BenchmarkRequest is one plain request through all of our code, without gRPC: read, parse, plan, fit,
// sign, judge, write.
func BenchmarkRequest(b *testing.B) {
	known, _, _ := bedrock.Lookup("us.anthropic.claude-haiku-5-5")
	model := &routing.Model{Name: "haiku", ID: "us.anthropic.claude-haiku-5-5", Family: "claude", Context: known.Context, MaxOutput: known.MaxOutput}
	target := &Target{Model: known, ID: model.ID, Region: "us-east-1", Host: "bedrock-runtime.us-east-1.amazonaws.com"}
	plan := routing.Plan{
		Pipe: "green", Strategy: "tokens", Reason: "short and plain", Models: []*routing.Model{model}, Largest: model,
		Deadlines: routing.Deadlines{Answer: time.Minute, FirstToken: time.Second, Total: time.Minute}, Limits: routing.Limits{Attempts: 3},
	}
	policy := &Policy{
		Plan:   func(context.Context, *routing.Prompt) (*routing.Plan, error) { p := plan; return &p, nil },
		Target: func(*routing.Model, string, string) *Target { return target },
		Known:  func(string) Name { return NameUnknown },
		Expose: func(string) Expose { return ExposeHeaders }, MaxHeld: 8 << 20, IdleStop: time.Minute,
	}
	s := &Service{
		Policy: func() *Policy { return policy }, Log: slog.New(slog.DiscardHandler),
		Signer:  bedrock.NewSigner(credentials.NewStaticCredentialsProvider("AKIAIOSFODNN7EXAMPLE", "secret", "")),
		Observe: func(*Outcome) {},
	}
	for _, size := range []int{1 << 10, 100 << 10, 1 << 20} {
		messages := wired(b, conversation(strings.Repeat("word ", size/5)))
		b.Run(fmt.Sprint(size>>10, "KiB"), func(b *testing.B) {
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				if err := s.Process(&script{messages: messages, ctx: context.Background()}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
