package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"

	"ockham/routing"
)

// checkReport is what `eval checks` prints.
type checkReport struct {
	Checks   []checkTally    `json:"checks"`
	Cascades []cascadeResult `json:"cascades"`
}

// checkTally counts the rows of a check, or of a part of them.
type checkTally struct {
	Check       string `json:"check"`
	Set         string `json:"checks"` // by which it was judged
	Source      string `json:"source,omitempty"`
	Lang        string `json:"lang,omitempty"`
	Constructed bool   `json:"constructed,omitempty"`

	Bad        int     `json:"bad"`         // rows labelled bad
	Caught     int     `json:"caught"`      // of these, flagged
	Good       int     `json:"good"`        // rows labelled good
	FalseAlarm int     `json:"false_alarm"` // of these, flagged
	Mended     int     `json:"mended"`      // flagged, but repaired rather than rejected
	Unlabelled int     `json:"unlabelled,omitempty"`
	Catch      float64 `json:"catch_percent"`
	FA         float64 `json:"false_alarm_percent"`
}

func (t *checkTally) add(j judgedRow) {
	flagged := 0
	if j.flagged() {
		flagged = 1
	}
	switch {
	case j.Bad == nil:
		t.Unlabelled++
	case *j.Bad == 1:
		t.Bad++
		t.Caught += flagged
	default:
		t.Good++
		t.FalseAlarm += flagged
	}
	if flagged == 1 && j.verdict.Decision != routing.Reject {
		t.Mended++
	}
	t.Catch, t.FA = percent(t.Caught, t.Bad), percent(t.FalseAlarm, t.Good)
}

func percent(n, of int) float64 {
	if of == 0 {
		return 0
	}
	return 100 * float64(n) / float64(of)
}

// tallyChecks counts every check as a whole, and then by source, language and whether it was constructed.
func tallyChecks(judged []judgedRow) []checkTally {
	type key struct {
		check, set, source, lang string
		constructed              bool
	}
	tallies := map[key]*checkTally{}
	count := func(k key, j judgedRow) {
		if tallies[k] == nil {
			tallies[k] = &checkTally{Check: k.check, Set: k.set, Source: k.source, Lang: k.lang, Constructed: k.constructed}
		}
		tallies[k].add(j)
	}
	for _, j := range judged {
		all := key{check: j.Check, set: j.set.Name}
		count(all, j)
		if part := (key{j.Check, j.set.Name, cmp.Or(j.Source, "-"), j.Lang, j.Constructed}); part != all {
			count(part, j)
		}
	}
	list := make([]checkTally, 0, len(tallies))
	for _, t := range tallies {
		list = append(list, *t)
	}
	slices.SortFunc(list, func(a, b checkTally) int {
		return cmp.Or(cmp.Compare(a.Check, b.Check), cmp.Compare(a.Set, b.Set), cmp.Compare(a.Source, b.Source),
			cmp.Compare(a.Lang, b.Lang), cmp.Compare(b2i(a.Constructed), b2i(b.Constructed)))
	})
	return list
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (r checkReport) print(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "rows\tjudged by\tsource\tbad\tcatch %\tgood\tfalse alarm %\tmended")
	for _, t := range r.Checks {
		fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%s\t%d\t%s\t%d\n",
			t.Check, t.Set, t.part(), t.Bad, share(t.Catch, t.Bad), t.Good, share(t.FA, t.Good), t.Mended)
	}
	if len(r.Cascades) > 0 {
		fmt.Fprintln(w)
		printCascades(w, r.Cascades)
	}
	return w.Flush()
}

// part names the rows that a tally is about.
func (t checkTally) part() string {
	part := cmp.Or(t.Source, "all")
	if t.Lang != "" {
		part += " " + t.Lang
	}
	if t.Constructed {
		part += ", constructed"
	}
	return part
}

func share(percent float64, of int) string {
	if of == 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f", percent)
}
