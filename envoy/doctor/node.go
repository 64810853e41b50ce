package doctor

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// node is a place in a configuration, with the path that leads to it. Whatever is asked of a place
// that is not there, or is something else, gives a zero value.
type node struct {
	value any
	path  string
}

// at follows keys downwards.
func (n node) at(keys ...string) node {
	for _, key := range keys {
		m, _ := n.value.(map[string]any)
		n = node{m[key], n.path + "." + key}
	}
	return n
}

func (n node) exists() bool { return n.value != nil }

func (n node) list() []node {
	l, _ := n.value.([]any)
	nodes := make([]node, len(l))
	for i, v := range l {
		nodes[i] = node{v, fmt.Sprintf("%s[%d]", n.path, i)}
	}
	return nodes
}

// fields are the entries of a mapping, by key.
func (n node) fields() map[string]node {
	m, _ := n.value.(map[string]any)
	nodes := make(map[string]node, len(m))
	for k, v := range m {
		nodes[k] = node{v, n.path + "." + k}
	}
	return nodes
}

func (n node) text() string {
	switch v := n.value.(type) {
	case nil:
		return ""
	case string:
		return v
	}
	return fmt.Sprint(n.value)
}

// or is the text, or what Envoy takes when there is none.
func (n node) or(value string) string {
	if s := n.text(); s != "" {
		return s
	}
	return value
}

func (n node) yes() bool { return n.text() == "true" }

// number also reads what a config_dump may write as a string.
func (n node) number(absent float64) float64 {
	f, err := strconv.ParseFloat(n.text(), 64)
	if err != nil {
		return absent
	}
	return f
}

// duration reads "1.5s" as Envoy does, and Istio's and Envoy Gateway's "500ms", "5m".
func (n node) duration(absent time.Duration) time.Duration {
	d, err := time.ParseDuration(n.text())
	if err != nil {
		return absent
	}
	return d
}

// typeName is the last part of "@type".
func (n node) typeName() string {
	t := n.at("@type").text()
	return t[strings.LastIndex(t, ".")+1:]
}

// config is a filter's or extension's typed configuration, unwrapped where Envoy wraps it.
func (n node) config() node {
	c := n.at("typed_config")
	if c.typeName() == "TypedStruct" {
		inner := c.at("value")
		if m, ok := inner.value.(map[string]any); ok {
			m["@type"] = c.at("type_url").text()
		}
		return inner
	}
	return c
}

// walk visits n and everything below it.
func (n node) walk(visit func(node)) {
	visit(n)
	for _, child := range n.fields() {
		child.walk(visit)
	}
	for _, child := range n.list() {
		child.walk(visit)
	}
}

// snake turns lowerCamelCase keys, which Envoy takes too, into its own.
func snake(v any) any {
	switch v := v.(type) {
	case map[string]any:
		m := make(map[string]any, len(v))
		for key, value := range v {
			m[snakeKey(key)] = snake(value)
		}
		return m
	case []any:
		l := make([]any, len(v))
		for i := range v {
			l[i] = snake(v[i])
		}
		return l
	}
	return v
}

func snakeKey(key string) string {
	if strings.ContainsAny(key, "._-/@") || key == "" || key[0] < 'a' || key[0] > 'z' {
		return key
	}
	var b strings.Builder
	for _, r := range key {
		if r >= 'A' && r <= 'Z' {
			b.WriteByte('_')
			r += 'a' - 'A'
		}
		b.WriteRune(r)
	}
	return strings.ReplaceAll(b.String(), "consecutive5xx", "consecutive_5xx")
}
