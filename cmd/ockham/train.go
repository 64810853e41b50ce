package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"ockham/internal/eval"
	"ockham/internal/progress"
	"ockham/routing/classifier"
	"ockham/routing/classifier/train"
)

// trainFlags are what `train` is told.
type trainFlags struct {
	data, ledger []string
	held         string
	base         string
	out, report  string
	small, large string
	config       train.Config
	tuning       train.Tuning
}

// newTrainCommand trains the classifier.
func newTrainCommand() *cobra.Command {
	f := trainFlags{config: train.Defaults(), tuning: train.TuningDefaults()}
	c := &cobra.Command{
		Use:   "train --data FILE | --from-ledger FILE",
		Short: "Train the classifier from outcomes, or tune it on your ledger",
		Long: `With --data, trains a model from nothing but outcomes of a small and a large
model (the rows of eval). With --from-ledger, tunes one on your own traffic:
ledgers with prompts switched on, from about 2,000 requests. One cluster in five
of those rows is held back; a model that is worse on them is not written.

The same rows and the same seed give the same file. Both ways write a report
with seed, counts, figures before and after, and checksums of data, model and
figures.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return f.run(c.Context(), c.OutOrStdout(), c.ErrOrStderr())
		},
	}
	flags := c.Flags()
	flags.StringArrayVar(&f.data, "data", nil, "`file` of outcomes to train on, JSON lines, .gz or plain; repeat for more")
	flags.StringVar(&f.held, "held", "", "with --data: outcomes kept out, on which the model must not be worse than --model")
	flags.StringArrayVar(&f.ledger, "from-ledger", nil, "ledger `file` to learn from; repeat for more")
	flags.StringVar(&f.base, "model", "", "model to compare with, and with --from-ledger to start from (default the embedded one)")
	flags.StringVar(&f.out, "out", "model.bin", "where to write the model")
	flags.StringVar(&f.report, "report", "", "where to write the report (default beside the model, .md)")
	flags.StringVar(&f.small, "small", "", "with --from-ledger: the small model's name (default the one most often tried first)")
	flags.StringVar(&f.large, "large", "", "with --from-ledger: the large model's name (default the largest of the plans)")
	flags.Uint64Var(&f.config.Seed, "seed", f.config.Seed, "of everything that is drawn")
	flags.StringSliceVar(&f.config.Leave, "leave", f.config.Leave, "with --data: sources not to train on")
	rare(flags, "held", "large", "leave", "seed", "small")
	c.MarkFlagsMutuallyExclusive("data", "from-ledger")
	c.MarkFlagsOneRequired("data", "from-ledger")
	return c
}

func (f trainFlags) run(ctx context.Context, out, errs io.Writer) error {
	base, err := openModel(f.base)
	if err != nil {
		return err
	}
	var model *classifier.Model
	var s eval.SignOff
	if len(f.ledger) > 0 {
		model, s, err = f.tune(base, out)
	} else {
		model, s, err = f.fit(ctx, base, errs)
	}
	if err != nil {
		return err
	}
	return f.finish(model, s, out)
}

// finish writes the report, and the model unless it was refused.
func (f trainFlags) finish(model *classifier.Model, s eval.SignOff, out io.Writer) error {
	report := f.report
	if report == "" {
		report = f.out + ".md"
	}
	if err := writeFile(report, s.WriteMarkdown); err != nil {
		return err
	}
	if s.Refused != "" {
		return fmt.Errorf("%s; no model was written, see %s", s.Refused, report)
	}
	if err := replaceFile(f.out, model); err != nil {
		return err
	}
	fmt.Fprintf(out, "model   %s\nreport  %s\nsigned  %s\n", f.out, report, s.Checksum())
	return nil
}

// replaceFile puts the model in place in one step, so that a running service never reads half a file.
func replaceFile(path string, model *classifier.Model) error {
	file, err := os.CreateTemp(filepath.Dir(path), ".model-*")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name()) // nothing is left of it once it was renamed
	_, err = model.WriteTo(file)
	if err = errors.Join(err, file.Chmod(0o644), file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}

// fit trains from outcomes.
func (f trainFlags) fit(ctx context.Context, base *classifier.Model, errs io.Writer) (*classifier.Model, eval.SignOff, error) {
	s := eval.SignOff{Seed: f.config.Seed, Data: names(f.data), Base: base.Checksum()}
	rows, held, err := f.read()
	if err != nil {
		return nil, s, err
	}
	bar := progress.New(errs)
	defer bar.Close()
	model, err := train.Fit(eval.Examples(rows), f.config, func(all int) { bar.Add("training", all, 1) })
	bar.Close()
	if err != nil {
		return nil, s, err
	}
	t := model.Header().Training
	s.Rows, s.Model = t.Data, model.Checksum()
	s.Counts = map[string]int{"rows read": len(rows), "rows trained on": t.Rows, "rows held back": len(held)}
	if len(held) == 0 {
		s.Notes = append(s.Notes, "No rows were held back (--held): this report says nothing of quality.")
		return model, s, nil
	}
	before, after, err := f.compare(ctx, base, model, held)
	if err != nil {
		return nil, s, err
	}
	s.Before, s.After = eval.MetricFigures(before), eval.MetricFigures(after)
	if after.APGR < before.APGR {
		s.Refused = fmt.Sprintf("the new model is worse on %d held-back rows: APGR %.4f, before %.4f", len(held), after.APGR, before.APGR)
	}
	return model, s, nil
}

// read reads the rows to train on and those held back, and refuses clusters on both sides.
func (f trainFlags) read() (rows, held []eval.Row, err error) {
	for _, path := range f.data {
		more, err := eval.ReadFile(path)
		if err != nil {
			return nil, nil, err
		}
		rows = append(rows, more...)
	}
	if f.held != "" {
		if held, err = eval.ReadFile(f.held); err != nil {
			return nil, nil, err
		}
		if err := eval.Check(held); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", f.held, err)
		}
	}
	return rows, held, errors.Join(eval.Leaks(rows), eval.Shared(rows, held))
}

func (f trainFlags) compare(ctx context.Context, base, model *classifier.Model, held []eval.Row) (before, after eval.Metrics, err error) {
	if before, err = eval.MetricsOf(ctx, held, base); err != nil {
		return before, after, err
	}
	after, err = eval.MetricsOf(ctx, held, model)
	return before, after, err
}

// tune learns from ledgers.
func (f trainFlags) tune(base *classifier.Model, out io.Writer) (*classifier.Model, eval.SignOff, error) {
	f.tuning.Seed = f.config.Seed
	s := eval.SignOff{Seed: f.tuning.Seed, Data: names(f.ledger), Base: base.Checksum()}
	l, err := eval.ReadLedgers(f.ledger, eval.LedgerOptions{Small: f.small, Large: f.large})
	if err != nil {
		return nil, s, err
	}
	for _, bad := range l.Bad {
		fmt.Fprintln(out, "left out:", bad)
	}
	kept, held := eval.HoldBack(l.Rows, f.tuning.Seed)
	model, err := train.Tune(base, kept, f.tuning)
	if err != nil {
		return nil, s, err
	}
	before, after := eval.JudgeChances(base, held), eval.JudgeChances(model, held)
	s.Rows, s.Model = train.Checksum(kept), model.Checksum()
	s.Counts = ledgerCounts(l, len(kept), len(held))
	s.Before, s.After = before.Figures(), after.Figures()
	s.Notes = ledgerNotes(l)
	if err := eval.Worse(before, after); err != nil {
		s.Refused = err.Error()
	}
	return model, s, nil
}

func ledgerCounts(l *eval.Ledger, kept, held int) map[string]int {
	return map[string]int{
		"requests": l.Requests, "left out: pinned": l.Pinned, "left out: prompt not written": l.NoText, "left out: not judged": l.Unjudged,
		"decided by feedback": l.Feedback, "hold-out could take": l.Drawn, "held out": l.HeldOut, "outcomes of the small model": l.SmallTold,
		"outcomes of the large model": l.LargeTold, "rows trained on": kept, "rows held back": held,
	}
}

func ledgerNotes(l *eval.Ledger) []string {
	notes := []string{fmt.Sprintf("Small: %s. Large: %s.", l.Small, l.Large)}
	if l.HeldOut == 0 {
		notes = append(notes, "The ledger has no hold-out: of the large model nothing is known but where requests begin with it, and its chance elsewhere stays as it was.")
	}
	return notes
}

// names are the files without their directories, which a report need not tell.
func names(paths []string) []string {
	out := make([]string, len(paths))
	for i, path := range paths {
		out[i] = filepath.Base(path)
	}
	return out
}
