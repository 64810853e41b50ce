package replay

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"ockham/internal/telemetry"
)

// WriteText tells the report as a table.
func (r *Report) WriteText(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%d of %d lines replayed", r.Replayed, r.Lines)
	for _, reason := range slices.Sorted(maps.Keys(r.LeftOut)) {
		fmt.Fprintf(&b, "; %d left out: %s", r.LeftOut[reason], reason)
	}
	b.WriteString("\n")
	for _, line := range r.Broken {
		fmt.Fprintf(&b, "  %s\n", line)
	}
	b.WriteString("\n")
	r.table(&b)
	r.Change.write(&b)
	_, err := io.WriteString(w, b.String())
	return err
}

func (r *Report) table(b *strings.Builder) {
	t := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	row := func(name string, cell func(*Result) string) {
		fmt.Fprint(t, name)
		for i := range r.Results {
			fmt.Fprint(t, "\t", cell(&r.Results[i]))
		}
		fmt.Fprintln(t)
	}
	row("", func(x *Result) string { return x.Name })
	row("cost", func(x *Result) string { return fmt.Sprintf("$%.6g", x.CostUSD) })
	row("largest model for all", func(x *Result) string { return fmt.Sprintf("$%.6g", x.LargestUSD) })
	row("saved", func(x *Result) string { return fmt.Sprintf("%.1f %%", 100*x.Saved) })
	for _, pipe := range r.pipes() {
		row("pipe "+pipe, func(x *Result) string { return share(x.Pipes[pipe], x.Requests) })
	}
	row("escalated, expected", func(x *Result) string { return expected(x.Escalated) })
	row("quality", func(x *Result) string { return x.Quality.String() })
	row("latency, mean", func(x *Result) string { return latency(x, x.Mean) })
	row("latency, 95 %", func(x *Result) string { return latency(x, x.Latency.P95) })
	row("decided without the judge", func(x *Result) string { return fmt.Sprint(x.AskJudge) })
	row("cannot be served", func(x *Result) string { return fmt.Sprint(x.Unservable) })
	_ = t.Flush() // a strings.Builder takes everything
}

func (r *Report) pipes() []string {
	all := map[string]bool{}
	for i := range r.Results {
		for name := range r.Results[i].Pipes {
			all[name] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

func share(n, of int) string {
	return fmt.Sprintf("%d (%.1f %%)", n, 100*float64(n)/float64(max(of, 1)))
}

func expected(share *float64) string {
	if share == nil {
		return "unknown"
	}
	return fmt.Sprintf("%.1f %%", 100**share)
}

func latency(r *Result, millis float64) string {
	if r.Latency.Count == 0 {
		return "unknown"
	}
	return fmt.Sprintf("%.0f ms", millis)
}

// String tells the mean and of how many requests it is.
func (q *Quality) String() string {
	if q == nil {
		return "unknown"
	}
	return fmt.Sprintf("%.4f (%d known)", q.Mean, q.Known)
}

func (c *Change) write(b *strings.Builder) {
	if c == nil {
		return
	}
	fmt.Fprintf(b, "\nFrom %s to %s: %.1f %% of the requests change their pipe\n", c.From, c.To, 100*c.Flipped)
	flips := slices.SortedFunc(maps.Keys(c.Flips), func(x, y string) int {
		return cmp.Or(cmp.Compare(c.Flips[y], c.Flips[x]), cmp.Compare(x, y))
	})
	for _, flip := range flips {
		fmt.Fprintf(b, "  %s: %d\n", flip, c.Flips[flip])
	}
	fmt.Fprintf(b, "  cost     %s\n  latency  %s\n  quality  %s\n", relative(c.Cost), relative(c.Latency), absolute(c.Quality))
	for i, e := range c.Examples {
		if i == 5 {
			break
		}
		fmt.Fprintf(b, "  for example %s: %s to %s\n", e.ID, e.From, e.To)
	}
}

func relative(i *telemetry.Interval) string {
	if i == nil {
		return "unknown"
	}
	return fmt.Sprintf("%+.2f %% (95 %%: %+.2f to %+.2f)", 100*i.Value, 100*i.Low, 100*i.High)
}

func absolute(i *telemetry.Interval) string {
	if i == nil {
		return "unknown"
	}
	return fmt.Sprintf("%+.4f (95 %%: %+.4f to %+.4f)", i.Value, i.Low, i.High)
}
