package envoy_test

import (
	"io"
	"net"
	"net/http"
	"testing"

	core "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	ext_proc "github.com/envoyproxy/go-control-plane/envoy/service/ext_proc/v3"
	"google.golang.org/grpc"
	"google.golang.org/grpc/health"
	healthgrpc "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/protobuf/types/known/structpb"

	"ockham/envoy"
	"ockham/envoy/envoytest"
)

// planner is the smallest service that sends a request on: it answers every message with "continue" and
// the request's body with a new path, authority and body.
type planner struct {
	ext_proc.UnimplementedExternalProcessorServer
	authority string
	hold      bool // an answer is never let go
	saw       chan *processingRequest
}

func (p *planner) Process(s ext_proc.ExternalProcessor_ProcessServer) error {
	for {
		in, err := s.Recv()
		if err != nil {
			return err
		}
		p.saw <- in
		if p.hold && (in.GetResponseHeaders() != nil || in.GetResponseBody() != nil) {
			continue
		}
		if err := s.Send(p.answer(in)); err != nil {
			return err
		}
	}
}

func (p *planner) answer(in *ext_proc.ProcessingRequest) *ext_proc.ProcessingResponse {
	out := &ext_proc.ProcessingResponse{}
	switch in := in.Request.(type) {
	case *ext_proc.ProcessingRequest_RequestHeaders:
		out.Response = &ext_proc.ProcessingResponse_RequestHeaders{RequestHeaders: &ext_proc.HeadersResponse{}}
	case *ext_proc.ProcessingRequest_RequestBody:
		out.Response = &ext_proc.ProcessingResponse_RequestBody{RequestBody: p.plan()}
	case *ext_proc.ProcessingRequest_ResponseHeaders:
		out.Response = &ext_proc.ProcessingResponse_ResponseHeaders{ResponseHeaders: &ext_proc.HeadersResponse{}}
	case *ext_proc.ProcessingRequest_ResponseBody:
		out.Response = &ext_proc.ProcessingResponse_ResponseBody{ResponseBody: pass(in.ResponseBody)}
		out.DynamicMetadata = cost(278)
	case *ext_proc.ProcessingRequest_ResponseTrailers:
		out.Response = &ext_proc.ProcessingResponse_ResponseTrailers{ResponseTrailers: &ext_proc.TrailersResponse{}}
	}
	return out
}

func (p *planner) plan() *ext_proc.BodyResponse {
	return &ext_proc.BodyResponse{Response: &ext_proc.CommonResponse{
		ClearRouteCache: true,
		HeaderMutation: &ext_proc.HeaderMutation{SetHeaders: []*core.HeaderValueOption{
			set(":authority", p.authority), set(":path", "/model/m/converse"), set("content-length", "7"),
			set("x-envoy-max-retries", "0"),
		}},
		BodyMutation: &ext_proc.BodyMutation{Mutation: &ext_proc.BodyMutation_Body{Body: []byte("planned")}},
	}}
}

// cost is what the service tells of a request in millionths of a dollar.
func cost(micro float64) *structpb.Struct {
	return &structpb.Struct{Fields: map[string]*structpb.Value{"ockham": structpb.NewStructValue(&structpb.Struct{
		Fields: map[string]*structpb.Value{"cost_microusd": structpb.NewNumberValue(micro)},
	})}}
}

func set(key, value string) *core.HeaderValueOption {
	return &core.HeaderValueOption{
		Header:       &core.HeaderValue{Key: key, RawValue: []byte(value)},
		AppendAction: core.HeaderValueOption_OVERWRITE_IF_EXISTS_OR_ADD,
	}
}

func pass(body *ext_proc.HttpBody) *ext_proc.BodyResponse {
	return &ext_proc.BodyResponse{Response: &ext_proc.CommonResponse{BodyMutation: &ext_proc.BodyMutation{
		Mutation: &ext_proc.BodyMutation_StreamedResponse{StreamedResponse: &ext_proc.StreamedBodyResponse{
			Body: body.Body, EndOfStream: body.EndOfStream,
		}},
	}}}
}

type processingRequest = ext_proc.ProcessingRequest

// replica is a service that runs.
type replica struct {
	*grpc.Server
	address envoy.Address
}

func run(t *testing.T, p *planner) replica {
	t.Helper()
	l := listen(t)
	server := grpc.NewServer()
	ext_proc.RegisterExternalProcessorServer(server, p)
	healthgrpc.RegisterHealthServer(server, health.NewServer())
	go server.Serve(l)
	t.Cleanup(server.Stop)
	return replica{server, envoy.Address(l.Addr().String())}
}

// start serves p and renders an Envoy in front of it and of a Bedrock at the given address.
func start(t *testing.T, p *planner, bedrock string, change func(*envoy.Params)) *envoytest.Instance {
	t.Helper()
	first := run(t, p)
	if p.authority == "" {
		p.authority = bedrock
	}
	p.saw = make(chan *processingRequest, 10_000)
	params := envoy.Params{
		Listen: "127.0.0.1:0", Admin: "127.0.0.1:0", Processor: first.address,
		Regions: []envoy.Region{{Name: "us-east-1", Endpoint: "http://" + bedrock}},
	}
	if change != nil {
		change(&params)
	}
	b, err := envoy.Bootstrap(params)
	if err != nil {
		t.Fatal(err)
	}
	return envoytest.Envoy(t, b)
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// serve runs a plain HTTP server and returns its host:port.
func serve(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	l := listen(t)
	s := &http.Server{Handler: h}
	go s.Serve(l)
	t.Cleanup(func() { s.Close() })
	return l.Addr().String()
}

func post(t *testing.T, url, body string, headers ...string) (int, string) {
	t.Helper()
	res := envoytest.Post(t, url, body, headers...)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(b)
}
