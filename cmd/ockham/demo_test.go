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
	data, err := os.ReadFile(root + "README.md")
	if err != nil {
		t.Fatal(err)
	}
	readme := string(data)
	const from, to = "    Simulated:", "    Latency:"
	before, rest, ok := strings.Cut(readme, from)
	shown, after, ok2 := strings.Cut(rest, to)
	if !found || !ok || !ok2 {
		t.Fatal("the demo's output, or its place in the README, is not to be found")
	}
	got = indent(got)
	if *update {
		if err := os.WriteFile(root+"README.md", []byte(before+got+to+after), 0o644); err != nil {
			t.Fatal(err)
		}
		readme, shown = before+got+to+after, strings.TrimPrefix(got, from)
	}
	if diff := cmp.Diff(from+shown, got); diff != "" {
		t.Errorf("README.md shows another demo than this one; run the test with -update (-README +demo):\n%s", diff)
	}
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
	file := root + "docs/policy.md"
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(data), "| strategy |")
	shown, after, ok2 := strings.Cut(rest, "\n\n")
	if !ok || !ok2 {
		t.Fatal("the table of strategies is not to be found")
	}
	if *update {
		if err := os.WriteFile(file, []byte(before+got+"\n"+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff("| strategy |"+shown+"\n", got); diff != "" {
		t.Errorf("docs/policy.md shows other strategies than this demo; run the test with -update (-page +demo):\n%s", diff)
	}
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
