package extproc

import (
	"math"
	"math/bits"
	"sync"

	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/encoding/protowire"

	"ockham/bedrock"
)

// message is a reply to Envoy, already in its protobuf form: reply.go makes a handful of shapes, and
// building them out of generated types, only to have reflection take them apart again, was the larger part
// of what a request cost. It is written from its end to its beginning, because the length of an inner
// message stands before it. A body, which may be megabytes, ends the message and is never copied.
type message struct {
	buf  []byte  // filled from its end
	at   int     // where in buf the message begins
	lent *[]byte // buf, where it is the heads'
	body mem.SliceBuffer

	head  mem.SliceBuffer
	whole [2]mem.Buffer
}

// How much room messages need, beside their bodies: those without headers and metadata, and most others.
const (
	smallMessage = 64
	usualMessage = 2048
)

// newSmall begins a message that has its room in itself.
func newSmall(body []byte) *message {
	m := &struct {
		message
		room [smallMessage]byte
	}{}
	m.buf, m.at, m.body = m.room[:], smallMessage, body
	return &m.message
}

func newMessage(body []byte) *message {
	b := heads.Get(usualMessage)
	return &message{buf: *b, at: len(*b), lent: b, body: body}
}

// heads is memory for messages. gRPC gives it back when it has written one: what was used last is still in
// the processor's cache, and need not be cleared.
var heads = headPool{sync.Pool{New: func() any { b := make([]byte, usualMessage); return &b }}}

type headPool struct{ pool sync.Pool }

// Get implements mem.BufferPool.
func (p *headPool) Get(int) *[]byte { return p.pool.Get().(*[]byte) }

// Put implements mem.BufferPool.
func (p *headPool) Put(b *[]byte) { p.pool.Put(b) }

// parts are the finished message as gRPC takes it.
func (m *message) parts() mem.BufferSlice {
	m.whole = [2]mem.Buffer{m.written(), &m.body}
	if len(m.body) == 0 {
		return m.whole[:1]
	}
	return m.whole[:]
}

// written is what was written of the message. Whoever takes it frees it, and with it what buf was lent.
func (m *message) written() mem.Buffer {
	if m.lent == nil {
		m.head = m.buf[m.at:]
		return &m.head
	}
	free, written := mem.SplitUnsafe(mem.NewBuffer(m.lent, &heads), m.at)
	free.Free()
	return written
}

// size is how long the message is so far.
func (m *message) size() int { return len(m.buf) - m.at + len(m.body) }

// room makes space for n bytes in front, and returns it.
func (m *message) room(n int) []byte {
	if m.at < n {
		grown := make([]byte, 2*len(m.buf)+n)
		from := len(grown) - (len(m.buf) - m.at)
		copy(grown[from:], m.buf[m.at:])
		if m.lent != nil {
			heads.Put(m.lent)
			m.lent = nil
		}
		m.buf, m.at = grown, from
	}
	m.at -= n
	return m.buf[m.at : m.at+n]
}

func (m *message) varint(v uint64) {
	n := (bits.Len64(v|1) + 6) / 7
	protowire.AppendVarint(m.room(n)[:0], v)
}

func (m *message) tag(f protowire.Number, t protowire.Type) { m.varint(protowire.EncodeTag(f, t)) }

// wrap makes field f of everything that was written since the message had the size after.
func (m *message) wrap(f protowire.Number, after int) {
	m.varint(uint64(m.size() - after))
	m.tag(f, protowire.BytesType)
}

func (m *message) text(f protowire.Number, s string) {
	copy(m.room(len(s)), s)
	m.varint(uint64(len(s)))
	m.tag(f, protowire.BytesType)
}

func (m *message) number(f protowire.Number, v uint64) {
	m.varint(v)
	m.tag(f, protowire.VarintType)
}

func (m *message) double(f protowire.Number, v float64) {
	protowire.AppendFixed64(m.room(8)[:0], math.Float64bits(v))
	m.tag(f, protowire.Fixed64Type)
}

// headers writes a HeaderMutation as field f.
func (m *message) headers(f protowire.Number, set []bedrock.Header, remove []string) {
	end := m.size()
	for i := len(remove) - 1; i >= 0; i-- {
		m.text(mutationRemove, remove[i])
	}
	for i := len(set) - 1; i >= 0; i-- {
		option := m.size()
		m.number(optionAction, overwriteOrAdd)
		header := m.size()
		m.text(headerRawValue, printable(set[i].Value))
		m.text(headerKey, set[i].Name)
		m.wrap(optionHeader, header)
		m.wrap(mutationSet, option)
	}
	m.wrap(f, end)
}

// Numbers of the fields that are written and read, by their messages in envoy.service.ext_proc.v3,
// envoy.config.core.v3 and google.protobuf. TestMessages holds them against the generated types.
const (
	// ProcessingResponse
	responseRequestHeaders   = 1
	responseResponseHeaders  = 2
	responseRequestBody      = 3
	responseResponseBody     = 4
	responseResponseTrailers = 6
	responseImmediate        = 7
	responseDynamicMetadata  = 8
	// HeadersResponse and BodyResponse
	commonResponse = 1
	// CommonResponse
	commonHeaderMutation = 2
	commonBodyMutation   = 3
	commonClearRoute     = 5
	// HeaderMutation, HeaderValueOption, HeaderValue
	mutationSet    = 1
	mutationRemove = 2
	optionHeader   = 1
	optionAction   = 3
	overwriteOrAdd = 2
	headerKey      = 1
	headerValueOf  = 2
	headerRawValue = 3
	// BodyMutation and StreamedBodyResponse
	bodyWhole    = 1
	bodyStreamed = 3
	streamedBody = 1
	streamedEnd  = 2
	// ImmediateResponse and HttpStatus
	immediateStatus  = 1
	immediateHeaders = 2
	immediateBody    = 3
	immediateDetails = 5
	statusCode       = 1
	// Struct, its map's entries, and Value
	structFields = 1
	entryKey     = 1
	entryValue   = 2
	valueNumber  = 2
	valueString  = 3
	valueBool    = 4
	valueStruct  = 5
)
