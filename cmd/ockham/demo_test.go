package main

import (
	"os"
	"path/filepath"
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

// A few requests of the sample set go through a real Envoy once for each strategy, and each has its line.
func TestDemoComparesStrategies(t *testing.T) {
	corpus := t.TempDir()
	copyLines(t, "../../examples/demo/requests.jsonl", filepath.Join(corpus, "requests.jsonl"), 4)
	copyLines(t, "../../examples/demo/rates.json", filepath.Join(corpus, "rates.json"), 1<<20)
	out, errs, status := ockham(t, "", "demo", "--strategies", "--corpus", corpus, "--envoy", envoytest.Binary(t))
	if status != 0 {
		t.Fatal(errs)
	}
	_, table, _ := strings.Cut(out, "strategy ")
	lines := strings.Split(table, "\n")
	want := []string{"always large", "always small"}
	for _, s := range strategies {
		want = append(want, s.name)
	}
	for i, name := range want {
		if fields := lines[i+1]; !strings.HasPrefix(fields, name+" ") || !strings.Contains(fields, "%") {
			t.Errorf("line %d is %q, want %s", i+1, fields, name)
		}
	}
	if c := lines[6]; !strings.HasPrefix(c, "C: cascade") || !strings.Contains(c, "haiku") {
		t.Errorf("the cascade alone begins with the small model: %q", c)
	}
}

func copyLines(t *testing.T, from, to string, n int) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(data), "\n")
	if err := os.WriteFile(to, []byte(strings.Join(lines[:min(n, len(lines))], "")), 0o600); err != nil {
		t.Fatal(err)
	}
}
