package main

import (
	"fmt"
	"io"
	"text/tabwriter"
)

// print writes the table of cases for a terminal.
func (res *results) print(to io.Writer) {
	fmt.Fprintf(to, "%s, %s; medians of %d rounds of %g s, quartiles in brackets\n\n", res.Machine, res.Go, res.Rounds, res.Seconds)
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "case\tclients\tbody\tmode\tp50 ms\tp99 ms\trequests/s\tof empty\t\tadded p50 ms\t\tCPU µs Envoy\tservice\t\tof empty\tallocs\tKB\t")
	for i := range res.Cases {
		c := &res.Cases[i]
		if i > 0 && c.empty() != res.Cases[i-1].empty() {
			fmt.Fprintln(w, "\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t")
		}
		fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%.2f\t%.2f\t%.0f\t%.2f\t[%.2f-%.2f]\t%+.2f\t[%+.2f %+.2f]\t%.0f\t%.0f\t[%.0f-%.0f]\t%.2f\t%.0f\t%.1f\t\n",
			c.Name, c.Clients, c.Body, c.Mode, c.P50, c.P99, c.RPS, c.Ratio, c.RatioLow, c.RatioHigh, c.Added, c.AddedLow, c.AddedHigh,
			c.CPUEnvoy, c.CPUService, c.ServiceLow, c.ServiceHigh, c.CPURatio, c.Allocs, c.Bytes/1000)
	}
	_ = w.Flush()
	if res.Scale != nil {
		res.Scale.print(to)
	}
}
