package demo

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
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
	gained, lost int // answers that only Ockham's way got right, and only the largest model
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
	r.gained += count(res.Right && !res.Large.Right)
	r.lost += count(!res.Right && res.Large.Right)
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

// chance is by how many right answers the difference to the largest model may differ from its mean, at 95 %:
// a paired comparison, in which only the requests count that one of the two got right.
func (r *row) chance() float64 {
	d := float64(r.gained - r.lost)
	return 1.96 * math.Sqrt(float64(r.gained+r.lost)-d*d/float64(max(r.n, 1)))
}

// columns are the table's: what stands over them, and whether it is text, on the left, or a number, on the right.
var columns = []struct {
	name string
	text bool
}{
	{"kind", true},
	{"sent", false},
	{"answered by", true},
	{"escalated, why", true},
	{"tokens", false},
	{"cost $", false},
	{"large $", false},
	{"saved", false},
	{"right", false},
	{"large", false},
	{"small", false},
}

// Table writes what came of it, by kind of work, by pipe, and in all.
func Table(w io.Writer, results []Result) error {
	var kindRows, pipeRows [][]string
	for _, k := range kinds {
		kindRows = appendRow(kindRows, func(r *row) string { return shares(r.why, 2) }, sum(k, results, func(r Result) bool { return r.Case.Kind == k }))
	}
	for _, p := range pipes(results) {
		pipeRows = appendRow(pipeRows, escalations, sum(p+" pipe", results, func(r Result) bool { return r.Pipe == p }))
	}
	all := sum("all", results, func(Result) bool { return true })
	if err := writeGroups(w, kindRows, pipeRows, appendRow(nil, escalations, all)); err != nil {
		return err
	}
	return conclude(w, &all)
}

// writeGroups writes the header and groups of rows, with a line above each group.
func writeGroups(w io.Writer, groups ...[][]string) error {
	header := make([]string, len(columns))
	widths := make([]int, len(columns))
	for i, c := range columns {
		header[i], widths[i] = c.name, len(c.name)
	}
	for _, row := range slices.Concat(groups...) {
		for i, cell := range row {
			widths[i] = max(widths[i], len(cell))
		}
	}
	out := appendCells(nil, header, widths)
	for _, rows := range groups {
		out = appendRule(out, widths)
		for _, row := range rows {
			out = appendCells(out, row, widths)
		}
	}
	_, err := w.Write(out)
	return err
}

func appendCells(out []byte, cells []string, widths []int) []byte {
	for i, cell := range cells {
		width := widths[i]
		if columns[i].text {
			width = -width
		}
		out = fmt.Appendf(out, "%*s  ", width, cell)
	}
	return append(bytes.TrimRight(out, " "), '\n')
}

func appendRule(out []byte, widths []int) []byte {
	for _, width := range widths {
		out = append(out, strings.Repeat("-", width)+"  "...)
	}
	return append(bytes.TrimRight(out, " "), '\n')
}

func pipes(results []Result) []string {
	seen := map[string]bool{}
	for _, r := range results {
		seen[r.Pipe] = true
	}
	return slices.Sorted(maps.Keys(seen))
}

func appendRow(rows [][]string, why func(*row) string, r row) [][]string {
	if r.n == 0 {
		return rows
	}
	return append(rows, []string{
		r.name, strconv.Itoa(r.n), shares(r.models, 3), why(&r), strconv.Itoa(r.tokens),
		fmt.Sprintf("%.4f", r.cost), fmt.Sprintf("%.4f", r.large), fmt.Sprintf("%.0f%%", saved(r.cost, r.large)),
		whole(r.right, r.n), whole(r.rightLarge, r.n), whole(r.rightSmall, r.n),
	})
}

// escalations counts the attempts that were not good enough.
func escalations(r *row) string {
	n := 0
	for _, k := range r.why {
		n += k
	}
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// escalated tells how many that were, and why.
func escalated(r *row) string {
	if n := escalations(r); n != "" {
		return n + ": " + shares(r.why, 3)
	}
	return ""
}

func saved(cost, large float64) float64 {
	if large == 0 {
		return 0
	}
	return 100 * (1 - cost/large)
}

func whole(n, of int) string { return fmt.Sprintf("%.0f%%", 100*float64(n)/float64(of)) }

func percent(n, of int) string { return fmt.Sprintf("%.1f%%", 100*float64(n)/float64(of)) }

// shares lists counts, most first; at most so many, which bounds the table's width.
func shares(m map[string]int, most int) string {
	names := slices.SortedFunc(maps.Keys(m), func(a, b string) int {
		return cmp.Or(cmp.Compare(m[b], m[a]), cmp.Compare(a, b))
	})
	var parts []string
	others := 0
	for i, name := range names {
		if i < most {
			parts = append(parts, fmt.Sprintf("%s %d", name, m[name]))
		} else {
			others += m[name]
		}
	}
	if others > 0 {
		parts = append(parts, fmt.Sprintf("others %d", others))
	}
	return strings.Join(parts, " ")
}

func conclude(w io.Writer, r *row) error {
	_, err := fmt.Fprintf(w, `
large, small: the same prompts sent to the largest or the smallest model alone;
right: answers that met their expectation. Escalated %s.

Cost: $%.4f against $%.4f for always calling the largest model (%.0f%% saved)
and $%.4f for always the smallest.
Right: %d of %d, against %d for the largest and %d for the smallest. Which model gets
which request right is drawn: of the requests that only one of the two got right,
%d are Ockham's and %d the largest model's, so the difference is %d give or take %.0f.
Latency: through Envoy and Ockham a request took %s more than straight to the
emulator (median of %d that were not escalated; p99 %s more).
`, cmp.Or(escalated(r), "none"), r.cost, r.large, saved(r.cost, r.large), r.smallCost, r.right, r.n, r.rightLarge, r.rightSmall, r.gained, r.lost, r.gained-r.lost, r.chance(),
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
