package bedrock

import (
	"encoding/binary"
	"hash/crc32"
)

// frame is one message of an event stream: what it is about, and its payload. Its parts share the bytes it
// was read from.
type frame struct {
	messageType, eventType, exceptionType, errorCode []byte
	payload                                          []byte
}

// A frame is total length, headers' length and their checksum, the headers, the payload, and a checksum of all.
const (
	preludeSize  = 12
	trailerSize  = 4
	smallest     = preludeSize + trailerSize
	stringHeader = 7 // the type of a text
)

// length reads how long a frame is; false where that is damaged.
func length(b []byte) (total uint32, ok bool) {
	return binary.BigEndian.Uint32(b), crc32.ChecksumIEEE(b[:8]) == binary.BigEndian.Uint32(b[8:])
}

// readFrame takes a whole frame apart; false where a checksum or a length is wrong.
func readFrame(b []byte) (f frame, ok bool) {
	end := len(b) - trailerSize
	headers := int64(binary.BigEndian.Uint32(b[4:]))
	if _, sound := length(b); !sound || crc32.ChecksumIEEE(b[:end]) != binary.BigEndian.Uint32(b[end:]) ||
		headers > int64(end-preludeSize) {
		return f, false
	}
	f.payload = b[preludeSize+headers : end]
	return f, f.readHeaders(b[preludeSize : preludeSize+headers])
}

// fixedSizes are those of the header types that have one: true, false, byte, short, integer, long, then
// bytes and text, which say their length, then time and UUID.
var fixedSizes = [...]int{0, 0, 1, 2, 4, 8, -1, -1, 8, 16}

func (f *frame) readHeaders(b []byte) bool {
	for len(b) > 0 {
		n := 1 + int(b[0])
		if len(b) < n+1 || int(b[n]) >= len(fixedSizes) {
			return false
		}
		name, kind := b[1:n], b[n]
		b = b[n+1:]
		size := fixedSizes[kind]
		if size < 0 {
			if len(b) < 2 {
				return false
			}
			size = int(binary.BigEndian.Uint16(b))
			b = b[2:]
		}
		if len(b) < size {
			return false
		}
		if kind == stringHeader {
			f.header(string(name), b[:size])
		}
		b = b[size:]
	}
	return true
}

func (f *frame) header(name string, value []byte) {
	switch name {
	case ":message-type":
		f.messageType = value
	case ":event-type":
		f.eventType = value
	case ":exception-type":
		f.exceptionType = value
	case ":error-code":
		f.errorCode = value
	}
}
