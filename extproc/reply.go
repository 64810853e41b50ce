package extproc

import (
	"iter"
	"strconv"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"

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

// continueHeaders lets the request's headers wait for its body.
func continueHeaders() *message {
	m := newSmall(nil)
	m.wrap(responseRequestHeaders, 0)
	return m
}

// replaceRequest sends body on in place of the client's. The route is matched again, on the new path.
func replaceRequest(body []byte, set []bedrock.Header, remove []string) *message {
	set = append(set, bedrock.Header{Name: "content-length", Value: strconv.Itoa(len(body))})
	m := newMessage(body)
	m.wrap(bodyWhole, 0)
	m.wrap(commonBodyMutation, 0)
	m.number(commonClearRoute, 1)
	m.headers(commonHeaderMutation, set, remove)
	m.wrap(commonResponse, 0)
	m.wrap(responseRequestBody, 0)
	return m
}

// releaseHeaders lets the held answer's headers go.
func releaseHeaders(set []bedrock.Header, remove []string) *message {
	m := newMessage(nil)
	m.headers(commonHeaderMutation, set, remove)
	m.wrap(commonResponse, 0)
	m.wrap(responseResponseHeaders, 0)
	return m
}

// bodyPieces is a part of the answer's body, split so that no message is too large; end closes it. The last
// carries the metadata, if there is any.
func bodyPieces(data []byte, end bool, facts []fact) iter.Seq[*message] {
	return func(yield func(*message) bool) {
		for ; len(data) > maxPiece; data = data[maxPiece:] {
			if !yield(bodyPiece(data[:maxPiece], false, nil)) {
				return
			}
		}
		yield(bodyPiece(data, end, facts))
	}
}

func bodyPiece(data []byte, end bool, facts []fact) *message {
	begin := newSmall
	if len(facts) > 0 {
		begin = newMessage
	}
	m := begin(data)
	m.wrap(streamedBody, 0)
	if end {
		m.number(streamedEnd, 1)
	}
	m.wrap(bodyStreamed, 0)
	m.wrap(commonBodyMutation, 0)
	m.wrap(commonResponse, 0)
	m.wrap(responseResponseBody, 0)
	if len(facts) > 0 {
		withMetadata(m, facts)
	}
	return m
}

// endTrailers ends an answer whose upstream sent trailers.
func endTrailers() *message {
	m := newSmall(nil)
	m.wrap(responseResponseTrailers, 0)
	return m
}

// immediate answers the client at once, in place of whatever Envoy has or waits for.
func immediate(status int, headers []bedrock.Header, body []byte, details string) *message {
	m := newMessage(body)
	m.wrap(immediateBody, 0)
	m.text(immediateDetails, detailsPrefix+details)
	m.headers(immediateHeaders, headers, nil)
	after := m.size()
	m.number(statusCode, uint64(status))
	m.wrap(immediateStatus, after)
	m.wrap(responseImmediate, 0)
	return m
}

// fact is a field of the metadata: a text, a number, or yes or no.
type fact struct {
	name   string
	kind   protowire.Number
	text   string
	number float64
}

func textFact(name, v string) fact { return fact{name: name, kind: valueString, text: v} }

func numberFact(name string, v float64) fact { return fact{name: name, kind: valueNumber, number: v} }

func boolFact(name string, v bool) fact {
	return fact{name: name, kind: valueBool, number: float64(protowire.EncodeBool(v))}
}

// withMetadata attaches what the access log and later filters may read: a struct in a struct.
func withMetadata(m *message, facts []fact) *message {
	end := m.size()
	for i := range facts {
		entry := m.size()
		m.fact(&facts[i])
		m.wrap(entryValue, entry)
		m.text(entryKey, facts[i].name)
		m.wrap(structFields, entry)
	}
	m.wrap(valueStruct, end)
	m.wrap(entryValue, end)
	m.text(entryKey, metadataNamespace)
	m.wrap(structFields, end)
	m.wrap(responseDynamicMetadata, end)
	return m
}

func (m *message) fact(f *fact) {
	switch f.kind {
	case valueString:
		m.text(valueString, f.text)
	case valueNumber:
		m.double(valueNumber, f.number)
	case valueBool:
		m.number(valueBool, uint64(f.number))
	}
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
