// Package demo sends the corpus of examples/demo through everything, and tells what came of it:
// which models answered, what it cost, and how many answers were right, beside always calling the
// largest model and always calling the smallest.
package demo

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
)

// Case is one request of the corpus; examples/demo/README.md describes its fields.
type Case struct {
	ID      string          `json:"id"`
	Kind    string          `json:"kind"`
	Request json.RawMessage `json:"request"`
	Right   string          `json:"right"`
	Wrong   []Wrong         `json:"wrong"`
	Expect  Expect          `json:"expect"`

	schema json.RawMessage
}

// Wrong is a typical wrong answer.
type Wrong struct {
	How  string `json:"how"`
	Text string `json:"text"`
}

// Load reads a corpus. Errors name the line.
func Load(path string) ([]*Case, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var cases []*Case
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 16<<20)
	for n := 1; lines.Scan(); n++ {
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		c, err := parse(lines.Bytes())
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", path, n, err)
		}
		cases = append(cases, c)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if len(cases) == 0 {
		return nil, fmt.Errorf("%s holds no request", path)
	}
	return cases, nil
}

func parse(line []byte) (*Case, error) {
	c := &Case{}
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	if err := d.Decode(c); err != nil {
		return nil, err
	}
	var format struct {
		ResponseFormat struct{ Schema json.RawMessage } `json:"response_format"`
	}
	if err := json.Unmarshal(c.Request, &format); err != nil {
		return nil, fmt.Errorf("request: %w", err)
	}
	c.schema = format.ResponseFormat.Schema
	return c, c.Expect.prepare(c.schema)
}
