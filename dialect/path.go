package dialect

import "strings"

// All lists the dialects.
func All() []Dialect { return []Dialect{Generate{}, OpenAI{}} }

// For finds the dialect that a path belongs to. The dialect is never nil: with an error it is the one
// whose clients are the likeliest to have sent the request, so that they can read the refusal.
func For(method, path string) (Dialect, *Error) {
	d, known := match(path)
	switch {
	case !known:
		return d, &Error{Code: NotFound, Message: "There is no such path."}
	case method != "POST":
		return d, &Error{Code: MethodNotAllowed, Message: "This path takes POST only."}
	}
	return d, nil
}

func match(path string) (d Dialect, known bool) {
	switch {
	case strings.HasPrefix(path, "/v1/"):
		return OpenAI{}, path == "/v1/chat/completions"
	}
	return Generate{}, path == "/api/v1/generate"
}
