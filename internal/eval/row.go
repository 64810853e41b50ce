// Package eval measures routers against recorded outcomes: what each model made of each prompt.
package eval

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"ockham/internal/telemetry"
)

// Row is one prompt with the outcomes of a small and a large model.
type Row struct {
	ID      string
	Source  string // the collection it comes from
	Task    string
	Kind    string // mcq, qa, math, code, tools
	Prompt  string
	Small   float64 // outcome of the small model, 0 to 1
	Large   float64 // outcome of the large model
	Cluster string  // near-duplicates share one
	Others  map[string]float64
	Line    int
}

// ErrNoRows says that a file holds no outcome at all.
var ErrNoRows = errors.New("no outcomes in it")

// ReadFile reads rows from a JSONL file, compressed with gzip or not. It reports every broken row, up
// to ten, each with its line.
func ReadFile(path string) ([]Row, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	rows, err := read(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return rows, nil
}

// read is ReadFile for a stream.
func read(from io.Reader) ([]Row, error) {
	var rows []Row
	var broken []error
	ids := map[string]int{}
	for line, err := range telemetry.Lines(from) {
		row, err := rowOf(line, err, ids)
		var bad *telemetry.BadLine
		switch {
		case err == nil:
			rows = append(rows, row)
		case !errors.As(err, &bad):
			return nil, err
		default:
			broken = append(broken, err)
		}
		if len(broken) == maxBroken {
			broken = append(broken, errTooMany)
			break
		}
	}
	switch {
	case len(broken) > 0:
		return nil, errors.Join(broken...)
	case len(rows) == 0:
		return nil, ErrNoRows
	}
	return rows, nil
}

// rowOf reads a line whose id stood on none before.
func rowOf(line telemetry.Line, err error, ids map[string]int) (Row, error) {
	if err != nil {
		return Row{}, err
	}
	r, err := parse(line.Text)
	if err == nil {
		err = unique(ids, r.ID, line.Number)
	}
	if err != nil {
		return r, &telemetry.BadLine{Line: line.Number, Err: err}
	}
	r.Line = line.Number
	return r, nil
}

const maxBroken = 10

var errTooMany = errors.New("and perhaps more: reading stopped here")

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
		Small       *float64            `json:"weak_score"`
		Large       *float64            `json:"strong_score"`
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
		Cluster: text(w.Cluster), Others: map[string]float64{},
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
	if r.Small, err = outcome("weak_score", w.Small); err != nil {
		return r, err
	}
	r.Large, err = outcome("strong_score", w.Large)
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
