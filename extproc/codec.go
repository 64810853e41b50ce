package extproc

import (
	"errors"
	"math"
	"unsafe"

	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	filterv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/ext_proc/v3"
	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/encoding/proto"
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/encoding/protowire"
	protobuf "google.golang.org/protobuf/proto"
)

// codec writes this package's replies, which are in their protobuf form already, and reads what Envoy
// sends as heard. Everything else is left to gRPC's own codec.
type codec struct{ encoding.CodecV2 }

func newCodec() codec { return codec{encoding.GetCodecV2(proto.Name)} }

// Marshal implements encoding.CodecV2. The reply's bytes are not copied: they must not change afterwards.
func (c codec) Marshal(v any) (mem.BufferSlice, error) {
	m, ok := v.(*message)
	if !ok {
		return c.CodecV2.Marshal(v)
	}
	return m.parts(), nil
}

// Unmarshal implements encoding.CodecV2.
func (c codec) Unmarshal(data mem.BufferSlice, v any) error {
	m, ok := v.(*heard)
	if !ok {
		return c.CodecV2.Unmarshal(data, v)
	}
	return m.read(data.Materialize())
}

// errWire says that a message is no protobuf.
var errWire = errors.New("ockham: a message from Envoy cannot be read")

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

// read reads one of Envoy's messages, whose parts will share b. What a newer Envoy may say beside is
// passed over.
func (m *heard) read(b []byte) error {
	return fields(b, func(f protowire.Number, _ uint64, b []byte) error {
		switch f {
		case requestRequestHeaders, requestResponseHeaders:
			m.kind = f
			return m.readHeaders(b)
		case requestRequestBody, requestResponseBody:
			m.kind = f
			return m.readBody(b)
		case requestRequestTrailers, requestResponseTrailers:
			m.kind = f
		case requestMetadata:
			if len(b) > 0 { // only where there are budgets
				m.metadata = &corev3.Metadata{}
				return protobuf.Unmarshal(b, m.metadata)
			}
		case requestAttributes:
			return m.readAttributes(b)
		case requestProtocol:
			return m.readModes(b)
		}
		return nil
	})
}

func (m *heard) readBody(b []byte) error {
	return fields(b, func(f protowire.Number, n uint64, b []byte) error {
		switch f {
		case bodyBytes:
			m.body = b
		case bodyEnd:
			m.end = n != 0
		}
		return nil
	})
}

func (m *heard) readHeaders(b []byte) error {
	m.headers = make(headerList, 0, usualHeaders)
	return fields(b, func(f protowire.Number, n uint64, b []byte) error {
		switch f {
		case headersMap:
			return m.headers.read(b)
		case headersEnd:
			m.end = n != 0
		}
		return nil
	})
}

func (list *headerList) read(b []byte) error {
	return fields(b, func(f protowire.Number, _ uint64, b []byte) error {
		if f != mapHeaders {
			return nil
		}
		*list = append(*list, header{})
		return (*list)[len(*list)-1].read(b)
	})
}

// read takes either form of a value; the raw one comes last.
func (h *header) read(b []byte) error {
	return fields(b, func(f protowire.Number, _ uint64, b []byte) error {
		switch f {
		case headerKey:
			h.name = text(b)
		case headerValueOf, headerRawValue:
			h.value = text(b)
		}
		return nil
	})
}

// readModes reads the body modes, which come with the first message of a stream.
func (m *heard) readModes(b []byte) error {
	m.modes.told = true
	return fields(b, func(f protowire.Number, n uint64, _ []byte) error {
		switch f {
		case protocolRequestBody:
			m.modes.request = filterv3.ProcessingMode_BodySendMode(n)
		case protocolResponseBody:
			m.modes.response = filterv3.ProcessingMode_BodySendMode(n)
		}
		return nil
	})
}

// readAttributes reads one entry of the attributes: whose they are, and a struct of values.
func (m *heard) readAttributes(b []byte) error {
	return fields(b, func(f protowire.Number, _ uint64, b []byte) error {
		if f != entryValue {
			return nil
		}
		m.attributes = make(attributeList, 0, usualAttributes)
		return fields(b, func(f protowire.Number, _ uint64, b []byte) error {
			if f != structFields {
				return nil
			}
			m.attributes = append(m.attributes, attribute{})
			return m.attributes[len(m.attributes)-1].read(b)
		})
	})
}

func (a *attribute) read(b []byte) error {
	return fields(b, func(f protowire.Number, _ uint64, b []byte) error {
		switch f {
		case entryKey:
			a.name = text(b)
		case entryValue:
			return a.readValue(b)
		}
		return nil
	})
}

// readValue reads what attributes are asked for: texts and numbers.
func (a *attribute) readValue(b []byte) error {
	return fields(b, func(f protowire.Number, n uint64, b []byte) error {
		switch f {
		case valueString:
			a.text = text(b)
		case valueNumber:
			a.number = math.Float64frombits(n)
		}
		return nil
	})
}

// text views b as a string without a copy; nothing changes a message after it was read.
func text(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
