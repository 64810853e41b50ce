package dialect

import (
	"strconv"

	"ockham/bedrock"
)

// appendString writes s as a JSON string.
func appendString(dst []byte, s string) []byte { return bedrock.AppendString(dst, s) }

// appendKey writes a member's name and colon, with a comma before it unless it is the object's first.
func appendKey(dst []byte, name string) []byte {
	if last := dst[len(dst)-1]; last != '{' {
		dst = append(dst, ',')
	}
	dst = append(dst, '"')
	dst = append(dst, name...)
	return append(dst, '"', ':')
}

func appendField(dst []byte, name, value string) []byte {
	return appendString(appendKey(dst, name), value)
}

func appendInt(dst []byte, name string, value int64) []byte {
	return strconv.AppendInt(appendKey(dst, name), value, 10)
}

// separate writes the comma between two elements, unless the array has just been opened.
func separate(dst []byte) []byte {
	if dst[len(dst)-1] == '[' {
		return dst
	}
	return append(dst, ',')
}

// appendEvent frames one server-sent event; event is "" where the dialect names none. data must hold
// no line break, which is so for all JSON written here.
func appendEvent(dst []byte, event string, data func([]byte) []byte) []byte {
	if event != "" {
		dst = append(dst, "event: "...)
		dst = append(dst, event...)
		dst = append(dst, '\n')
	}
	dst = append(dst, "data: "...)
	dst = data(dst)
	return append(dst, '\n', '\n')
}
