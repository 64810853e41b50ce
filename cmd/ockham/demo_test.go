package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ockham/envoy/envoytest"
)

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
