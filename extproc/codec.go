package extproc

import (
	"errors"
	"math"
	"unsafe"

	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	filterv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/ext_proc/v3"
	extprocv3 "github.com/envoyproxy/go-control-plane/envoy/service/ext_proc/v3"
	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/encoding/proto"
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/encoding/protowire"
	protobuf "google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"
)

// codec writes this package's replies, which are in their protobuf form already, and reads what Envoy
// sends without reflection: the parts of a message share the one copy that is made of it. Everything else
// is left to gRPC's own codec.
type codec struct{ encoding.CodecV2 }

func newCodec() codec { return codec{encoding.GetCodecV2(proto.Name)} }

// Marshal implements encoding.CodecV2. The reply's bytes are not copied: they must not change afterwards.
func (c codec) Marshal(v any) (mem.BufferSlice, error) {
	m, ok := v.(*message)
	if !ok {
		return c.CodecV2.Marshal(v)
	}
	if len(m.body) == 0 {
		return mem.BufferSlice{mem.SliceBuffer(m.buf[m.at:])}, nil
	}
	return mem.BufferSlice{mem.SliceBuffer(m.buf[m.at:]), mem.SliceBuffer(m.body)}, nil
}

// Unmarshal implements encoding.CodecV2.
func (c codec) Unmarshal(data mem.BufferSlice, v any) error {
	m, ok := v.(*extprocv3.ProcessingRequest)
	if !ok {
		return c.CodecV2.Unmarshal(data, v)
	}
	b := data.Materialize()
	err := readRequest(m, b)
	if errors.Is(err, errUnknown) { // a newer Envoy may say more
		return protobuf.Unmarshal(b, m)
	}
	return err
}

// errWire says that a message is no protobuf, or not as this package knows it.
var errWire = errors.New("ockham: a message from Envoy cannot be read")

// errUnknown says that a message has a field that readRequest does not know.
var errUnknown = errors.New("ockham: an unknown field")

// fields calls with for every field of a message; varints come as n, everything of a length as b. What has
// another form is passed over.
func fields(b []byte, with func(f protowire.Number, n uint64, b []byte) error) error {
	for len(b) > 0 {
		f, t, n := protowire.ConsumeTag(b)
		if n < 0 {
			return errWire
		}
		b = b[n:]
		var number uint64
		var part []byte
		switch t {
		case protowire.VarintType:
			number, n = protowire.ConsumeVarint(b)
		case protowire.BytesType:
			part, n = protowire.ConsumeBytes(b)
		case protowire.Fixed64Type:
			number, n = protowire.ConsumeFixed64(b)
		default:
			n = protowire.ConsumeFieldValue(f, t, b)
		}
		if n < 0 {
			return errWire
		}
		if err := with(f, number, part); err != nil {
			return err
		}
		b = b[n:]
	}
	return nil
}

// Numbers of ProcessingRequest's fields, and of its parts'.
const (
	requestRequestHeaders   = 2
	requestResponseHeaders  = 3
	requestRequestBody      = 4
	requestResponseBody     = 5
	requestRequestTrailers  = 6
	requestResponseTrailers = 7
	requestMetadata         = 8
	requestAttributes       = 9
	requestProtocol         = 11
	protocolRequestBody     = 1
	protocolResponseBody    = 2
	headersMap              = 1
	headersEnd              = 3
	mapHeaders              = 1
	bodyBytes               = 1
	bodyEnd                 = 2
)

// readRequest reads one of Envoy's messages, whose parts will share b.
func readRequest(m *extprocv3.ProcessingRequest, b []byte) error {
	return fields(b, func(f protowire.Number, _ uint64, b []byte) (err error) {
		switch f {
		case requestRequestHeaders:
			r := &extprocv3.ProcessingRequest_RequestHeaders{}
			r.RequestHeaders, err = readHeaders(b)
			m.Request = r
		case requestResponseHeaders:
			r := &extprocv3.ProcessingRequest_ResponseHeaders{}
			r.ResponseHeaders, err = readHeaders(b)
			m.Request = r
		case requestRequestBody:
			r := &extprocv3.ProcessingRequest_RequestBody{}
			r.RequestBody, err = readBody(b)
			m.Request = r
		case requestResponseBody:
			r := &extprocv3.ProcessingRequest_ResponseBody{}
			r.ResponseBody, err = readBody(b)
			m.Request = r
		case requestRequestTrailers:
			m.Request = &extprocv3.ProcessingRequest_RequestTrailers{RequestTrailers: &extprocv3.HttpTrailers{}}
		case requestResponseTrailers:
			m.Request = &extprocv3.ProcessingRequest_ResponseTrailers{ResponseTrailers: &extprocv3.HttpTrailers{}}
		case requestMetadata: // only where there are budgets
			m.MetadataContext = &corev3.Metadata{}
			err = protobuf.Unmarshal(b, m.MetadataContext)
		case requestAttributes:
			err = readAttributes(m, b)
		case requestProtocol:
			m.ProtocolConfig, err = readProtocol(b)
		default:
			err = errUnknown
		}
		return err
	})
}

func readBody(b []byte) (*extprocv3.HttpBody, error) {
	h := &extprocv3.HttpBody{}
	return h, fields(b, func(f protowire.Number, n uint64, b []byte) error {
		switch f {
		case bodyBytes:
			h.Body = b
		case bodyEnd:
			h.EndOfStream = n != 0
		}
		return nil
	})
}

func readHeaders(b []byte) (*extprocv3.HttpHeaders, error) {
	h := &extprocv3.HttpHeaders{Headers: &corev3.HeaderMap{}}
	return h, fields(b, func(f protowire.Number, n uint64, b []byte) (err error) {
		switch f {
		case headersMap:
			err = readHeaderMap(h.Headers, b)
		case headersEnd:
			h.EndOfStream = n != 0
		}
		return err
	})
}

// readHeaderMap reads all headers into one piece of memory.
func readHeaderMap(m *corev3.HeaderMap, b []byte) error {
	count := 0
	err := fields(b, func(f protowire.Number, _ uint64, _ []byte) error {
		if f == mapHeaders {
			count++
		}
		return nil
	})
	if err != nil {
		return err
	}
	all := make([]corev3.HeaderValue, count)
	m.Headers = make([]*corev3.HeaderValue, 0, count)
	return fields(b, func(f protowire.Number, _ uint64, b []byte) error {
		if f != mapHeaders {
			return nil
		}
		h := &all[len(m.Headers)]
		m.Headers = append(m.Headers, h)
		return readHeader(h, b)
	})
}

func readHeader(h *corev3.HeaderValue, b []byte) error {
	return fields(b, func(f protowire.Number, _ uint64, b []byte) error {
		switch f {
		case headerKey:
			h.Key = text(b)
		case headerValueOf:
			h.Value = text(b)
		case headerRawValue:
			h.RawValue = b
		}
		return nil
	})
}

// readProtocol reads the body modes, which come with the first message of a stream.
func readProtocol(b []byte) (*extprocv3.ProtocolConfiguration, error) {
	c := &extprocv3.ProtocolConfiguration{}
	err := fields(b, func(f protowire.Number, n uint64, _ []byte) error {
		switch f {
		case protocolRequestBody:
			c.RequestBodyMode = filterv3.ProcessingMode_BodySendMode(n)
		case protocolResponseBody:
			c.ResponseBodyMode = filterv3.ProcessingMode_BodySendMode(n)
		}
		return nil
	})
	return c, err
}

// readAttributes reads one entry of the attributes: a name and a struct of values.
func readAttributes(m *extprocv3.ProcessingRequest, b []byte) error {
	name, of := "", &structpb.Struct{Fields: map[string]*structpb.Value{}}
	err := fields(b, func(f protowire.Number, _ uint64, b []byte) error {
		switch f {
		case entryKey:
			name = text(b)
		case entryValue:
			return fields(b, func(f protowire.Number, _ uint64, b []byte) error {
				if f != structFields {
					return nil
				}
				return readAttribute(of, b)
			})
		}
		return nil
	})
	if m.Attributes == nil {
		m.Attributes = map[string]*structpb.Struct{}
	}
	m.Attributes[name] = of
	return err
}

func readAttribute(of *structpb.Struct, b []byte) error {
	name, value := "", &structpb.Value{}
	err := fields(b, func(f protowire.Number, _ uint64, b []byte) error {
		switch f {
		case entryKey:
			name = text(b)
		case entryValue:
			return readValue(value, b)
		}
		return nil
	})
	of.Fields[name] = value
	return err
}

// readValue reads what attributes are: texts, numbers and booleans. Others keep no kind, as null does.
func readValue(v *structpb.Value, b []byte) error {
	return fields(b, func(f protowire.Number, n uint64, b []byte) error {
		switch f {
		case valueString:
			v.Kind = &structpb.Value_StringValue{StringValue: text(b)}
		case valueNumber:
			v.Kind = &structpb.Value_NumberValue{NumberValue: math.Float64frombits(n)}
		case valueBool:
			v.Kind = &structpb.Value_BoolValue{BoolValue: n != 0}
		}
		return nil
	})
}

// text views b as a string without a copy; nothing changes a message after it was read.
func text(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
