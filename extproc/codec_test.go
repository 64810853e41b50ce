package extproc

import (
	"bytes"
	"slices"
	"testing"

	extprocv3 "github.com/envoyproxy/go-control-plane/envoy/service/ext_proc/v3"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"

	"ockham/bedrock"
)

// TestMessages reads every reply back with the generated types, and compares it with what those say.
func TestMessages(t *testing.T) {
	set := []bedrock.Header{{Name: ":path", Value: "/model/x/converse"}, {Name: "authorization", Value: "a\nb"}}
	option := `{header:{key:":path" raw_value:"/model/x/converse"} append_action:OVERWRITE_IF_EXISTS_OR_ADD}`
	headers := `set_headers:` + option + ` set_headers:{header:{key:"authorization" raw_value:"ab"} append_action:OVERWRITE_IF_EXISTS_OR_ADD}`
	length := ` set_headers:{header:{key:"content-length" raw_value:"4"} append_action:OVERWRITE_IF_EXISTS_OR_ADD}`
	pieces := slices.Collect(bodyPieces(bytes.Repeat([]byte("x"), maxPiece+1), true, nil))
	if n := len(pieces[0].body); n != maxPiece {
		t.Errorf("the first piece of a large body has %d bytes, want %d", n, maxPiece)
	}
	for _, tt := range []struct {
		name string
		m    *message
		want string
	}{
		{"continue", continueHeaders(), `request_headers:{}`},
		{
			"replace", replaceRequest([]byte("body"), set, []string{"cookie"}),
			`request_body:{response:{clear_route_cache:true header_mutation:{` + headers + length + ` remove_headers:"cookie"} body_mutation:{body:"body"}}}`,
		},
		{
			"replace by nothing", replaceRequest(nil, nil, nil),
			`request_body:{response:{clear_route_cache:true header_mutation:{` + `set_headers:{header:{key:"content-length" raw_value:"0"} append_action:OVERWRITE_IF_EXISTS_OR_ADD}` + `} body_mutation:{body:""}}}`,
		},
		{"release", releaseHeaders(set, []string{"a", "b"}), `response_headers:{response:{header_mutation:{` + headers + ` remove_headers:"a" remove_headers:"b"}}}`},
		{"piece", bodyPiece([]byte("token"), false, nil), `response_body:{response:{body_mutation:{streamed_response:{body:"token"}}}}`},
		{"end", bodyPiece(nil, true, nil), `response_body:{response:{body_mutation:{streamed_response:{end_of_stream:true}}}}`},
		{"trailers", endTrailers(), `response_trailers:{}`},
		{
			"immediate", immediate(429, set, []byte("no"), "throttled"),
			`immediate_response:{status:{code:TooManyRequests} headers:{` + headers + `} body:"no" details:"ockham_throttled"}`,
		},
		{"metadata", bodyPiece([]byte("x"), true, []fact{textFact("pipe", "green"), numberFact("cost_usd", .25), boolFact("escalated", true)}), `response_body:{response:{body_mutation:{streamed_response:{body:"x" end_of_stream:true}}}}
			dynamic_metadata:{fields:{key:"ockham" value:{struct_value:{
				fields:{key:"pipe" value:{string_value:"green"}} fields:{key:"cost_usd" value:{number_value:0.25}} fields:{key:"escalated" value:{bool_value:true}}}}}}`},
		{"last of a large body", pieces[1], `response_body:{response:{body_mutation:{streamed_response:{body:"x" end_of_stream:true}}}}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got, want extprocv3.ProcessingResponse
			data, err := newCodec().Marshal(tt.m)
			if err != nil {
				t.Fatal(err)
			}
			if err := proto.Unmarshal(data.Materialize(), &got); err != nil {
				t.Fatal(err)
			}
			if err := prototext.Unmarshal([]byte(tt.want), &want); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(&want, &got, protocmp.Transform()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// requests are messages as Envoy sends them, in text form.
var requests = []string{
	`request_headers:{headers:{headers:{key:":path" raw_value:"/"}}} observability_mode:true`, // of no interest
	`request_headers:{headers:{headers:{key:":path" raw_value:"/api/v1/generate"} headers:{key:"x" value:"old form"}}}
		attributes:{key:"envoy.filters.http.ext_proc" value:{fields:{key:"xds.route_name" value:{string_value:"prompt"}} fields:{key:"n" value:{number_value:64}} fields:{key:"b" value:{bool_value:true}}}}`,
	`request_headers:{headers:{}} metadata_context:{filter_metadata:{key:"envoy.filters.http.ratelimit" value:{
		fields:{key:"quotaModeViolations" value:{list_value:{values:{number_value:1}}}}
		fields:{key:"descriptors" value:{list_value:{
			values:{struct_value:{fields:{key:"entries" value:{list_value:{values:{string_value:"budget=a"}}}}}}
			values:{struct_value:{fields:{key:"entries" value:{list_value:{values:{string_value:"soft=b"} values:{string_value:"tenant=x"}}}}}}}}}}}}`,
	`request_headers:{end_of_stream:true headers:{}} protocol_config:{request_body_mode:BUFFERED response_body_mode:FULL_DUPLEX_STREAMED}`,
	`request_body:{body:"{}" end_of_stream:true}`,
	`response_headers:{headers:{headers:{key:":status" raw_value:"200"}}}`,
	`response_body:{body:"part"}`,
	`response_body:{end_of_stream:true}`,
	`response_trailers:{}`,
	`request_trailers:{}`,
}

// TestRead reads messages as the generated types say.
func TestRead(t *testing.T) {
	for _, text := range requests {
		var sent extprocv3.ProcessingRequest
		if err := prototext.Unmarshal([]byte(text), &sent); err != nil {
			t.Fatal(err)
		}
		var got heard
		if err := newCodec().Unmarshal(mem.BufferSlice{mem.SliceBuffer(marshal(t, &sent))}, &got); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		diff := cmp.Diff(generated(&sent), &got, cmp.AllowUnexported(heard{}, header{}, attribute{}, modes{}), protocmp.Transform(), cmpopts.EquateEmpty(),
			cmpopts.SortSlices(func(a, b attribute) bool { return a.name < b.name }))
		if diff != "" {
			t.Errorf("%s: %s", text, diff)
		}
	}
}

// generated is what the generated types hold of a message.
func generated(r *extprocv3.ProcessingRequest) *heard {
	m := &heard{metadata: r.MetadataContext}
	put := func(kind protowire.Number, h *extprocv3.HttpHeaders, b *extprocv3.HttpBody) {
		m.kind, m.body, m.end = kind, b.GetBody(), h.GetEndOfStream() || b.GetEndOfStream()
		for _, v := range h.GetHeaders().GetHeaders() {
			m.headers = append(m.headers, header{v.Key, v.Value + string(v.RawValue)})
		}
	}
	switch r := r.Request.(type) {
	case *extprocv3.ProcessingRequest_RequestHeaders:
		put(requestRequestHeaders, r.RequestHeaders, nil)
	case *extprocv3.ProcessingRequest_ResponseHeaders:
		put(requestResponseHeaders, r.ResponseHeaders, nil)
	case *extprocv3.ProcessingRequest_RequestBody:
		put(requestRequestBody, nil, r.RequestBody)
	case *extprocv3.ProcessingRequest_ResponseBody:
		put(requestResponseBody, nil, r.ResponseBody)
	case *extprocv3.ProcessingRequest_RequestTrailers:
		put(requestRequestTrailers, nil, nil)
	case *extprocv3.ProcessingRequest_ResponseTrailers:
		put(requestResponseTrailers, nil, nil)
	}
	for name, v := range r.Attributes["envoy.filters.http.ext_proc"].GetFields() {
		m.attributes = append(m.attributes, attribute{name, v.GetStringValue(), v.GetNumberValue()})
	}
	if c := r.ProtocolConfig; c != nil {
		m.modes = modes{true, c.RequestBodyMode, c.ResponseBodyMode}
	}
	return m
}

// What the rate limit service says of soft limits is heard; nonsense in its place is none.
func TestSoftLimitsAreHeard(t *testing.T) {
	for text, want := range map[string][]string{
		requests[2]: {"b"},
		requests[3]: nil,
		`request_headers:{} metadata_context:{filter_metadata:{key:"envoy.filters.http.ratelimit" value:{fields:{key:"quotaModeViolations" value:{list_value:{values:{number_value:7} values:{number_value:-1} values:{string_value:"x"}}}}}}}`: nil,
	} {
		var sent extprocv3.ProcessingRequest
		if err := prototext.Unmarshal([]byte(text), &sent); err != nil {
			t.Fatal(err)
		}
		var got heard
		if err := got.read(marshal(t, &sent)); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, overrun(got.metadata)); diff != "" {
			t.Errorf("%s: %s", text, diff)
		}
	}
}

func marshal(t testing.TB, m proto.Message) []byte {
	t.Helper()
	b, err := proto.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// FuzzRead takes whatever comes: an error, or what the generated types read too.
func FuzzRead(f *testing.F) {
	for _, text := range requests {
		var m extprocv3.ProcessingRequest
		if err := prototext.Unmarshal([]byte(text), &m); err != nil {
			f.Fatal(err)
		}
		f.Add(marshal(f, &m))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var got heard
		var want extprocv3.ProcessingRequest
		err := newCodec().Unmarshal(mem.BufferSlice{mem.SliceBuffer(b)}, &got)
		if proto.Unmarshal(b, &want) == nil && err != nil {
			t.Errorf("refused what is a message: %v", err)
		}
	})
}
