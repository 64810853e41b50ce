package bedrock

import (
	"strings"

	"github.com/tidwall/gjson"
)

// statusOf is the HTTP status for which each exception inside a stream stands.
var statusOf = map[string]int{
	"ValidationException":         400,
	"AccessDeniedException":       403,
	"ResourceNotFoundException":   404,
	"ModelTimeoutException":       408,
	"ModelErrorException":         424,
	"ModelStreamErrorException":   424,
	"ThrottlingException":         429,
	"ModelNotReadyException":      429,
	"InternalServerException":     500,
	"ServiceUnavailableException": 503,
}

// ParseError reads an answer whose status is no 200. errorType is its x-amzn-errortype header,
// retryAfter its retry-after.
func ParseError(status int, errorType, retryAfter string, body []byte) *Error {
	e := &Error{Status: status, Type: cleanType(errorType), RetryAfter: retryAfter}
	if gjson.ValidBytes(body) {
		doc := gjson.ParseBytes(body)
		if e.Type == "" {
			e.Type = cleanType(doc.Get("__type").Str)
		}
		// Bedrock itself writes message, the front end that checks identities Message.
		e.Message = doc.Get("message").Str
		if e.Message == "" {
			e.Message = doc.Get("Message").Str
		}
	}
	return e
}

// cleanType takes the namespace and the documentation link off an error type.
func cleanType(t string) string {
	t, _, _ = strings.Cut(t, ":")
	return t[strings.LastIndexByte(t, '#')+1:]
}

// exception reads an exception message of an event stream; name is lowerCamel there.
func exception(name string, payload []byte) *Error {
	if name != "" {
		name = strings.ToUpper(name[:1]) + name[1:]
	}
	e := &Error{Type: name, Status: statusOf[name], InStream: true}
	if e.Status == 0 {
		e.Status = 500
	}
	e.Message = gjson.GetBytes(payload, "message").Str
	return e
}
