package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"ockham/routing"
)

// checkRow is one labelled answer. Every field but id and check may be missing.
type checkRow struct {
	ID          string       `json:"id"`
	Source      string       `json:"source"`
	Check       string       `json:"check"`
	Request     checkRequest `json:"request"`
	Answer      string       `json:"answer"`
	StopReason  string       `json:"stop_reason"`
	Bad         *int         `json:"bad"`
	Lang        string       `json:"lang"`
	Model       string       `json:"model"`
	Constructed bool         `json:"constructed"`

	constraints string // the request's instructions, as a client would give them
}

type checkRequest struct {
	System         string          `json:"system"`
	Prompt         string          `json:"prompt"`
	Context        string          `json:"context"`
	Schema         json.RawMessage `json:"schema"`
	ResponseFormat *struct {
		Type       string          `json:"type"`
		Schema     json.RawMessage `json:"schema"`
		JSONSchema struct {
			Schema json.RawMessage `json:"schema"`
		} `json:"json_schema"`
	} `json:"response_format"`
	Tools []struct {
		Name        string          `json:"name"`
		Description string          `json:"description"`
		Schema      json.RawMessage `json:"input_schema"`
	} `json:"tools"`
	MustCall    string          `json:"must_call"`
	MaxTokens   int             `json:"max_tokens"`
	Instruction json.RawMessage `json:"instruction"`
}

// readCheckRows reads JSON lines, gzipped or not, and names the line of the first that is broken.
func readCheckRows(path string) ([]checkRow, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r, err := unzipped(bufio.NewReaderSize(f, 1<<20))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	rows, err := decodeCheckRows(r)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return rows, nil
}

func unzipped(r *bufio.Reader) (io.Reader, error) {
	if magic, _ := r.Peek(2); !bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		return r, nil
	}
	return gzip.NewReader(r)
}

func decodeCheckRows(r io.Reader) ([]checkRow, error) {
	lines := bufio.NewReaderSize(r, 1<<20)
	var rows []checkRow
	for n := 1; ; n++ {
		line, err := lines.ReadBytes('\n')
		if len(bytes.TrimSpace(line)) > 0 {
			row, rowErr := decodeCheckRow(line)
			if rowErr != nil && (err == nil || errors.Is(err, io.EOF)) {
				return nil, fmt.Errorf("line %d: %w", n, rowErr)
			}
			rows = append(rows, row)
		}
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
	}
}

func decodeCheckRow(line []byte) (row checkRow, err error) {
	if err := json.Unmarshal(line, &row); err != nil {
		return row, err
	}
	if row.ID == "" {
		return row, errors.New(`no "id"`)
	}
	if setsOf(row.Check) == nil {
		return row, fmt.Errorf("row %s: no check is called %q", row.ID, row.Check)
	}
	if len(row.Request.Instruction) > 0 {
		if row.constraints, err = formatOf(row.Request.Instruction); err != nil {
			return row, fmt.Errorf("row %s: %w", row.ID, err)
		}
	}
	if row.Bad != nil && *row.Bad != 0 && *row.Bad != 1 {
		return row, fmt.Errorf(`row %s: "bad" is %d, not 0 or 1`, row.ID, *row.Bad)
	}
	return row, nil
}

// prompt is the request as the checks see it, with or without the constraints that the row gives as data.
func (r *checkRow) prompt(data bool) *routing.Prompt {
	turn := routing.Turn{Role: "user", Text: r.Request.Prompt}
	if r.Request.Context != "" {
		turn.Sources = []string{r.Request.Context}
	}
	p := &routing.Prompt{
		System: r.Request.System, Turns: []routing.Turn{turn}, ID: r.ID,
		MustCall: r.Request.MustCall, MaxTokens: r.Request.MaxTokens,
	}
	for _, t := range r.Request.Tools {
		p.Tools = append(p.Tools, routing.Tool{Name: t.Name, Schema: t.Schema})
	}
	r.format(p)
	if data && r.constraints != "" {
		p.Metadata = map[string]string{"format": r.constraints}
	}
	return p
}

func (r *checkRow) format(p *routing.Prompt) {
	p.Schema = r.Request.Schema
	if f := r.Request.ResponseFormat; f != nil {
		if f.Type != "" && f.Type != "text" {
			p.Format = routing.FormatJSON
		}
		if len(f.Schema) > 0 {
			p.Schema = f.Schema
		} else if len(f.JSONSchema.Schema) > 0 {
			p.Schema = f.JSONSchema.Schema
		}
	}
	if len(p.Schema) > 0 {
		p.Format = routing.FormatSchema
	} else if r.Check == "json" {
		p.Format = routing.FormatJSON
	}
}

// answer is the recorded answer as the checks see it.
func (r *checkRow) answer() *routing.Answer {
	a := &routing.Answer{Text: r.Answer, Stop: r.StopReason, Done: true}
	var calls struct {
		Calls []struct {
			Name  string          `json:"name"`
			Input json.RawMessage `json:"input"`
		} `json:"tool_calls"`
	}
	if r.Check != "tool_args" && r.Check != "tools" || json.Unmarshal([]byte(r.Answer), &calls) != nil {
		return a
	}
	for _, c := range calls.Calls {
		a.Tools = append(a.Tools, routing.ToolCall{Name: r.toolName(c.Name), Args: string(c.Input)})
	}
	if len(a.Tools) > 0 {
		a.Text = ""
	}
	return a
}

// toolName undoes what recorders did to names: those of some models have dots where the tools of the
// request, which were renamed for Bedrock's rules, have underscores.
func (r *checkRow) toolName(name string) string {
	renamed := strings.ReplaceAll(name, ".", "_")
	for _, t := range r.Request.Tools {
		if t.Name == renamed {
			return renamed
		}
	}
	return name
}
