package doctor

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/goccy/go-yaml"
)

// maxInput bounds a configuration; the config_dump of a large mesh has some 100 MB.
const maxInput = 512 << 20

// maxDepth bounds nesting: the YAML parser's time grows with its square.
const maxDepth = 1000

// ErrUnreadable says that the input is no configuration that doctor knows.
var ErrUnreadable = errors.New("neither a bootstrap, a config_dump, Istio's nor Envoy Gateway's resources")

// read splits the input into its documents: one of JSON, or any number of YAML.
func read(data []byte) ([]node, error) {
	if len(data) > maxInput {
		return nil, fmt.Errorf("the configuration has %d bytes, more than doctor reads", len(data))
	}
	if trimmed := bytes.TrimSpace(data); len(trimmed) > 0 && trimmed[0] == '{' {
		var v any
		if err := json.Unmarshal(trimmed, &v); err == nil {
			return []node{{value: v}}, nil
		} // else: YAML may begin with a brace too
	}
	if deeper(data, maxDepth) {
		return nil, fmt.Errorf("the configuration is nested deeper than %d levels", maxDepth)
	}
	var docs []node
	d := yaml.NewDecoder(bytes.NewReader(data))
	for {
		var v any
		err := d.Decode(&v)
		if errors.Is(err, io.EOF) {
			return docs, nil
		}
		if err != nil {
			return nil, err
		}
		if v != nil {
			docs = append(docs, node{value: v})
		}
	}
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
