package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"ockham/internal/eval"
	"ockham/internal/progress"
	"ockham/routing/classifier"
	"ockham/routing/classifier/train"
)

// evalFlags are what `eval` is told.
type evalFlags struct {
	data, model, scores string
	svg, html, chances  string
	compare             []string
	asJSON, withTask    bool
	cv, leave, robust   bool
	draws, folds        int
	seed                uint64
}

// newEvalCommand measures routers on recorded outcomes.
func newEvalCommand() *cobra.Command {
	var f evalFlags
	c := &cobra.Command{
		Use:   "eval --data FILE",
		Short: "Measure the classifier, the checks, or the cascade, on recordings",
		Long: `Measures how well prompts are told apart that need the large model: one JSON
object a line, gzipped or not, with id, prompt, weak_score and strong_score (0
to 1), and where there are any source, task, kind, cluster and other_scores.

Prints RouteLLM's figures with 95 % bootstrap intervals over clusters, pooled
and as the mean over sources, beside random, length, the table of measured
benefit by task, and the oracle; what each setting of aim keeps and saves;
whether chances are what they claim; and the frontier. Saving is at a price of
1:12 a call.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return f.run(c.Context(), c.OutOrStdout(), c.ErrOrStderr())
		},
	}
	flags := c.Flags()
	flags.StringVar(&f.data, "data", "", "outcomes, JSON lines, .gz or plain")
	flags.StringVar(&f.model, "model", "", "model file (default the embedded one)")
	flags.StringVar(&f.scores, "scores", "", "write id,score of every row to this file: the higher, the more in need of the large model")
	flags.BoolVar(&f.withTask, "with-task", false, "let --scores use the rows' task")
	flags.StringArrayVar(&f.compare, "compare", nil, "measure another router too, `NAME=FILE`, by its id,score file")
	flags.BoolVar(&f.asJSON, "json", false, "print the whole result as JSON")
	flags.StringVar(&f.svg, "svg", "", "write the cost-quality frontier to this file")
	flags.StringVar(&f.chances, "reliability-svg", "", "write the reliability curve to this file")
	flags.StringVar(&f.html, "html", "", "write a page with everything to this file")
	flags.BoolVar(&f.cv, "cv", false, "train on the rows themselves, cross-validated by cluster")
	flags.IntVar(&f.folds, "folds", 5, "of --cv")
	flags.BoolVar(&f.leave, "leave-one-source-out", false, "train without each source in turn and measure there")
	flags.BoolVar(&f.robust, "robust", false, "measure how often typos, case, padding and the like turn a decision")
	flags.IntVar(&f.draws, "draws", 500, "of the bootstrap")
	flags.Uint64Var(&f.seed, "seed", 1, "of the draws and folds")
	rare(flags, "compare", "draws", "folds", "leave-one-source-out", "model", "reliability-svg", "scores", "seed", "with-task")
	_ = c.MarkFlagRequired("data")
	c.AddCommand(newEvalChecksCommand(), newEvalRatesCommand())
	return c
}

func (f evalFlags) run(ctx context.Context, out, errs io.Writer) error {
	rows, err := eval.ReadFile(f.data)
	if err != nil {
		return err
	}
	opt, err := f.options(rows)
	if err != nil {
		return err
	}
	bar := progress.New(errs)
	defer bar.Close()
	opt.Step = func(what string, all int) { bar.Add(what, all, 1) }
	result, scores, err := eval.Run(ctx, rows, opt)
	bar.Close()
	if err != nil {
		return fmt.Errorf("%s: %w", f.data, err)
	}
	if err := f.files(rows, result, scores); err != nil {
		return err
	}
	if f.asJSON {
		return printJSON(out, result)
	}
	return result.WriteText(out)
}

// options reads the model and the scores of other routers.
func (f evalFlags) options(rows []eval.Row) (opt eval.Options, err error) {
	if f.draws < 1 {
		return opt, fmt.Errorf("--draws is %d, need at least 1", f.draws)
	}
	opt = eval.Options{Draws: f.draws, Seed: f.seed, Leave: f.leave, Robust: f.robust, Train: train.Defaults()}
	opt.Train.Seed = f.seed
	if f.cv {
		if f.folds < 2 {
			return opt, fmt.Errorf("--folds is %d, need at least 2", f.folds)
		}
		opt.Folds = f.folds
	}
	for _, c := range f.compare {
		name, path, ok := strings.Cut(c, "=")
		if !ok {
			return opt, fmt.Errorf("--compare %q: need NAME=FILE", c)
		}
		score, err := eval.ReadScores(path, rows)
		if err != nil {
			return opt, err
		}
		opt.Others = append(opt.Others, eval.Router{Name: name, Score: score})
	}
	opt.Model, err = openModel(f.model)
	return opt, err
}

// openModel reads a model file; the embedded one where no path is given.
func openModel(path string) (*classifier.Model, error) {
	if path == "" {
		return classifier.Default(), nil
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	m, err := classifier.Load(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}

// files writes what was asked for beside the printed result.
func (f evalFlags) files(rows []eval.Row, r *eval.Result, s eval.Scores) error {
	needs := s.Text
	if f.withTask {
		needs = s.Task
	}
	return errors.Join(
		writeFile(f.scores, func(w io.Writer) error { return eval.WriteScores(w, rows, needs) }),
		writeFile(f.svg, r.FrontierSVG),
		writeFile(f.chances, r.ReliabilitySVG),
		writeFile(f.html, r.WriteHTML),
	)
}
