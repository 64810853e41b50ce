package main

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"ockham/internal/eval/answers"
	"ockham/internal/progress"
)

// evalChecksFlags are what `eval checks` is told.
type evalChecksFlags struct {
	data, verdicts string
	asJSON         bool
	allSigns       bool
}

// newEvalChecksCommand measures the checks on labelled answers.
func newEvalChecksCommand() *cobra.Command {
	var f evalChecksFlags
	c := &cobra.Command{
		Use:   "checks --data FILE",
		Short: "Measure what each check catches, and what it flags wrongly",
		Long: `Measures each check on recorded answers that are labelled good or bad: one JSON
object a line, gzipped or not, with id, check, request and answer, and where
there are any source, lang, model, stop_reason, bad and constructed.

Each row is judged by the checks that it names, and where a check knows several
ways, by each of them. Catch is the share of bad answers that are flagged, false
alarms the share of good ones. An answer that could be repaired counts as
flagged: it was bad as the model wrote it. Where two models answered the same
request, the cascade from the small one to the large one is replayed beside
always asking one.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return f.run(c.Context(), c.OutOrStdout(), c.ErrOrStderr()) },
	}
	c.Flags().StringVar(&f.data, "data", "", "labelled answers, JSON lines, .gz or plain")
	c.Flags().StringVar(&f.verdicts, "verdicts", "", "write id,bad,reason of every row to this CSV file")
	c.Flags().BoolVar(&f.asJSON, "json", false, "print JSON instead of tables")
	c.Flags().BoolVar(&f.allSigns, "all-signs", false, "write the verdicts of tools by all signs, not only by what is certain")
	_ = c.MarkFlagRequired("data")
	return c
}

func (f evalChecksFlags) run(ctx context.Context, out, errs io.Writer) error {
	rows, err := answers.Read(f.data)
	if err != nil {
		return err
	}
	bar := progress.New(errs)
	defer bar.Close()
	judged, err := answers.Judge(ctx, rows, func() { bar.Add("judging", len(rows), 1) })
	if err != nil {
		return err
	}
	write := func(w io.Writer) error { return answers.WriteVerdicts(w, judged, f.allSigns) }
	if err := writeFile(f.verdicts, write); err != nil {
		return err
	}
	report := answers.NewReport(judged)
	if f.asJSON {
		return printJSON(out, report)
	}
	return report.WriteText(out)
}
