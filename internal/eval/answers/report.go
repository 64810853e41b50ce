package answers

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"

	"ockham/routing"
)

// Report is what came of all rows.
type Report struct {
	Checks   []Tally   `json:"checks"`
	Cascades []Cascade `json:"cascades"`
}

// NewReport counts what was judged, and replays the cascades in it.
func NewReport(judged []Judged) Report {
	return Report{Checks: tallies(judged), Cascades: cascades(judged)}
}

// Tally counts the rows of a check, or of a part of them.
type Tally struct {
	Check       string `json:"check"`
	Way         string `json:"checks"` // by which it was judged
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

func (t *Tally) add(j Judged) {
	flagged := one(j.flagged())
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

// tallies counts every check as a whole, and then by source, language and whether it was constructed.
func tallies(judged []Judged) []Tally {
	type key struct {
		check, way, source, lang string
		constructed              bool
	}
	counted := map[key]*Tally{}
	count := func(k key, j Judged) {
		if counted[k] == nil {
			counted[k] = &Tally{Check: k.check, Way: k.way, Source: k.source, Lang: k.lang, Constructed: k.constructed}
		}
		counted[k].add(j)
	}
	for _, j := range judged {
		all := key{check: j.Check, way: j.way.Name}
		count(all, j)
		if part := (key{j.Check, j.way.Name, cmp.Or(j.Source, "-"), j.Lang, j.Constructed}); part != all {
			count(part, j)
		}
	}
	list := make([]Tally, 0, len(counted))
	for _, t := range counted {
		list = append(list, *t)
	}
	slices.SortFunc(list, func(a, b Tally) int {
		return cmp.Or(cmp.Compare(a.Check, b.Check), cmp.Compare(a.Way, b.Way), cmp.Compare(a.Source, b.Source),
			cmp.Compare(a.Lang, b.Lang), cmp.Compare(one(a.Constructed), one(b.Constructed)))
	})
	return list
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}

// WriteText writes tables for a person at a terminal.
func (r Report) WriteText(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "rows\tjudged by\tsource\tbad\tcatch %\tgood\tfalse alarm %\tmended")
	for _, t := range r.Checks {
		fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%s\t%d\t%s\t%d\n",
			t.Check, t.Way, t.part(), t.Bad, share(t.Catch, t.Bad), t.Good, share(t.FA, t.Good), t.Mended)
	}
	if len(r.Cascades) > 0 {
		fmt.Fprintln(w)
		printCascades(w, r.Cascades)
	}
	return w.Flush()
}

// part names the rows that a tally is about.
func (t Tally) part() string {
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
