package config

import (
	"os"
	"strings"
	"testing"
)

// Every configuration that docs/policy.md shows is one that loads.
func TestConfigurationsInTheDocs(t *testing.T) {
	page, err := os.ReadFile("../../docs/policy.md")
	if err != nil {
		t.Fatal(err)
	}
	shown := 0
	for _, block := range blocks(string(page)) {
		if !strings.Contains(block, "rules:\n") && !strings.Contains(block, "budgets:\n") {
			continue
		}
		shown++
		c, faults := Parse("policy.md", []byte(block))
		if err := Joined(faults, c.Check()); err != nil {
			t.Errorf("%v in\n%s", err, block)
		}
	}
	if shown == 0 {
		t.Error("the page shows no configuration")
	}
}

// blocks returns the indented blocks of a page, without their indentation.
func blocks(page string) (list []string) {
	var b strings.Builder
	for line := range strings.Lines(page + "\n") {
		if code, ok := strings.CutPrefix(line, "    "); ok {
			b.WriteString(code)
		} else if b.Len() > 0 {
			list = append(list, b.String())
			b.Reset()
		}
	}
	return list
}
