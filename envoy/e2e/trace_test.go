package e2e

import (
	"context"
	"encoding/hex"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	coltrace "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/grpc"

	"ockham/envoy"
	"ockham/extproc"
)

// spans is a collector that keeps the ids of Envoy's spans, each as TRACE-SPAN.
type spans struct {
	coltrace.UnimplementedTraceServiceServer
	mu  sync.Mutex
	ids map[string]bool
}

func (s *spans) Export(_ context.Context, r *coltrace.ExportTraceServiceRequest) (*coltrace.ExportTraceServiceResponse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, resource := range r.ResourceSpans {
		for _, scope := range resource.ScopeSpans {
			for _, span := range scope.Spans {
				s.ids[hex.EncodeToString(span.TraceId)+"-"+hex.EncodeToString(span.SpanId)] = true
			}
		}
	}
	return &coltrace.ExportTraceServiceResponse{}, nil
}

func (s *spans) has(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ids[id]
}

func collector(t *testing.T) (*spans, envoy.Address) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s, server := &spans{ids: map[string]bool{}}, grpc.NewServer()
	coltrace.RegisterTraceServiceServer(server, s)
	go func() { _ = server.Serve(l) }()
	t.Cleanup(server.Stop)
	return s, envoy.Address(l.Addr().String())
}

// TestSpansHangBelowEnvoys: where Envoy traces, the parent is a span that Envoy exports, in the client's
// trace if it sent one; where Envoy does not trace, the parent is the client's own span.
func TestSpansHangBelowEnvoys(t *testing.T) {
	const clients = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
	exported, address := collector(t)
	traced := newRig(t, options{params: func(p *envoy.Params) { p.Tracing = address }})
	plain := newRig(t, options{})

	own, joined := traced.traceOf(t, ""), traced.traceOf(t, clients)
	if !exported.awaits(own) {
		t.Errorf("the parent is %q, which is no span that Envoy exported", own)
	}
	if !strings.HasPrefix(joined, clients[:35]) || joined == clients || !exported.awaits(joined) {
		t.Errorf("the parent is %q, want a span of Envoy's in the client's trace %s", joined, clients)
	}
	if got := plain.traceOf(t, clients); got != clients {
		t.Errorf("Envoy does not trace, and the parent is %q, want the client's own %s", got, clients)
	}
	if got := plain.traceOf(t, ""); got != "" {
		t.Errorf("nobody traces, and the parent is %q", got)
	}
}

// awaits tells whether Envoy exported the span that a traceparent names; it exports now and then.
func (s *spans) awaits(traceparent string) bool {
	parts := strings.Split(traceparent, "-")
	for range 1000 {
		if len(parts) == 4 && s.has(parts[1]+"-"+parts[2]) {
			return true
		}
		time.Sleep(20 * time.Millisecond)
	}
	return false
}

// traceOf posts a prompt and returns what the service took for the parent of its spans.
func (r *rig) traceOf(t *testing.T, traceparent string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.URL+"/api/v1/generate", strings.NewReader(prompt("Hello")))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if traceparent != "" {
		req.Header.Set("Traceparent", traceparent)
	}
	res, err := r.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	return r.outcome(t, res.Header.Get("x-request-id")).Trace
}

// outcome waits for what the service tells of a request, which is just after its end.
func (r *rig) outcome(t *testing.T, id string) *extproc.Outcome {
	t.Helper()
	for range 1000 {
		r.mu.Lock()
		o := r.outcomes[id]
		r.mu.Unlock()
		if o != nil {
			return o
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("the service told nothing of request %q", id)
	return nil
}
