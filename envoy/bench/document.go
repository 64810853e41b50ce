package main

import (
	"bytes"
	"fmt"
	"os"
)

// The figures of docs/performance.md stand between these lines.
const (
	beginFigures = "<!-- figures: made by make bench DOCS=docs/performance.md -->\n"
	endFigures   = "<!-- end of figures -->\n"
)

// document replaces the figures of a page.
func (res *results) document(file string) error {
	page, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	before, rest, found := bytes.Cut(page, []byte(beginFigures))
	_, after, ends := bytes.Cut(rest, []byte(endFigures))
	if !found || !ends {
		return fmt.Errorf("%s lacks the lines between which figures stand: %s%s", file, beginFigures, endFigures)
	}
	var b bytes.Buffer
	b.Write(before)
	b.WriteString(beginFigures)
	res.tables(&b)
	b.WriteString(endFigures)
	b.Write(after)
	return os.WriteFile(file, b.Bytes(), 0o644)
}

// tables writes one table a load, in Markdown.
func (res *results) tables(b *bytes.Buffer) {
	fmt.Fprintf(b, "%s, Envoy with two workers, %s, %s. Medians of %d rounds of %g s; in brackets the quartiles.\n", res.Machine, res.Go, res.Date, res.Rounds, res.Seconds)
	for _, cases := range res.panels() {
		c := cases[0]
		fmt.Fprintf(b, "\n### %s, prompts of %s, %d client(s)\n\n", c.Mode, c.Body, c.Clients)
		b.WriteString("| case | p50 ms | p99 ms | over empty, p50 ms | requests/s | of empty | CPU µs, Envoy | CPU µs, service | allocations | KB |\n|---|---|---|---|---|---|---|---|---|---|\n")
		for _, c := range cases {
			fmt.Fprintf(b, "| %s | %.2f | %.2f | %+.2f (%+.2f to %+.2f) | %.0f | %.2f (%.2f to %.2f) | %.0f | %.0f (%.0f to %.0f) | %.0f | %.1f |\n",
				c.Name, c.P50, c.P99, c.Added, c.AddedLow, c.AddedHigh, c.RPS, c.Ratio, c.RatioLow, c.RatioHigh,
				c.CPUEnvoy, c.CPUService, c.ServiceLow, c.ServiceHigh, c.Allocs, c.Bytes/1000)
		}
	}
	if res.Scale != nil {
		res.Scale.tables(b)
	}
}
