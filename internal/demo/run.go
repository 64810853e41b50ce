package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"ockham/bedrock"
	"ockham/dialect"
	"ockham/extproc"
	"ockham/routing"
)

// Result is what came of one request.
type Result struct {
	Case      *Case
	Pipe      string
	Model     string   // that answered
	Escalated []string // why, for each attempt that was not good enough
	Tokens    int
	CostUSD   float64
	Took      time.Duration
	Right     bool
	Large     Baseline // the same request, sent to the largest model alone
	Small     Baseline // and to the smallest
}

// Baseline is a request that one model answered without any check.
type Baseline struct {
	CostUSD float64
	Took    time.Duration
	Right   bool
}

// Runner sends cases through Envoy, and to single models beside it.
type Runner struct {
	URL          string // Envoy's listener
	Client       *http.Client
	Bedrock      *bedrock.Client // calls the emulator without Envoy or Ockham
	Large, Small *routing.Model
	Catalogue    func(*routing.Model) *bedrock.Model
	AtOnce       int
	Done         func() // after each request
}

// Run sends every case once through everything, and once to each of the two models.
func (r *Runner) Run(ctx context.Context, cases []*Case) ([]Result, error) {
	results := make([]Result, len(cases))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(r.AtOnce)
	for i, c := range cases {
		group.Go(func() (err error) {
			results[i], err = r.one(ctx, c)
			r.Done()
			if err != nil {
				return fmt.Errorf("%s: %w", c.ID, err)
			}
			return nil
		})
	}
	return results, group.Wait()
}

func (r *Runner) one(ctx context.Context, c *Case) (Result, error) {
	res, err := r.routed(ctx, c)
	if err != nil {
		return res, err
	}
	if res.Large, err = r.baseline(ctx, c, r.Large); err != nil {
		return res, fmt.Errorf("always-large: %w", err)
	}
	if res.Small, err = r.baseline(ctx, c, r.Small); err != nil {
		return res, fmt.Errorf("always-small: %w", err)
	}
	return res, nil
}

// answer is the reply of the generate API, as far as the demo reads it.
type answer struct {
	Text  string
	Model string
	Usage struct {
		InputTokens  int     `json:"input_tokens"`
		OutputTokens int     `json:"output_tokens"`
		CostUSD      float64 `json:"cost_usd"`
	}
	Route struct {
		Pipe     string
		Attempts []struct{ Verdict, Reason string }
	}
}

// routed posts a case to Envoy, as any client would.
func (r *Runner) routed(ctx context.Context, c *Case) (Result, error) {
	res := Result{Case: c}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.URL+"/api/v1/generate", bytes.NewReader(c.Request))
	if err != nil {
		return res, err
	}
	req.Header.Set("Content-Type", "application/json")
	start := time.Now()
	resp, err := r.Client.Do(req)
	if err != nil {
		return res, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	res.Took = time.Since(start)
	if err != nil {
		return res, err
	}
	if resp.StatusCode != http.StatusOK {
		return res, fmt.Errorf("status %d: %.300s", resp.StatusCode, body)
	}
	var a answer
	if err := json.Unmarshal(body, &a); err != nil {
		return res, err
	}
	res.Pipe, res.Model, res.CostUSD = a.Route.Pipe, a.Model, a.Usage.CostUSD
	res.Tokens = a.Usage.InputTokens + a.Usage.OutputTokens
	res.Right = c.Expect.Met(a.Text)
	for _, t := range a.Route.Attempts {
		if t.Verdict == "reject" {
			res.Escalated = append(res.Escalated, t.Reason)
		}
	}
	return res, nil
}

// maxAnswer is far above what any request of the corpus is answered with, in bytes.
const maxAnswer = 64 << 20

// baseline sends a case to one model, as a team without a router does.
func (r *Runner) baseline(ctx context.Context, c *Case, m *routing.Model) (b Baseline, err error) {
	call, err := dialect.Generate{}.Parse(&dialect.Input{
		Method: http.MethodPost, Path: "/api/v1/generate", Header: func(string) string { return "" }, Body: bytes.Clone(c.Request),
	})
	if err != nil {
		return b, err
	}
	call.Request.Metadata = nil
	fit := bedrock.Fit(&call.Request, r.Catalogue(m), bedrock.FitOptions{})
	start := time.Now()
	got, err := r.Bedrock.Converse(ctx, m.ID, &fit, maxAnswer)
	b.Took = time.Since(start)
	if err != nil {
		return b, err
	}
	b.CostUSD = m.Price.Cost(extproc.Tokens(got.Usage))
	b.Right = c.Expect.Met(textOf(got))
	return b, nil
}

// textOf is the answer's text, also where it came as the input of the synthetic tool.
func textOf(a *bedrock.Answer) string {
	if text := a.Text(); text != "" {
		return text
	}
	var b strings.Builder
	for i := range a.Content {
		if a.Content[i].Kind == bedrock.ToolUse {
			b.Write(a.Content[i].Raw)
		}
	}
	return b.String()
}
