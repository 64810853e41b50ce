package demo

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// kinds are in the order in which the table lists them: simple work first.
var kinds = []string{
	"summarize", "extract", "format", "classify", "translate", "rewrite",
	"code", "analyze", "reason", "math", "plan",
}

// row sums up some of the results.
type row struct {
	name         string
	n            int
	models       map[string]int
	why          map[string]int
	tokens       int
	cost         float64
	large        float64
	right        int
	rightLarge   int
	rightSmall   int
	smallCost    float64
	took, direct []time.Duration
}

func sum(name string, results []Result, in func(Result) bool) row {
	r := row{name: name, models: map[string]int{}, why: map[string]int{}}
	for _, res := range results {
		if in(res) {
			r.add(res)
		}
	}
	return r
}

func (r *row) add(res Result) {
	r.n++
	r.models[res.Model]++
	for _, why := range res.Escalated {
		r.why[why]++
	}
	r.tokens += res.Tokens
	r.cost += res.CostUSD
	r.large += res.Large.CostUSD
	r.smallCost += res.Small.CostUSD
	r.right += count(res.Right)
	r.rightLarge += count(res.Large.Right)
	r.rightSmall += count(res.Small.Right)
	if len(res.Escalated) == 0 {
		r.took, r.direct = append(r.took, res.Took), append(r.direct, res.Small.Took)
	}
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Table writes what came of it, by kind of work, by pipe, and in all.
func Table(w io.Writer, results []Result) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "kind\trequests\tanswered by\tescalated\twhy\ttokens\tcost $\talways large $\tsaved\tright\talways large\talways small\t")
	for _, k := range kinds {
		write(t, sum(k, results, func(r Result) bool { return r.Case.Kind == k }))
	}
	line(t)
	for _, p := range pipes(results) {
		write(t, sum(p+" pipe", results, func(r Result) bool { return r.Pipe == p }))
	}
	line(t)
	all := sum("all", results, func(Result) bool { return true })
	write(t, all)
	if err := t.Flush(); err != nil {
		return err
	}
	return conclude(w, &all)
}

func pipes(results []Result) []string {
	seen := map[string]bool{}
	for _, r := range results {
		seen[r.Pipe] = true
	}
	return slices.Sorted(maps.Keys(seen))
}

func line(w io.Writer) { fmt.Fprintln(w, strings.Repeat("\t", 12)) }

func write(w io.Writer, r row) {
	if r.n == 0 {
		return
	}
	escalations := 0
	for _, n := range r.why {
		escalations += n
	}
	fmt.Fprintf(w, "%s\t%d\t%s\t%d\t%s\t%d\t%.4f\t%.4f\t%.0f%%\t%s\t%s\t%s\t\n",
		r.name, r.n, shares(r.models), escalations, shares(r.why), r.tokens, r.cost, r.large, saved(r.cost, r.large),
		percent(r.right, r.n), percent(r.rightLarge, r.n), percent(r.rightSmall, r.n))
}

func saved(cost, large float64) float64 {
	if large == 0 {
		return 0
	}
	return 100 * (1 - cost/large)
}

func percent(n, of int) string { return fmt.Sprintf("%.1f%%", 100*float64(n)/float64(of)) }

// shares lists counts, most first.
func shares(m map[string]int) string {
	names := slices.SortedFunc(maps.Keys(m), func(a, b string) int {
		return cmp.Or(cmp.Compare(m[b], m[a]), cmp.Compare(a, b))
	})
	parts := make([]string, len(names))
	for i, name := range names {
		parts[i] = fmt.Sprintf("%s %d", name, m[name])
	}
	return strings.Join(parts, " ")
}

func conclude(w io.Writer, r *row) error {
	_, err := fmt.Fprintf(w, `
Cost: $%.4f against $%.4f for always calling the largest model (%.0f%% saved) and $%.4f for always the smallest.
Right: %d of %d, against %d for the largest and %d for the smallest.
Latency: Envoy and Ockham together took %s more per request (median of %d that were not escalated) than calling the emulator directly; p99 %s more.
`, r.cost, r.large, saved(r.cost, r.large), r.smallCost, r.right, r.n, r.rightLarge, r.rightSmall,
		(quantile(r.took, .5) - quantile(r.direct, .5)).Round(10*time.Microsecond), len(r.took),
		(quantile(r.took, .99) - quantile(r.direct, .99)).Round(10*time.Microsecond))
	return err
}

func quantile(list []time.Duration, q float64) time.Duration {
	if len(list) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(list))
	return sorted[int(q*float64(len(sorted)-1))]
}
