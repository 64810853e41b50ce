package main

import (
	"fmt"
	"io"
)

// worse is by how much a figure must have changed to be told, beyond what the rounds vary by.
const worse = 0.05

// compare tells what got worse from one result to the next. Machines differ and so do their moods, so it
// looks at what was measured against the empty service in the same round, and at CPU time. A change counts
// when the middle halves of both results lie apart and the medians by more than 5 %.
func compare(to io.Writer, before, after *results) error {
	old := map[key]*found{}
	for i := range before.Cases {
		old[before.Cases[i].key] = &before.Cases[i]
	}
	regressions := 0
	for i := range after.Cases {
		now := &after.Cases[i]
		was := old[now.key]
		if was == nil || now.Name == envoyArm || now.Name == emptyArm {
			continue
		}
		if now.RatioHigh < was.RatioLow && now.Ratio < was.Ratio*(1-worse) {
			regressions++
			fmt.Fprintf(to, "worse: %s: throughput is %.2f of the empty service's, was %.2f\n", now.key, now.Ratio, was.Ratio)
		}
		if now.ServiceLow > was.ServiceHigh && now.CPUService > was.CPUService*(1+worse) {
			regressions++
			fmt.Fprintf(to, "worse: %s: %.0f µs CPU a request in the service, was %.0f\n", now.key, now.CPUService, was.CPUService)
		}
		if now.Allocs > was.Allocs*(1+worse) {
			regressions++
			fmt.Fprintf(to, "worse: %s: %.0f allocations a request, was %.0f\n", now.key, now.Allocs, was.Allocs)
		}
	}
	if regressions > 0 {
		return fmt.Errorf("%d figures are worse than before", regressions)
	}
	fmt.Fprintln(to, "nothing is worse than before")
	return nil
}
