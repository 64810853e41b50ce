package extproc

import (
	"strconv"
	"strings"

	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	extprocv3 "github.com/envoyproxy/go-control-plane/envoy/service/ext_proc/v3"
	typev3 "github.com/envoyproxy/go-control-plane/envoy/type/v3"
	"google.golang.org/protobuf/types/known/structpb"

	"ockham/bedrock"
)

// Every message to Envoy is made in this file, so that its rules stand in one place:
//
//   - a replaced request body has its content-length set, a held answer's is removed;
//   - a reply to a body comes after Envoy's first message of that body, never before;
//   - an answer ends by end_of_stream, or by the reply to its trailers where it has some;
//   - details of immediate replies start with detailsPrefix, by which local_reply_config knows to
//     leave them alone.

// detailsPrefix marks replies that are Ockham's own in Envoy's response code details.
const detailsPrefix = "ockham_"

// metadataNamespace is where Envoy keeps what Ockham tells of a request.
const metadataNamespace = "ockham"

// maxPiece bounds one streamed body reply; larger answers go out in several.
const maxPiece = 1 << 20

type message = extprocv3.ProcessingResponse

// continueHeaders lets the request's headers wait for its body.
func continueHeaders() *message {
	return &message{Response: &extprocv3.ProcessingResponse_RequestHeaders{RequestHeaders: &extprocv3.HeadersResponse{}}}
}

// replaceRequest sends body on in place of the client's. The route is matched again, on the new path.
func replaceRequest(body []byte, set []bedrock.Header, remove []string) *message {
	set = append(set, bedrock.Header{Name: "content-length", Value: strconv.Itoa(len(body))})
	return &message{Response: &extprocv3.ProcessingResponse_RequestBody{RequestBody: &extprocv3.BodyResponse{
		Response: &extprocv3.CommonResponse{
			ClearRouteCache: true,
			HeaderMutation:  mutation(set, remove),
			BodyMutation:    &extprocv3.BodyMutation{Mutation: &extprocv3.BodyMutation_Body{Body: body}},
		},
	}}}
}

// releaseHeaders lets the held answer's headers go.
func releaseHeaders(set []bedrock.Header, remove []string) *message {
	return &message{Response: &extprocv3.ProcessingResponse_ResponseHeaders{ResponseHeaders: &extprocv3.HeadersResponse{
		Response: &extprocv3.CommonResponse{HeaderMutation: mutation(set, remove)},
	}}}
}

// bodyPieces is a part of the answer's body, split so that no message is too large; end closes it.
func bodyPieces(data []byte, end bool) []*message {
	pieces := make([]*message, 0, len(data)/maxPiece+1)
	for len(data) > maxPiece {
		pieces = append(pieces, bodyPiece(data[:maxPiece], false))
		data = data[maxPiece:]
	}
	return append(pieces, bodyPiece(data, end))
}

func bodyPiece(data []byte, end bool) *message {
	return &message{Response: &extprocv3.ProcessingResponse_ResponseBody{ResponseBody: &extprocv3.BodyResponse{
		Response: &extprocv3.CommonResponse{BodyMutation: &extprocv3.BodyMutation{
			Mutation: &extprocv3.BodyMutation_StreamedResponse{
				StreamedResponse: &extprocv3.StreamedBodyResponse{Body: data, EndOfStream: end},
			},
		}},
	}}}
}

// endTrailers ends an answer whose upstream sent trailers.
func endTrailers() *message {
	return &message{Response: &extprocv3.ProcessingResponse_ResponseTrailers{ResponseTrailers: &extprocv3.TrailersResponse{}}}
}

// immediate answers the client at once, in place of whatever Envoy has or waits for.
func immediate(status int, headers []bedrock.Header, body []byte, details string) *message {
	return &message{Response: &extprocv3.ProcessingResponse_ImmediateResponse{ImmediateResponse: &extprocv3.ImmediateResponse{
		Status:  &typev3.HttpStatus{Code: typev3.StatusCode(status)},
		Headers: mutation(headers, nil),
		Body:    body,
		Details: detailsPrefix + details,
	}}}
}

// withMetadata attaches what the access log and later filters may read.
func withMetadata(m *message, fields map[string]*structpb.Value) *message {
	m.DynamicMetadata = &structpb.Struct{Fields: map[string]*structpb.Value{
		metadataNamespace: structpb.NewStructValue(&structpb.Struct{Fields: fields}),
	}}
	return m
}

// mutation sets and removes headers. All of a message's headers share four allocations.
func mutation(set []bedrock.Header, remove []string) *extprocv3.HeaderMutation {
	options := make([]corev3.HeaderValueOption, len(set))
	values := make([]corev3.HeaderValue, len(set))
	list := make([]*corev3.HeaderValueOption, len(set))
	size := 0
	for _, h := range set {
		size += len(h.Value)
	}
	raw := make([]byte, 0, size)
	for i, h := range set {
		from := len(raw)
		raw = append(raw, printable(h.Value)...)
		values[i].Key, values[i].RawValue = h.Name, raw[from:len(raw):len(raw)]
		options[i].Header = &values[i]
		options[i].AppendAction = corev3.HeaderValueOption_OVERWRITE_IF_EXISTS_OR_ADD
		list[i] = &options[i]
	}
	return &extprocv3.HeaderMutation{SetHeaders: list, RemoveHeaders: remove}
}

// printable keeps what may stand in a header's value, so that nothing can smuggle in a second line.
func printable(v string) string {
	clean := func(r rune) rune {
		if r < ' ' || r > '~' {
			return -1
		}
		return r
	}
	for i := 0; i < len(v); i++ {
		if v[i] < ' ' || v[i] > '~' {
			return strings.Map(clean, v)
		}
	}
	return v
}
