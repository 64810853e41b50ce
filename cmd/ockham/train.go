package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"ockham/internal/eval"
	"ockham/routing/classifier/train"
)

// newTrainCommand trains the classifier.
func newTrainCommand() *cobra.Command {
	var opt struct {
		data []string
		out  string
	}
	config := train.Defaults()
	cmd := &cobra.Command{
		Use:   "train --data FILE... --out FILE",
		Short: "Train the classifier from recorded outcomes or from the ledger",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if len(opt.data) == 0 {
				return errors.New("nothing to train on: give --data or --from-ledger")
			}
			var rows []eval.Row
			for _, path := range opt.data {
				more, err := eval.ReadFile(path)
				if err != nil {
					return err
				}
				rows = append(rows, more...)
			}
			m, err := train.Fit(eval.Examples(rows), config, trainProgress(cmd.ErrOrStderr()))
			if err != nil {
				return err
			}
			f, err := os.Create(opt.out)
			if err != nil {
				return err
			}
			if _, err := m.WriteTo(f); err != nil {
				return err
			}
			return f.Close()
		},
	}
	flags := cmd.Flags()
	flags.StringSliceVar(&opt.data, "data", nil, "outcomes to train on (JSONL, plain or .gz)")
	flags.StringVar(&opt.out, "out", "model.bin", "where to write the model")
	flags.Uint64Var(&config.Seed, "seed", config.Seed, "of everything that is drawn")
	return cmd
}

func trainProgress(w io.Writer) train.Progress {
	return func(done, all int, what string) { fmt.Fprintf(w, "%d/%d %s\n", done, all, what) }
}
