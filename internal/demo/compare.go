package demo

import (
	"fmt"
	"io"
	"text/tabwriter"
)

// Strategy is what came of the sample set under a policy.
type Strategy struct {
	Name    string
	Results []Result
}

// Compare writes cost and quality of strategies side by side, below those of the largest and the smallest
// model alone.
func Compare(w io.Writer, strategies []Strategy) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "strategy\tanswered by\trejected, why\tcost $\tsaved\tright\tof large")
	for i, s := range strategies {
		r := sum(s.Name, s.Results, func(Result) bool { return true })
		if i == 0 {
			compared(t, &r, "always large", "", "", r.large, r.rightLarge)
			compared(t, &r, "always small", "", "", r.smallCost, r.rightSmall)
		}
		compared(t, &r, s.Name, shares(r.models, 3), escalated(&r), r.cost, r.right)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprint(w, `
saved: against always calling the largest model; right: answers that met their expectation; of large: as a share of
what the largest model gets right. The emulated judge knows whether the small model will be right: what is told of B
with it is a bound, not a measurement.
`)
	return err
}

func compared(w io.Writer, all *row, name, models, why string, cost float64, right int) {
	fmt.Fprintf(w, "%s\t%s\t%s\t%.4f\t%.0f%%\t%s\t%s\n", name, models, why, cost, saved(cost, all.large), percent(right, all.n), percent(right, all.rightLarge))
}
