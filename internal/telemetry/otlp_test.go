package telemetry

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	collogs "go.opentelemetry.io/proto/otlp/collector/logs/v1"
	colmetrics "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	coltrace "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	otlptrace "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
)

// taken is what a collector of the tests has taken.
type taken struct {
	mu      sync.Mutex
	spans   []*otlptrace.Span
	bodies  []string
	metrics map[string]bool
}

func (c *taken) trace(r *coltrace.ExportTraceServiceRequest) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, resource := range r.ResourceSpans {
		for _, scope := range resource.ScopeSpans {
			c.spans = append(c.spans, scope.Spans...)
		}
	}
}

func (c *taken) log(r *collogs.ExportLogsServiceRequest) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, resource := range r.ResourceLogs {
		for _, scope := range resource.ScopeLogs {
			for _, record := range scope.LogRecords {
				c.bodies = append(c.bodies, record.Body.GetStringValue())
			}
		}
	}
}

func (c *taken) metric(r *colmetrics.ExportMetricsServiceRequest) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, resource := range r.ResourceMetrics {
		for _, scope := range resource.ScopeMetrics {
			for _, m := range scope.Metrics {
				c.metrics[m.Name] = true
			}
		}
	}
}

// The three services of OTLP over gRPC.
type traceService struct {
	coltrace.UnimplementedTraceServiceServer
	*taken
}

func (s traceService) Export(_ context.Context, r *coltrace.ExportTraceServiceRequest) (*coltrace.ExportTraceServiceResponse, error) {
	s.trace(r)
	return &coltrace.ExportTraceServiceResponse{}, nil
}

type logService struct {
	collogs.UnimplementedLogsServiceServer
	*taken
}

func (s logService) Export(_ context.Context, r *collogs.ExportLogsServiceRequest) (*collogs.ExportLogsServiceResponse, error) {
	s.log(r)
	return &collogs.ExportLogsServiceResponse{}, nil
}

type metricService struct {
	colmetrics.UnimplementedMetricsServiceServer
	*taken
}

func (s metricService) Export(_ context.Context, r *colmetrics.ExportMetricsServiceRequest) (*colmetrics.ExportMetricsServiceResponse, error) {
	s.metric(r)
	return &colmetrics.ExportMetricsServiceResponse{}, nil
}

func grpcCollector(t *testing.T) (*taken, string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &taken{metrics: map[string]bool{}}
	server := grpc.NewServer()
	coltrace.RegisterTraceServiceServer(server, traceService{taken: c})
	collogs.RegisterLogsServiceServer(server, logService{taken: c})
	colmetrics.RegisterMetricsServiceServer(server, metricService{taken: c})
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	return c, "grpc://" + listener.Addr().String()
}

func httpCollector(t *testing.T) (*taken, string) {
	t.Helper()
	c := &taken{metrics: map[string]bool{}}
	mux := http.NewServeMux()
	mux.Handle("POST /base/v1/traces", taking(&coltrace.ExportTraceServiceRequest{}, func(m proto.Message) { c.trace(m.(*coltrace.ExportTraceServiceRequest)) }))
	mux.Handle("POST /base/v1/logs", taking(&collogs.ExportLogsServiceRequest{}, func(m proto.Message) { c.log(m.(*collogs.ExportLogsServiceRequest)) }))
	mux.Handle("POST /base/v1/metrics", taking(&colmetrics.ExportMetricsServiceRequest{}, func(m proto.Message) { c.metric(m.(*colmetrics.ExportMetricsServiceRequest)) }))
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return c, server.URL + "/base"
}

func taking(kind proto.Message, take func(proto.Message)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		message := proto.Clone(kind)
		if err == nil {
			err = proto.Unmarshal(body, message)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		take(message)
		w.Header().Set("Content-Type", "application/x-protobuf")
	}
}

func TestACollectorGetsLogsMetricsAndTraces(t *testing.T) {
	for name, start := range map[string]func(*testing.T) (*taken, string){"grpc": grpcCollector, "http": httpCollector} {
		t.Run(name, func(t *testing.T) {
			got, endpoint := start(t)
			cfg := quietConfig()
			cfg.OTLP = OTLPConfig{Endpoint: endpoint, Logs: true, Metrics: true, Traces: true}
			tel := startTelemetry(t, cfg)
			tel.Observe(escalated("r1"))
			settle(t, tel)
			checkSpans(t, got.spans)
			checkLogs(t, got.bodies)
			for _, want := range []string{"gen_ai.client.inference.duration", "gen_ai.client.inference.usage.input_tokens", "ockham.requests", "ockham.cost.usd"} {
				if !got.metrics[want] {
					t.Errorf("no metric %s arrived; got %v", want, got.metrics)
				}
			}
		})
	}
}

func checkSpans(t *testing.T, spans []*otlptrace.Span) {
	t.Helper()
	byName := map[string]*otlptrace.Span{}
	for _, s := range spans {
		byName[s.Name] = s
	}
	request := byName["ockham route"]
	if len(spans) != 3 || request == nil {
		t.Fatalf("got %d spans %v, want the request and two attempts", len(spans), byName)
	}
	if got := hex.EncodeToString(request.TraceId) + "-" + hex.EncodeToString(request.ParentSpanId); !strings.Contains(traceparent, got) {
		t.Errorf("the request's span has trace and parent %s, want those of %s", got, traceparent)
	}
	for _, name := range []string{"chat us.test.small-v1", "chat us.test.large-v1"} {
		s := byName[name]
		if s == nil || !bytes.Equal(s.ParentSpanId, request.SpanId) {
			t.Errorf("span %s: got %v, want a child of the request's", name, s)
		}
	}
	large := byName["chat us.test.large-v1"]
	if took := time.Duration(large.EndTimeUnixNano - large.StartTimeUnixNano); took != 588*time.Millisecond {
		t.Errorf("the second attempt's span takes %v, want 588ms", took)
	}
}

func checkLogs(t *testing.T, bodies []string) {
	t.Helper()
	if len(bodies) != 1 {
		t.Fatalf("got %d log records, want 1", len(bodies))
	}
	var got Record
	if err := json.Unmarshal([]byte(bodies[0]), &got); err != nil {
		t.Fatalf("the record is no ledger line: %v", err)
	}
	want := (&event{outcome: *escalated("r1")}).record("2026-01-01")
	want.Prompt = got.Prompt
	if diff := cmp.Diff(want, &got); diff != "" {
		t.Errorf("ledger line (-want +got):\n%s", diff)
	}
}

func TestACollectorThatIsDownIsCounted(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	cfg := quietConfig()
	cfg.OTLP = OTLPConfig{Endpoint: server.URL, Logs: true, Traces: true}
	tel := startTelemetry(t, cfg)
	tel.Observe(escalated("r1"))
	settle(t, tel)
	if got := tel.Lost(); got != 4 {
		t.Errorf("lost %d, want 4: a log record and three spans", got)
	}
	for signal, want := range map[string]int64{"logs": 1, "traces": 3} {
		if got := tel.signals.tallies[signal]; got.failed.Load() != want || got.exported.Load() != 0 || got.offered.Load() != want {
			t.Errorf("%s: offered %d, exported %d, failed %d; want %d, 0, %d", signal, got.offered.Load(), got.exported.Load(), got.failed.Load(), want, want)
		}
	}
}

func TestBadOTLPConfigurationFailsAtTheStart(t *testing.T) {
	for _, c := range []OTLPConfig{{Endpoint: "collector:4317"}, {Endpoint: "ftp://host"}, {Endpoint: "http://"}, {Endpoint: "http://host:4318", Sample: 2}} {
		cfg := quietConfig()
		cfg.OTLP = c
		if tel, err := New(cfg); err == nil {
			t.Errorf("%+v: got %v, want an error", c, tel)
		}
	}
}

func TestWarningsAreToldOnceAMinute(t *testing.T) {
	var out bytes.Buffer
	now := start
	q := newQuiet(slog.New(slog.NewTextHandler(&out, nil)), func() time.Time { return now })
	for range 1000 {
		q.warn("disk full")
	}
	now = now.Add(time.Minute)
	q.warn("disk full")
	if got := strings.Count(out.String(), "disk full"); got != 2 {
		t.Errorf("told %d times, want 2", got)
	}
}
