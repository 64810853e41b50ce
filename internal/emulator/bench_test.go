package emulator

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// Run with -cpu 1 for the rates of docs/emulator.md.

const benchBody = `{"messages":[{"role":"user","content":[{"text":"Summarise the minutes of the meeting in two sentences, please, and name who has to do what until when."}]}],"system":[{"text":"You are a careful assistant."}],"inferenceConfig":{"maxTokens":300}}`

func benchRequest(b *testing.B, op string) *http.Request {
	b.Helper()
	target := "/model/us.anthropic.claude-haiku-4-5-20251001-v1%3A0/" + op
	r := httptest.NewRequest(http.MethodPost, target, nil)
	r.Header.Set("Content-Type", "application/json")
	r.ContentLength = int64(len(benchBody))
	r.Header.Set("Content-Length", strconv.Itoa(len(benchBody)))
	digest := sha256.Sum256([]byte(benchBody))
	credentials := aws.Credentials{AccessKeyID: DefaultAccessKey, SecretAccessKey: DefaultSecret}
	if err := v4.NewSigner().SignHTTP(context.Background(), credentials, r, hex.EncodeToString(digest[:]), "bedrock", "us-east-1", time.Now()); err != nil {
		b.Fatal(err)
	}
	return r
}

// discard is a ResponseWriter that keeps nothing.
type discard struct {
	header http.Header
	status int
}

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) WriteHeader(status int)      { d.status = status }
func (d *discard) Write(p []byte) (int, error) { return len(p), nil }

func benchmarkHandler(b *testing.B, config Config, op string) {
	s, err := New(config)
	if err != nil {
		b.Fatal(err)
	}
	r := benchRequest(b, op)
	body := bytes.NewReader(nil)
	b.ReportAllocs()
	for b.Loop() {
		body.Reset([]byte(benchBody))
		r.Body = io.NopCloser(body)
		w := &discard{header: http.Header{}}
		s.ServeHTTP(w, r)
		if w.status > 200 {
			b.Fatalf("status %d", w.status)
		}
	}
}

func BenchmarkConverse(b *testing.B)       { benchmarkHandler(b, Config{NoVerify: true}, "converse") }
func BenchmarkConverseSigned(b *testing.B) { benchmarkHandler(b, Config{}, "converse") }
func BenchmarkStreamSigned(b *testing.B)   { benchmarkHandler(b, Config{}, "converse-stream") }
func BenchmarkFixed(b *testing.B) {
	benchmarkHandler(b, Config{NoVerify: true, Fixed: true}, "converse")
}
func BenchmarkFixedSigned(b *testing.B) { benchmarkHandler(b, Config{Fixed: true}, "converse") }

// BenchmarkConverseServed includes HTTP on a loopback connection and the client that sends the requests, on one
// processor together.
func BenchmarkConverseServed(b *testing.B) { benchmarkServed(b, Config{}) }

func BenchmarkFixedServed(b *testing.B) {
	benchmarkServed(b, Config{NoVerify: true, Fixed: true})
}

func benchmarkServed(b *testing.B, config Config) {
	running, err := Start(config)
	if err != nil {
		b.Fatal(err)
	}
	defer running.Close()
	signed := benchRequest(b, "converse")
	b.ReportAllocs()
	for b.Loop() {
		r, err := http.NewRequest(http.MethodPost, running.URL+signed.RequestURI, bytes.NewReader([]byte(benchBody)))
		if err != nil {
			b.Fatal(err)
		}
		r.Header, r.Host = signed.Header, signed.Host
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			b.Fatal(err)
		}
		text, _ := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if response.StatusCode != http.StatusOK {
			b.Fatalf("%d %s", response.StatusCode, text)
		}
	}
}
