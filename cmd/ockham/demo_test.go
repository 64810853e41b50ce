package main

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ockham/envoy/envoytest"
)

// TestDemoIsWhatTheREADMEShows sends all of the sample set; only the latency differs from run to run.
func TestDemoIsWhatTheREADMEShows(t *testing.T) {
	out, errs, status := ockham(t, "", "demo", "--corpus", root+"examples/demo", "--envoy", envoytest.Binary(t))
	if status != 0 {
		t.Fatal(errs)
	}
	got, _, found := strings.Cut(out, "Latency:")
	if !found {
		t.Fatal("the demo's output has no latency")
	}
	got = indent(got)
	readme := heldTo(t, "README.md", "    Simulated:", "    Latency:", got)
	// The table below it says the same in words.
	saved := regexp.MustCompile(`\((\d+)% saved\)`).FindStringSubmatch(got)
	right := regexp.MustCompile(`Right: (\d+) of 300, against (\d+) `).FindStringSubmatch(got)
	give := regexp.MustCompile(`difference is (\S+) give or take (\d+)`).FindStringSubmatch(got)
	for _, words := range []string{saved[1] + " % saved", "right answers " + right[1] + " against " + right[2] + " (" + give[1] + " ± " + give[2] + ")"} {
		if !strings.Contains(readme, words) {
			t.Errorf("README.md does not say %q", words)
		}
	}
}

func indent(text string) string {
	var out strings.Builder
	for line := range strings.Lines(text) {
		if line = strings.TrimRight(line, " \n"); line != "" {
			line = "    " + line
		}
		out.WriteString(line + "\n")
	}
	return out.String()
}

// TestStrategiesAreWhatThePolicyPageShows sends the sample set once for each strategy.
func TestStrategiesAreWhatThePolicyPageShows(t *testing.T) {
	out, errs, status := ockham(t, "", "demo", "--strategies", "--corpus", root+"examples/demo", "--envoy", envoytest.Binary(t))
	if status != 0 {
		t.Fatal(errs)
	}
	got := markdown(out[strings.Index(out, "strategy "):])
	heldTo(t, "docs/policy.md", "| strategy |", "\n\n", strings.TrimSuffix(got, "\n"))
}

// heldTo holds what a page shows, from the words from on and before the words to, to what the demo printed;
// with -update it writes that. It returns the page.
func heldTo(t *testing.T, page, from, to, got string) string {
	t.Helper()
	data, err := os.ReadFile(root + page)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(data), from)
	shown, after, ok2 := strings.Cut(rest, to)
	if !ok || !ok2 {
		t.Fatalf("%s has no place for what the demo prints", page)
	}
	if *update {
		written := before + got + to + after
		if err := os.WriteFile(root+page, []byte(written), 0o644); err != nil {
			t.Fatal(err)
		}
		return written
	}
	if diff := cmp.Diff(from+shown, got); diff != "" {
		t.Errorf("%s shows another demo than this one; run the test with -update (-%[1]s +demo):\n%s", page, diff)
	}
	return string(data)
}

// markdown makes a table of one whose columns stand under their headings and which ends with an empty line.
func markdown(table string) string {
	lines := strings.Split(table, "\n")
	var from []int
	for _, m := range regexp.MustCompile(`\S+( \S+)*`).FindAllStringIndex(lines[0], -1) {
		from = append(from, m[0])
	}
	var out strings.Builder
	for n, line := range lines {
		if line == "" {
			break
		}
		for i, start := range from {
			end := len(line)
			if i+1 < len(from) {
				end = min(end, from[i+1])
			}
			out.WriteString("| " + strings.TrimSpace(line[min(start, end):end]) + " ")
		}
		out.WriteString("|\n")
		if n == 0 {
			out.WriteString(strings.Repeat("|---", len(from)) + "|\n")
		}
	}
	return out.String()
}
