package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"ockham/internal/progress"
	"ockham/routing"
	"ockham/routing/checks"
)

// judgedBy says which checks judge a row, by the word with which the row names its fault.
var judgedBy = map[string][]string{
	"json": {"json", "schema"}, "schema": {"json", "schema"}, "tool_args": {"tools"}, "tools": {"tools"},
	"truncated": {"cut"}, "cut": {"cut"}, "refusal": {"refusal"}, "loop": {"loop"}, "empty": {"empty"},
	"code": {"code"}, "format": {"format"}, "language": {"language"}, "grounded": {"grounded"},
}

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
		Short: "Measure what each check catches, and what it flags wrongly, on labelled answers",
		Long: `Measure each check on recorded answers that are labelled good or bad: one JSON object a line, gzipped or not,
with id, check, request and answer, and where there are any source, lang, model, stop_reason, bad and constructed.
Each row is judged by the check it names. Catch is the share of bad answers that are flagged, false alarms
the share of good ones. An answer that could be repaired counts as flagged: it was bad as the model wrote it.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return f.run(c.Context(), c.OutOrStdout(), c.ErrOrStderr()) },
	}
	c.Flags().StringVar(&f.data, "data", "", "labelled answers, JSON lines, .gz or plain")
	c.Flags().StringVar(&f.verdicts, "verdicts", "", "write id,bad,reason of every row to this CSV file")
	c.Flags().BoolVar(&f.asJSON, "json", false, "print JSON instead of tables")
	c.Flags().BoolVar(&f.allSigns, "all-signs", false, "let tools judge by all signs in the verdicts, not by schema alone")
	_ = c.MarkFlagRequired("data")
	return c
}

func (f evalChecksFlags) run(ctx context.Context, out, errs io.Writer) error {
	rows, err := readCheckRows(f.data)
	if err != nil {
		return err
	}
	judged, err := judgeRows(ctx, rows, checks.Options{AllSigns: f.allSigns}, errs)
	if err != nil {
		return err
	}
	if f.verdicts != "" {
		if err := writeVerdicts(f.verdicts, judged); err != nil {
			return err
		}
	}
	report := checkReport{Checks: tallyChecks(judged), Cascades: cascades(judged)}
	if f.asJSON {
		enc := json.NewEncoder(out)
		enc.SetIndent("", "  ")
		return enc.Encode(report)
	}
	return report.print(out)
}

// judgedRow is a row with what the checks made of it.
type judgedRow struct {
	*checkRow
	verdict routing.Verdict
}

// flagged tells whether the answer, as the model wrote it, was found wanting.
func (j judgedRow) flagged() bool { return j.verdict.Reason != "" }

func judgeRows(ctx context.Context, rows []checkRow, o checks.Options, errs io.Writer) ([]judgedRow, error) {
	sets, err := checkSets(o)
	if err != nil {
		return nil, err
	}
	bar := progress.New(errs, "judging", len(rows))
	defer bar.Close()
	judged := make([]judgedRow, 0, len(rows))
	for i := range rows {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		judged = append(judged, judgedRow{&rows[i], judgeRow(sets[rows[i].Check], &rows[i])})
		bar.Add(1)
	}
	return judged, nil
}

func checkSets(o checks.Options) (map[string][]routing.Check, error) {
	sets := map[string][]routing.Check{}
	for word, names := range judgedBy {
		for _, name := range names {
			c, err := checks.New(name, o)
			if err != nil {
				return nil, err
			}
			sets[word] = append(sets[word], c)
		}
	}
	return sets, nil
}

// judgeRow asks the checks in turn: the first that rejects decides, else the first that had to mend.
func judgeRow(set []routing.Check, row *checkRow) routing.Verdict {
	p, a := row.prompt(), row.answer()
	var last routing.Verdict
	for _, c := range set {
		look := c.Start(p)
		if look == nil {
			continue
		}
		v := look(a)
		if v.Decision == routing.Reject {
			return v
		}
		if last.Reason == "" {
			last = v
		}
	}
	return last
}

func writeVerdicts(path string, judged []judgedRow) (err error) {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() {
		if closeErr := file.Close(); err == nil {
			err = closeErr
		}
	}()
	w := csv.NewWriter(file)
	_ = w.Write([]string{"id", "bad", "reason"}) // Flush's error is this one's, too
	for _, j := range judged {
		bad := "0"
		if j.flagged() {
			bad = "1"
		}
		_ = w.Write([]string{j.ID, bad, string(j.verdict.Reason)})
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}
