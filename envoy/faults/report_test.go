package faults

import (
	"os"
	"strings"
	"testing"
)

// write puts a measured text in place of the one between its marks on the page.
func write(t *testing.T, name, text string) {
	t.Helper()
	begin, end := "<!-- measured: "+name+" -->\n", "<!-- end -->"
	all, err := os.ReadFile(page(t))
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(all), begin)
	_, after, also := strings.Cut(rest, end)
	if !ok || !also {
		t.Fatalf("the page has no place for %s", name)
	}
	if err := os.WriteFile(page(t), []byte(before+begin+text+end+after), 0o644); err != nil {
		t.Fatal(err)
	}
}
