package main

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"slices"
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
		res.model(b)
	}
}

// What the model of docs/performance.md assumes.
const (
	sidecars       = 1000
	sidecarRate    = 10      // requests a second each
	poolRate       = 100_000 // requests a second
	streamedShare  = .5
	answerTokens   = 200
	utilisation    = .6
	coresPerPod    = 4
	microsOfSecond = 1e6
)

// model tells what the measured costs come to in a mesh and in a pool.
func (res *results) model(b *bytes.Buffer) {
	i := slices.IndexFunc(res.Cases, func(c found) bool { return c.key == key{"checks", 32, "1k", plain} })
	if i < 0 {
		return
	}
	c, s := &res.Cases[i], res.Scale
	tokens := streamedShare * answerTokens
	service, envoy := c.CPUService+tokens*s.Stream.CPUService, c.CPUEnvoy+tokens*s.Stream.CPUEnvoy
	cores := func(rate, micros float64) float64 { return rate * micros / microsOfSecond / utilisation }
	b.WriteString("\n### What follows for a mesh and for a pool\n\n| | service | Envoy, all it does |\n|---|---|---|\n")
	fmt.Fprintf(b, "| µs of CPU a plain request | %.0f | %.0f |\n", c.CPUService, c.CPUEnvoy)
	fmt.Fprintf(b, "| µs of CPU a token that comes alone | %.1f | %.1f |\n", s.Stream.CPUService, s.Stream.CPUEnvoy)
	fmt.Fprintf(b, "| plain requests a second on one core, fully used | %.0f | %.0f |\n", microsOfSecond/c.CPUService, microsOfSecond/c.CPUEnvoy)
	fmt.Fprintf(b, "| tokens a second on one core, fully used | %.0f | %.0f |\n", microsOfSecond/s.Stream.CPUService, microsOfSecond/s.Stream.CPUEnvoy)
	fmt.Fprintf(b, "| a sidecar at %d requests a second, cores | %.3f | %.3f |\n", sidecarRate, cores(sidecarRate, service), cores(sidecarRate, envoy))
	fmt.Fprintf(b, "| %d of them, cores | %.0f | %.0f |\n", sidecars, cores(sidecars*sidecarRate, service), cores(sidecars*sidecarRate, envoy))
	fmt.Fprintf(b, "| %d of them, GB of memory of their own at rest | %.0f | |\n", sidecars, sidecars*mb(s.Memory.Own)/1024)
	fmt.Fprintf(b, "| a pool at %d requests a second, cores | %.0f | %.0f |\n", poolRate, cores(poolRate, service), cores(poolRate, envoy))
	fmt.Fprintf(b, "| the same, replicas of %d cores | %.0f | %.0f |\n", coresPerPod, math.Ceil(cores(poolRate, service)/coresPerPod), math.Ceil(cores(poolRate, envoy)/coresPerPod))
	fmt.Fprintf(b, "| the same without streams, cores | %.0f | %.0f |\n", cores(poolRate, c.CPUService), cores(poolRate, c.CPUEnvoy))
}
