package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"ockham/internal/eval"
)

// newEvalRatesCommand counts what a cascade decides by.
func newEvalRatesCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "rates LEDGER...",
		Short: "Count in a ledger how models fare after a rejection",
		Long: `Counts, for each pipe, model and reason, how often its answers are rejected, how
often a repair or the next model then gave a good one, and in what time. Prints
the file that cascade.rates names: with it, the decision to repair, escalate or
serve a rejected answer goes by your models and prompts instead of by published
figures.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, paths []string) error { return countRates(c.OutOrStdout(), paths) },
	}
}

func countRates(out io.Writer, paths []string) error {
	var ledgers []io.Reader
	for _, path := range paths {
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		ledgers = append(ledgers, f)
	}
	rates, err := eval.CountRates(ledgers...)
	if err != nil {
		return err
	}
	if len(rates) == 0 {
		return fmt.Errorf("no answer was rejected in %d ledgers: nothing to count", len(paths))
	}
	return printJSON(out, map[string]any{"rates": rates})
}
