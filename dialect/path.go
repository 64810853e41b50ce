package dialect

import "strings"

// All lists the dialects. Of two that a path is like the later one is taken.
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
	d = Generate{}
	for _, of := range All() {
		mine, like := of.Serves(path)
		if mine {
			return of, true
		}
		if like {
			d = of
		}
	}
	return d, false
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
