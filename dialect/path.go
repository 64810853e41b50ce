package dialect

import "strings"

// All lists the dialects.
func All() []Dialect { return []Dialect{Generate{}, OpenAI{}, Anthropic{}, Converse{}} }

// For finds the dialect that a path belongs to. The dialect is never nil: with an error it is the one
// whose clients are the likeliest to have sent the request, so that they can read the refusal.
func For(method, path string) (Dialect, *Error) {
	d, known := match(path)
	switch {
	case !known:
		return d, &Error{Code: NotFound, Message: "There is no such path. There are /api/v1/generate, /v1/chat/completions, /v1/messages, /v1/models and /model/{id}/converse."}
	case method != "POST":
		return d, OnlyMethod("POST")
	}
	return d, nil
}

func match(path string) (d Dialect, known bool) {
	switch {
	case path == "/v1/messages", path == "/v1/messages/count_tokens":
		return Anthropic{}, true
	case strings.HasPrefix(path, "/v1/messages/"):
		return Anthropic{}, false
	case strings.HasPrefix(path, "/model/"):
		_, _, known := operation(path)
		return Converse{}, known
	case strings.HasPrefix(path, "/guardrail/"), strings.HasPrefix(path, "/async-invoke"):
		return Converse{}, false
	case strings.HasPrefix(path, "/v1/"):
		return OpenAI{}, path == "/v1/chat/completions"
	}
	return Generate{}, path == "/api/v1/generate"
}

// operation splits a path. The model's part is one segment: a slash in it is sent as %2F.
func operation(path string) (model, op string, ok bool) {
	rest, ok := strings.CutPrefix(path, "/model/")
	if !ok {
		return "", "", false
	}
	model, op, _ = strings.Cut(rest, "/")
	switch op {
	case "converse", "converse-stream", "count-tokens", "invoke", "invoke-with-response-stream":
		return model, op, true
	}
	return "", "", false
}

// unescape decodes %XX strictly.
func unescape(s string) (string, bool) {
	if strings.IndexByte(s, '%') < 0 {
		return s, true
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == '%' {
			if i+2 >= len(s) || !hexByte(s[i+1]) || !hexByte(s[i+2]) {
				return "", false
			}
			c = hexValue(s[i+1])<<4 | hexValue(s[i+2])
			i += 2
		}
		b = append(b, c)
	}
	return string(b), true
}

func hexByte(c byte) bool { return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f' }

func hexValue(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}
