package doctor

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
)

// MaxInput bounds a configuration; the config_dump of a large mesh has some 100 MB.
const MaxInput = 512 << 20

// maxDepth bounds nesting: the YAML parser's time grows with its square.
const maxDepth = 1000

var errTooLarge = fmt.Errorf("the configuration is larger than %d MiB, which is more than doctor reads", MaxInput>>20)

// ErrUnreadable says that the input is no configuration that doctor knows.
var ErrUnreadable = errors.New("neither a bootstrap, a config_dump, Istio's nor Envoy Gateway's resources")

// read splits the input into its documents: of JSON or of YAML, any number of either.
func read(data []byte) ([]node, error) {
	if len(data) > MaxInput {
		return nil, errTooLarge
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if !utf8.Valid(data) || bytes.IndexByte(data, 0) >= 0 {
		return nil, errors.New("this is no text in UTF-8; unpack or convert it first")
	}
	if docs, ok := readJSON(data); ok {
		return docs, nil
	} // else: YAML may begin with a brace too
	if deeper(data, maxDepth) {
		return nil, fmt.Errorf("the configuration is nested deeper than %d levels", maxDepth)
	}
	return readYAML(data)
}

func readJSON(data []byte) (docs []node, ok bool) {
	if trimmed := bytes.TrimSpace(data); len(trimmed) == 0 || trimmed[0] != '{' {
		return nil, false
	}
	for d := json.NewDecoder(bytes.NewReader(data)); ; {
		var v any
		switch err := d.Decode(&v); {
		case errors.Is(err, io.EOF):
			return docs, true
		case err != nil:
			return nil, false
		}
		docs = append(docs, items(v)...)
	}
}

// marker stands between documents of YAML. They are split here because the parser ends at one that holds
// nothing but comments, as Helm writes them.
var marker = regexp.MustCompile(`(?m)^---[ \t\r]*(#.*)?$`)

func readYAML(data []byte) (docs []node, err error) {
	line := 0
	for _, part := range marker.Split(string(data), -1) {
		var v any
		// The lines before, so that an error names the right one.
		if err := yaml.Unmarshal([]byte(strings.Repeat("\n", line)+part), &v); err != nil {
			return nil, err
		}
		line += strings.Count(part, "\n")
		docs = append(docs, items(v)...)
	}
	return docs, nil
}

// items are the documents in a document: the items of a List of Kubernetes, or itself.
func items(v any) []node {
	n := node{value: v}
	switch {
	case v == nil:
		return nil
	case strings.HasSuffix(n.at("kind").text(), "List") && n.at("items").exists():
		return n.at("items").list()
	}
	return []node{n}
}

// deeper tells whether more than limit brackets are open at once, or as many dashes open one line.
func deeper(data []byte, limit int) bool {
	depth, dashes := 0, 0
	for _, b := range data {
		switch b {
		case '[', '{':
			depth++
		case ']', '}':
			depth = max(depth-1, 0)
		case '-', '?':
			dashes++
		case ' ', '\t':
		default:
			dashes = 0
		}
		if depth > limit || dashes > limit {
			return true
		}
	}
	return false
}
