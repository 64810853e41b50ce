package dialect

import (
	"bytes"
	"encoding/json"
	"errors"
	"mime"
	"strconv"
	"strings"
	"unicode/utf8"
	"unsafe"

	"github.com/tidwall/gjson"
)

// maxDepth bounds the nesting of a body. Real requests, JSON Schemas included, stay far below; parsers
// that recurse would otherwise let a few megabytes of brackets take the process down.
const maxDepth = 128

// readBody checks that a request holds one JSON object and returns it. Nothing is copied: the strings
// of the result are parts of in.Body, which must not change while the Call lives.
func readBody(in *Input) (gjson.Result, error) {
	if err := checkMedia(in); err != nil {
		return gjson.Result{}, err
	}
	if err := checkJSON(in.Body); err != nil {
		return gjson.Result{}, err
	}
	body := gjson.Parse(text(in.Body))
	if !body.IsObject() {
		return body, Invalid("", "The body must be a JSON object, not "+kind(body)+".")
	}
	return body, nil
}

func checkMedia(in *Input) error {
	if c := in.Header("content-encoding"); c != "" && !strings.EqualFold(c, "identity") {
		return &Error{Code: UnsupportedMedia, Message: "Compressed request bodies are not supported: send the JSON as it is, without content-encoding."}
	}
	header := in.Header("content-type")
	if header == "" || header == "application/json" {
		return nil
	}
	media, _, err := mime.ParseMediaType(header)
	if err == nil && (media == "application/json" || strings.HasPrefix(media, "application/") && strings.HasSuffix(media, "+json")) {
		return nil
	}
	return &Error{Code: UnsupportedMedia, Message: "The content-type must be application/json."}
}

// checkJSON finds what is wrong with a body before anything reads it. The nesting comes first, because
// the validator recurses.
func checkJSON(body []byte) error {
	if len(body) == 0 || len(strings.TrimSpace(text(body))) == 0 {
		return Invalid("", "The body is empty: send a JSON object.")
	}
	if !utf8.Valid(body) {
		return Invalid("", "The body is not valid UTF-8, at byte "+strconv.Itoa(invalidUTF8(body))+".")
	}
	if at := tooDeep(body); at >= 0 {
		return Invalid("", "The body is nested deeper than "+strconv.Itoa(maxDepth)+" levels, at byte "+strconv.Itoa(at)+".")
	}
	if !valid(text(body)) {
		return Invalid("", "The body is not valid JSON"+syntaxError(body)+".")
	}
	return nil
}

func invalidUTF8(b []byte) int {
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return len(b)
}

// tooDeep returns where a bracket outside strings exceeds maxDepth, or -1.
func tooDeep(b []byte) int {
	if bytes.Count(b, []byte{'{'})+bytes.Count(b, []byte{'['}) <= maxDepth {
		return -1 // wherever they stand
	}
	depth := 0
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '"':
			i = stringEnd(b, i)
		case '{', '[':
			if depth++; depth > maxDepth {
				return i
			}
		case '}', ']':
			depth--
		}
	}
	return -1
}

// stringEnd returns the index of the quote that closes the string opened at i.
func stringEnd(b []byte, i int) int {
	for i++; i < len(b) && b[i] != '"'; i++ {
		if b[i] == '\\' {
			i++
		}
	}
	return i
}

// syntaxError tells where the JSON goes wrong. The decoder's own words are not used: they quote the body.
func syntaxError(body []byte) string {
	var raw json.RawMessage
	var syntax *json.SyntaxError
	if !errors.As(json.Unmarshal(body, &raw), &syntax) {
		return ""
	}
	if strings.HasPrefix(syntax.Error(), "unexpected end") {
		return ": it ends too early, at byte " + strconv.FormatInt(syntax.Offset, 10)
	}
	return ", at byte " + strconv.FormatInt(syntax.Offset-1, 10)
}

// text views b as a string without a copy; b must not change afterwards.
func text(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// raw views a value's JSON as bytes without a copy; they must not be changed.
func raw(v gjson.Result) []byte { return unsafe.Slice(unsafe.StringData(v.Raw), len(v.Raw)) }
