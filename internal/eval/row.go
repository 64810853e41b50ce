// Package eval measures routers against recorded outcomes: what each model made of each prompt.
package eval

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
)

// Row is one prompt with the outcomes of a small and a large model.
type Row struct {
	ID          string
	Source      string // the collection it comes from
	Task        string
	Kind        string // mcq, qa, math, code, tools
	Prompt      string
	WeakModel   string
	StrongModel string
	Weak        float64 // outcome of the small model, 0 to 1
	Strong      float64 // outcome of the large model
	Cluster     string  // near-duplicates share one
	Others      map[string]float64
	Line        int
}

// ErrNoRows says that a file holds no outcome at all.
var ErrNoRows = errors.New("no outcomes in it")

// maxLine bounds one row; a longer one is an error and not read.
const maxLine = 16 << 20

// ReadFile reads rows from a JSONL file, compressed with gzip or not. It reports every broken row, up
// to ten, each with its line.
func ReadFile(path string) ([]Row, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	rows, err := Read(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return rows, nil
}

// Read is ReadFile for a stream; gzip is told by its first two bytes.
func Read(from io.Reader) ([]Row, error) {
	plain, err := Plain(from)
	if err != nil {
		return nil, err
	}
	var rows []Row
	var broken []error
	ids := map[string]int{}
	err = EachLine(plain, func(line int, data []byte) error {
		r, err := parse(data)
		if err == nil {
			err = unique(ids, r.ID, line)
		}
		if err != nil {
			broken = append(broken, fmt.Errorf("line %d: %w", line, err))
			if len(broken) == maxBroken {
				return errTooMany
			}
			return nil
		}
		r.Line = line
		rows = append(rows, r)
		return nil
	})
	if errors.Is(err, errTooMany) {
		broken = append(broken, err)
	} else if err != nil {
		return nil, err
	}
	if len(broken) > 0 {
		return nil, errors.Join(broken...)
	}
	if len(rows) == 0 {
		return nil, ErrNoRows
	}
	return rows, nil
}

const maxBroken = 10

var errTooMany = errors.New("and perhaps more: reading stopped here")

// Plain undoes gzip where there is any.
func Plain(from io.Reader) (io.Reader, error) {
	buffered := bufio.NewReaderSize(from, 1<<20)
	head, _ := buffered.Peek(2) // an empty file is told later
	if !bytes.Equal(head, []byte{0x1f, 0x8b}) {
		return buffered, nil
	}
	z, err := gzip.NewReader(buffered)
	if err != nil {
		return nil, fmt.Errorf("gzip: %w", err)
	}
	return z, nil
}

// EachLine calls do for every line that is not empty, with its number from 1.
func EachLine(from io.Reader, do func(line int, data []byte) error) error {
	s := bufio.NewScanner(from)
	s.Buffer(make([]byte, 64<<10), maxLine)
	line := 0
	for s.Scan() {
		line++
		data := bytes.TrimSpace(s.Bytes())
		if len(data) == 0 {
			continue
		}
		if err := do(line, data); err != nil {
			return err
		}
	}
	if err := s.Err(); err != nil {
		return fmt.Errorf("line %d: %w", line+1, err)
	}
	return nil
}

// unique refuses an id that stood on an earlier line.
func unique(ids map[string]int, id string, line int) error {
	if first, ok := ids[id]; ok {
		return fmt.Errorf("id %q stands on line %d already", id, first)
	}
	ids[id] = line
	return nil
}

// parse reads one row. Fields that measuring does not need are not looked at.
func parse(data []byte) (Row, error) {
	var w struct {
		ID          json.RawMessage     `json:"id"`
		Source      string              `json:"source"`
		Task        string              `json:"task"`
		Kind        string              `json:"kind"`
		Prompt      *string             `json:"prompt"`
		WeakModel   string              `json:"weak_model"`
		StrongModel string              `json:"strong_model"`
		Weak        *float64            `json:"weak_score"`
		Strong      *float64            `json:"strong_score"`
		Cluster     json.RawMessage     `json:"cluster"`
		Others      map[string]*float64 `json:"other_scores"`
	}
	if err := json.Unmarshal(data, &w); err != nil {
		return Row{}, jsonError(err)
	}
	if w.Prompt == nil {
		return Row{}, errors.New("no prompt")
	}
	r := Row{
		ID: text(w.ID), Source: w.Source, Task: w.Task, Kind: w.Kind, Prompt: *w.Prompt,
		WeakModel: w.WeakModel, StrongModel: w.StrongModel, Cluster: text(w.Cluster), Others: map[string]float64{},
	}
	if r.ID == "" {
		return r, errors.New("no id")
	}
	if r.Source == "" {
		r.Source = "unnamed"
	}
	if r.Cluster == "" {
		r.Cluster = fmt.Sprintf("text:%x", sha256.Sum256([]byte(r.Prompt))) // the least that holds: equal texts
	}
	for name, v := range w.Others {
		if v != nil && name != w.WeakModel && name != w.StrongModel {
			r.Others[name] = *v
		}
	}
	var err error
	if r.Weak, err = outcome("weak_score", w.Weak); err != nil {
		return r, err
	}
	r.Strong, err = outcome("strong_score", w.Strong)
	return r, err
}

func outcome(field string, v *float64) (float64, error) {
	if v == nil {
		return 0, fmt.Errorf("no %s", field)
	}
	if !(*v >= 0 && *v <= 1) {
		return 0, fmt.Errorf("%s is %g, need 0 to 1", field, *v)
	}
	return *v, nil
}

// text reads a JSON string or number as text.
func text(raw json.RawMessage) string {
	if string(raw) == "null" {
		return ""
	}
	if s, err := strconv.Unquote(string(raw)); err == nil {
		return s
	}
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	return string(raw)
}

// jsonError says what is wrong with a row without showing any of it.
func jsonError(err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &kind):
		return fmt.Errorf("%s is a %s, need a %s", kind.Field, kind.Value, kind.Type)
	case errors.As(err, &syntax):
		return fmt.Errorf("not JSON at byte %d", syntax.Offset)
	}
	return err
}
