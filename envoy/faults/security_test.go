package faults

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"ockham/envoy/envoytest"
)

// Every test that docs/security.md names exists, and every threat names one.
func TestEveryThreatHasItsTest(t *testing.T) {
	root := envoytest.Root(t)
	named := regexp.MustCompile("`([a-z0-9/]+)\\.((?:Test|Fuzz)[A-Za-z0-9]+)`")
	rows := 0
	_, table, _ := strings.Cut(file(t, filepath.Join(root, "docs", "security.md")), "| threat | what stands against it | tests |\n")
	table, _, _ = strings.Cut(table, "\n\n")
	for line := range strings.Lines(table) {
		found := named.FindAllStringSubmatch(line, -1)
		if strings.HasPrefix(line, "| ") && len(found) == 0 {
			t.Errorf("no test stands against %.60s", line)
		}
		for _, m := range found {
			rows++
			if !defines(t, filepath.Join(root, filepath.FromSlash(m[1])), m[2]) {
				t.Errorf("%s has no %s", m[1], m[2])
			}
		}
	}
	if rows < 20 {
		t.Errorf("only %d tests are named: is the table read rightly?", rows)
	}
}

func defines(t *testing.T, dir, name string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err == nil && strings.Contains(string(text), "func "+name+"(") {
			return true
		}
	}
	return false
}
