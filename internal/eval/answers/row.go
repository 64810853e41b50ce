package answers

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"ockham/internal/telemetry"
	"ockham/routing"
)

// Row is one labelled answer. Every field but id and check may be missing.
type Row struct {
	ID          string  `json:"id"`
	Source      string  `json:"source"`
	Check       string  `json:"check"`
	Request     request `json:"request"`
	Answer      string  `json:"answer"`
	StopReason  string  `json:"stop_reason"`
	Bad         *int    `json:"bad"`
	Lang        string  `json:"lang"`
	Model       string  `json:"model"`
	Constructed bool    `json:"constructed"`

	constraints string // the request's instructions, as a client would give them
}

type request struct {
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
		Name   string          `json:"name"`
		Schema json.RawMessage `json:"input_schema"`
	} `json:"tools"`
	MustCall    string          `json:"must_call"`
	MaxTokens   int             `json:"max_tokens"`
	Instruction json.RawMessage `json:"instruction"`
}

// Read reads labelled answers, JSON lines, gzipped or not, and names the line of the first that is broken.
func Read(path string) ([]Row, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var rows []Row
	for line, err := range telemetry.Lines(f) {
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		row, err := parse(line.Text)
		if err != nil {
			return nil, fmt.Errorf("%s: line %d: %w", path, line.Number, err)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func parse(line []byte) (row Row, err error) {
	if err := json.Unmarshal(line, &row); err != nil {
		return row, err
	}
	if row.ID == "" {
		return row, errors.New(`no "id"`)
	}
	if waysOf(row.Check) == nil {
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
func (r *Row) prompt(data bool) *routing.Prompt {
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

func (r *Row) format(p *routing.Prompt) {
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
func (r *Row) answer() *routing.Answer {
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
func (r *Row) toolName(name string) string {
	renamed := strings.ReplaceAll(name, ".", "_")
	for _, t := range r.Request.Tools {
		if t.Name == renamed {
			return renamed
		}
	}
	return name
}
