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
Each row is judged by the checks that it names, and where a check knows several ways, by each of them. Catch is
the share of bad answers that are flagged, false alarms the share of good ones. An answer that could be repaired
counts as flagged: it was bad as the model wrote it. Where two models answered the same request, the cascade from
the small one to the large one is replayed beside always asking one of them.`,
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
	rows, err := readCheckRows(f.data)
	if err != nil {
		return err
	}
	judged, err := judgeRows(ctx, rows, errs)
	if err != nil {
		return err
	}
	if f.verdicts != "" {
		if err := writeVerdicts(f.verdicts, judged, f.allSigns); err != nil {
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

// judgedRow is a row with what one set of checks made of it.
type judgedRow struct {
	*checkRow
	set     *checkSet
	verdict routing.Verdict
}

// flagged tells whether the answer, as the model wrote it, was found wanting.
func (j judgedRow) flagged() bool { return j.verdict.Reason != "" }

// checkSet is one way of judging the rows of a kind.
type checkSet struct {
	Name    string
	Main    bool // whose verdicts are written
	names   []string
	options checks.Options
	asData  func(*checkRow) bool // which rows it is for; nil for all
	noData  bool                 // leave out what the row gives as data
	strict  bool                 // do not mend
	checks  []routing.Check
}

// setsOf lists the ways of judging a row, by the word with which the row names its fault.
func setsOf(word string) []checkSet {
	one := func(name string) []checkSet { return []checkSet{{Name: name, Main: true, names: []string{name}}} }
	switch word {
	case "json", "schema":
		both := []string{"json", "schema"}
		return []checkSet{{Name: "json, schema", Main: true, names: both}, {Name: "json, schema, no repair", names: both, strict: true}}
	case "tool_args", "tools":
		return []checkSet{
			{Name: "tools", Main: true, names: []string{"tools"}},
			{Name: allSigns, names: []string{"tools"}, options: checks.Options{AllSigns: true}},
		}
	case "grounded":
		return append(one("grounded"), checkSet{Name: "numbers", names: []string{"numbers"}})
	case "format":
		return append(one("format"), checkSet{
			Name: "format, from the prompt", names: []string{"format"}, noData: true,
			asData: func(r *checkRow) bool { return r.constraints != "" },
		})
	case "truncated", "cut":
		return one("cut")
	case "refusal", "language", "loop", "code", "empty", "malformed", "echo", "numbers":
		return one(word)
	}
	return nil
}

const allSigns = "tools, all signs"

// judgeRows judges each row by all ways that there are for it; the first is the main one.
func judgeRows(ctx context.Context, rows []checkRow, errs io.Writer) ([]judgedRow, error) {
	bar := progress.New(errs, "judging", len(rows))
	defer bar.Close()
	sets := map[string][]checkSet{}
	judged := make([]judgedRow, 0, len(rows))
	for i := range rows {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		row := &rows[i]
		if sets[row.Check] == nil {
			made, err := makeSets(row.Check)
			if err != nil {
				return nil, err
			}
			sets[row.Check] = made
		}
		for k := range sets[row.Check] {
			set := &sets[row.Check][k]
			if set.asData == nil || set.asData(row) {
				judged = append(judged, judgedRow{row, set, set.judge(row)})
			}
		}
		bar.Add(1)
	}
	return judged, nil
}

func makeSets(word string) ([]checkSet, error) {
	sets := setsOf(word)
	for i := range sets {
		for _, name := range sets[i].names {
			c, err := checks.New(name, sets[i].options)
			if err != nil {
				return nil, err
			}
			sets[i].checks = append(sets[i].checks, c)
		}
	}
	return sets, nil
}

// judge asks the checks in turn: the first that rejects decides, else the first that had to mend.
func (s *checkSet) judge(row *checkRow) routing.Verdict {
	p, a := row.prompt(!s.noData), row.answer()
	var last routing.Verdict
	for _, c := range s.checks {
		look := c.Start(p)
		if look == nil {
			continue
		}
		v := look(a)
		if s.strict && v.Reason != "" {
			v.Decision, v.Text = routing.Reject, ""
		}
		if v.Decision == routing.Reject {
			return v
		}
		if last.Reason == "" {
			last = v
		}
	}
	return last
}

func writeVerdicts(path string, judged []judgedRow, signs bool) (err error) {
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
	_ = w.Write([]string{"id", "bad", "reason"}) // an error shows in Flush
	for _, j := range judged {
		main := j.set.Main
		if signs && j.set.names[0] == "tools" {
			main = j.set.Name == allSigns
		}
		if !main {
			continue
		}
		_ = w.Write([]string{j.ID, fmt.Sprint(b2i(j.flagged())), string(j.verdict.Reason)})
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}
