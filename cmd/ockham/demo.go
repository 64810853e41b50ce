package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"ockham/internal/config"
	"ockham/internal/demo"
	"ockham/internal/emulator"
	"ockham/internal/progress"
	"ockham/internal/stack"
	"ockham/internal/telemetry"
)

// newDemoCommand shows the main job on real prompts.
func newDemoCommand() *cobra.Command {
	o := stack.Options{Version: version()}
	var corpus string
	var seed uint64
	var each bool
	c := &cobra.Command{
		Use:   "demo",
		Short: "Send 300 real prompts through all of it, and tell what that saved",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.Log = telemetry.NewLogger(cmd.ErrOrStderr(), slog.LevelError)
			o.Override = func(c *config.Config) {
				open(c)
				c.Telemetry.Log = "error"
			}
			o.Emulator = emulator.Config{
				Seed:     seed,
				Outcomes: []string{filepath.Join(corpus, "requests.jsonl")},
				Rates:    filepath.Join(corpus, "rates.json"),
			}
			cases, err := demo.Load(o.Emulator.Outcomes[0])
			if err != nil {
				return fmt.Errorf("%w; run this in Ockham's folder, or name that of the prompts with --corpus", err)
			}
			fmt.Fprintf(cmd.OutOrStdout(), simulated, seed)
			if each {
				return runStrategies(cmd.Context(), o, cases, cmd.OutOrStdout(), cmd.ErrOrStderr())
			}
			return runDemo(cmd.Context(), o, cases, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	stackFlags(c, &o)
	c.Flags().StringVar(&corpus, "corpus", "examples/demo", "folder with requests.jsonl and rates.json")
	c.Flags().BoolVar(&each, "strategies", false, "send them once for each strategy, and tell cost and quality side by side")
	c.Flags().Uint64Var(&seed, "seed", 1, "which answers are right is drawn from it")
	return c
}

const simulated = `Simulated: Amazon Bedrock. An emulator stands in for it; whether a model's answer is
right is drawn (seed %d) from published success rates (sources in
examples/demo/rates.json), the time it takes is not simulated. Real: the prompts' way
through Envoy and Ockham, every decision, check, escalation and price.

`

func runDemo(ctx context.Context, o stack.Options, cases []*demo.Case, out, errs io.Writer) error {
	results, err := runCases(ctx, o, cases, errs, "prompts")
	if err != nil {
		return err
	}
	return demo.Table(out, results)
}

// runCases brings everything up and sends the cases through it.
func runCases(ctx context.Context, o stack.Options, cases []*demo.Case, errs io.Writer, what string) ([]demo.Result, error) {
	s, err := stack.Start(ctx, o)
	if err != nil {
		return nil, err
	}
	defer s.Stop()
	bar := progress.New(errs)
	defer bar.Close()
	runner := s.Runner()
	runner.AtOnce, runner.Done = 4, func() { bar.Add(what, len(cases), 1) }
	runner.Client = &http.Client{Timeout: time.Minute}
	return runner.Run(ctx, cases)
}
