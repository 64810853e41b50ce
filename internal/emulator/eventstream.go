package emulator

import (
	"encoding/binary"
	"hash/crc32"
	"math/rand/v2"
)

// Frames of application/vnd.amazon.eventstream: total length, length of the headers, checksum of these two, headers,
// payload, checksum of everything before it.

const stringHeader = 7

type frameHeader struct{ name, value string }

func appendFrame(dst []byte, headers []frameHeader, payload []byte) []byte {
	start := len(dst)
	dst = append(dst, make([]byte, 12)...)
	for _, h := range headers {
		dst = append(dst, byte(len(h.name)))
		dst = append(dst, h.name...)
		dst = append(dst, stringHeader)
		dst = binary.BigEndian.AppendUint16(dst, uint16(len(h.value)))
		dst = append(dst, h.value...)
	}
	frame := dst[start:]
	binary.BigEndian.PutUint32(frame, uint32(len(frame)+len(payload)+4))
	binary.BigEndian.PutUint32(frame[4:], uint32(len(frame)-12))
	binary.BigEndian.PutUint32(frame[8:], crc32.ChecksumIEEE(frame[:8]))
	dst = append(dst, payload...)
	return binary.BigEndian.AppendUint32(dst, crc32.ChecksumIEEE(dst[start:]))
}

func appendEvent(dst []byte, name string, payload []byte) []byte {
	return appendFrame(dst, []frameHeader{
		{":event-type", name}, {":content-type", "application/json"}, {":message-type", "event"},
	}, payload)
}

func appendException(dst []byte, err *apiError) []byte {
	return appendFrame(dst, []frameHeader{
		{":exception-type", lowerFirst(err.kind)}, {":content-type", "application/json"}, {":message-type", "exception"},
	}, err.body())
}

func lowerFirst(name string) string {
	return string(name[0]|0x20) + name[1:]
}

const padding = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

// pad is the value of the key "p" that makes the length of a frame say nothing of its text.
func pad(r *rand.Rand) string { return padding[:r.IntN(len(padding)-1)+1] }
