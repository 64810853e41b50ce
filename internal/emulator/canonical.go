package emulator

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
)

// canonicalRequest is what the client must have signed, made from what arrived and from nothing that the client says
// about it: the body is hashed, x-amz-content-sha256 is only a header like others.
func canonicalRequest(r *http.Request, body []byte, headers []string, singleEscape bool) string {
	path, query, _ := strings.Cut(requestTarget(r), "?")
	digest := sha256.Sum256(body)
	var text strings.Builder
	text.Grow(1024)
	text.WriteString(r.Method + "\n")
	text.WriteString(canonicalPath(path, singleEscape) + "\n")
	text.WriteString(canonicalQuery(query) + "\n")
	for _, name := range headers {
		text.WriteString(name + ":" + headerValue(r, name) + "\n")
	}
	text.WriteString("\n" + strings.Join(headers, ";") + "\n")
	text.WriteString(hex.EncodeToString(digest[:]))
	return text.String()
}

// requestTarget is the path and query as they came on the wire.
func requestTarget(r *http.Request) string {
	target := r.RequestURI
	if target == "" {
		target = r.URL.RequestURI()
	}
	if _, rest, found := strings.Cut(target, "://"); found && !strings.HasPrefix(target, "/") {
		if slash := strings.IndexByte(rest, '/'); slash >= 0 {
			return rest[slash:]
		}
		return "/"
	}
	return target
}

// canonicalPath normalises the path and encodes what arrived once more: an escape on the wire is escaped again.
func canonicalPath(path string, singleEscape bool) string {
	path = removeDots(path)
	if singleEscape {
		return path
	}
	return escape(path, true)
}

// removeDots drops empty and relative segments; the common path has none and is returned as it is.
func removeDots(path string) string {
	if path == "" {
		return "/"
	}
	if !strings.Contains(path, "//") && !strings.Contains(path, "/.") {
		return path
	}
	var kept []string
	for segment := range strings.SplitSeq(path, "/") {
		switch segment {
		case "", ".":
		case "..":
			kept = kept[:max(0, len(kept)-1)]
		default:
			kept = append(kept, segment)
		}
	}
	clean := "/" + strings.Join(kept, "/")
	if len(kept) > 0 && strings.HasSuffix(path, "/") {
		clean += "/"
	}
	return clean
}

const upperHex = "0123456789ABCDEF"

// escape percent-encodes every byte but the unreserved ones, and '/' where it separates.
func escape(text string, slashes bool) string {
	var out strings.Builder
	out.Grow(len(text) + 16)
	for i := range len(text) {
		c := text[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_', c == '.', c == '~', slashes && c == '/':
			out.WriteByte(c)
		default:
			out.Write([]byte{'%', upperHex[c>>4], upperHex[c&15]})
		}
	}
	return out.String()
}

// canonicalQuery sorts the parameters by their encoded names, then values.
func canonicalQuery(query string) string {
	if query == "" {
		return ""
	}
	var pairs []string
	for part := range strings.SplitSeq(query, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		pairs = append(pairs, escape(unescapeQuery(name), false)+"="+escape(unescapeQuery(value), false))
	}
	slices.Sort(pairs)
	return strings.Join(pairs, "&")
}

// unescapeQuery decodes percent escapes and leaves malformed ones; a plus sign stands for itself.
func unescapeQuery(text string) string {
	if !strings.Contains(text, "%") {
		return text
	}
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] == '%' && i+2 < len(text) {
			if b, err := hex.DecodeString(text[i+1 : i+3]); err == nil {
				out.Write(b)
				i += 2
				continue
			}
		}
		out.WriteByte(text[i])
	}
	return out.String()
}

// headerValue is the header's values trimmed, inner runs of spaces collapsed, joined by commas.
func headerValue(r *http.Request, name string) string {
	if name == "host" || name == ":authority" {
		return r.Host
	}
	values := r.Header[http.CanonicalHeaderKey(name)]
	if len(values) == 1 {
		return collapse(values[0])
	}
	trimmed := make([]string, len(values))
	for i, value := range values {
		trimmed[i] = collapse(value)
	}
	return strings.Join(trimmed, ",")
}

func collapse(value string) string {
	if !strings.Contains(value, "  ") {
		return strings.TrimSpace(value)
	}
	return strings.Join(strings.FieldsFunc(value, func(r rune) bool { return r == ' ' }), " ")
}
