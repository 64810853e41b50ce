package emulator

import (
	"fmt"
	"net/http"
)

// apiError is an answer that is not a success, as the service's front end or the service itself writes it.
type apiError struct {
	status  int
	kind    string // ThrottlingException
	message string
	extra   map[string]any // further fields of the body, as ModelErrorException has
	// identity errors come from AWS's identity layer, which writes "Message" with a capital letter.
	identity bool
	// signing errors carry another name space behind their type.
	signing bool
}

func (e *apiError) Error() string { return e.kind + ": " + e.message }

const (
	bedrockSpace = ":http://internal.amazon.com/coral/com.amazon.bedrock/"
	serviceSpace = ":http://internal.amazon.com/coral/com.amazon.coral.service/"
)

func (e *apiError) header() string {
	if e.signing || e.identity {
		return e.kind + serviceSpace
	}
	return e.kind + bedrockSpace
}

func (e *apiError) body() []byte {
	fields := map[string]any{"message": e.message}
	if e.identity {
		fields = map[string]any{"Message": e.message}
	}
	for name, value := range e.extra {
		fields[name] = value
	}
	return encodeJSON(fields)
}

func (e *apiError) write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Amzn-ErrorType", e.header())
	w.WriteHeader(e.status)
	_, _ = w.Write(e.body())
}

// invalid is the ValidationException that Bedrock's own rules raise.
func invalid(format string, args ...any) *apiError {
	return &apiError{status: http.StatusBadRequest, kind: "ValidationException", message: fmt.Sprintf(format, args...)}
}

// unreadable is raised before any rule: the body is not JSON, or not of the operation's shape.
func unreadable(format string, args ...any) *apiError {
	return &apiError{status: http.StatusBadRequest, kind: "SerializationException", message: fmt.Sprintf(format, args...)}
}

func tooLarge() *apiError {
	return &apiError{
		status: http.StatusRequestEntityTooLarge, kind: "RequestEntityTooLargeException", signing: true,
		message: "Request Entity Too Large",
	}
}

// writeUnknownOperation is what Bedrock answers to a path that is none of its own: a success, in an envelope of another
// protocol. Clients that look at the status alone take it for an answer.
func writeUnknownOperation(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write([]byte(`{"Output":{"__type":"com.amazon.coral.service#UnknownOperationException"},"Version":"1.0"}`))
}
