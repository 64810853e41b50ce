// Package replay runs policies over requests that were recorded: what they would have cost, where they
// would have gone, and, as far as outcomes are known, how good and how fast the answers would have
// been. No model is asked.
package replay

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"ockham/dialect"
	"ockham/extproc"
	"ockham/internal/telemetry"
	"ockham/routing"
)

// Case is one recorded request. What is unknown of it is zero.
type Case struct {
	ID     string
	Prompt *routing.Prompt

	// Of a ledger:
	Recorded bool
	Pipe     string         // that it went down
	Tokens   routing.Tokens // of the answer that was sent; zero: unknown
	Attempts []Attempt
	Served   string  // the model whose answer was sent, its id
	Opinion  string  // what the judge said: "1", "2" or ""
	CostUSD  float64 // of everything
	Millis   float64
	Judge    routing.Tokens // of the judge's call

	// Of a data row: outcomes from 0 to 1.
	Small, Large *float64
	Names        map[string]float64 // by name of the model
}

// Attempt is what happened to one model.
type Attempt struct {
	Model    string // id
	Accepted bool
	Millis   float64
}

// Reasons why a line cannot be replayed, though it is no fault.
var (
	errNoRequest = errors.New("no request") // feedback and the like
	errNoText    = errors.New("the ledger was written without prompts")
	errCut       = errors.New("the ledger kept only the beginning of the prompt")
	errPinned    = errors.New("the client chose the model")
	errHoldOut   = errors.New("it was held out by chance")
	errNoPlan    = errors.New("it was refused before a plan was made")
)

// parse reads one line: of a ledger, a row with outcomes, a request inside {"request": …}, or the body
// of a generate request.
func parse(line []byte) (*Case, error) {
	var shape struct {
		Version int             `json:"v"`
		Small   *float64        `json:"weak_score"`
		Request json.RawMessage `json:"request"`
		ID      any             `json:"id"`
	}
	if err := json.Unmarshal(line, &shape); err != nil {
		return nil, fmt.Errorf("not a JSON object: %w", err)
	}
	switch {
	case shape.Version > 0:
		return fromLedger(line)
	case shape.Small != nil:
		return fromRow(line)
	case shape.Request != nil:
		return fromBody(shape.Request, word(shape.ID))
	}
	return fromBody(line, "")
}

func word(id any) string {
	if id == nil {
		return ""
	}
	return fmt.Sprint(id)
}

func fromBody(body []byte, id string) (*Case, error) {
	call, err := dialect.Generate{}.Parse(&dialect.Input{Method: "POST", Body: body, Header: func(string) string { return "" }})
	if err != nil {
		return nil, err
	}
	c := &Case{ID: id, Prompt: extproc.Prompt(call)}
	c.Prompt.ID = id
	return c, nil
}

func fromRow(line []byte) (*Case, error) {
	var row struct {
		ID         any                `json:"id"`
		Prompt     *string            `json:"prompt"`
		Task       string             `json:"task_type"`
		SmallModel string             `json:"weak_model"`
		LargeModel string             `json:"strong_model"`
		Small      *float64           `json:"weak_score"`
		Large      *float64           `json:"strong_score"`
		Others     map[string]float64 `json:"other_scores"`
	}
	if err := json.Unmarshal(line, &row); err != nil {
		return nil, err
	}
	if row.Prompt == nil || row.Large == nil {
		return nil, errors.New("a row with outcomes needs prompt, weak_score and strong_score")
	}
	c := &Case{ID: word(row.ID), Small: row.Small, Large: row.Large, Names: row.Others}
	c.Prompt = &routing.Prompt{ID: c.ID, Task: row.Task, Turns: []routing.Turn{{Role: "user", Text: *row.Prompt}}}
	if c.Names == nil {
		c.Names = map[string]float64{}
	}
	c.Names[row.SmallModel], c.Names[row.LargeModel] = *row.Small, *row.Large
	return c, nil
}

func fromLedger(line []byte) (*Case, error) {
	var r telemetry.Record
	if err := json.Unmarshal(line, &r); err != nil {
		return nil, err
	}
	switch {
	case r.Kind != "request":
		return nil, errNoRequest
	case r.Plan == nil:
		return nil, errNoPlan
	case r.Plan.Pinned:
		return nil, errPinned
	case r.Plan.HoldOut:
		return nil, errHoldOut
	case r.Prompt == nil || r.Prompt.Text == nil:
		return nil, errNoText
	case r.Prompt.Cut:
		return nil, errCut
	}
	return recorded(&r), nil
}

func recorded(r *telemetry.Record) *Case {
	c := &Case{ID: r.ID, Recorded: true, Pipe: r.Plan.Pipe, CostUSD: r.CostUSD, Millis: r.Millis, Prompt: r.Prompt.Text.Prompt()}
	c.Prompt.ID, c.Prompt.Route, c.Prompt.Tenant, c.Prompt.Stream = r.ID, r.Route, r.Tenant, r.Stream
	for i, a := range r.Attempts {
		c.Attempts = append(c.Attempts, Attempt{Model: a.ModelID, Accepted: a.Verdict == "accept", Millis: a.Millis})
		if i == r.Served {
			c.Tokens, c.Served = routing.Tokens(a.TokenRecord), a.ModelID
		}
	}
	for _, charge := range r.Charges {
		if charge.What == "judge" {
			c.Judge = routing.Tokens(charge.TokenRecord)
		}
	}
	c.Opinion = opinion(r)
	return c
}

// opinion reads what the judge said off the steps, which begin with "it says 1" or "it says 2".
func opinion(r *telemetry.Record) string {
	for _, step := range r.Plan.Steps {
		for _, said := range []string{"1", "2"} {
			if step.Step == "judge" && strings.HasPrefix(step.Reason, "it says "+said) {
				return said
			}
		}
	}
	return ""
}
