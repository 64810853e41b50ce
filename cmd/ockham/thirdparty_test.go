package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestThirdPartyNotice holds THIRD_PARTY.md to what is linked into the binary.
func TestThirdPartyNotice(t *testing.T) {
	want := thirdParty(t)
	if *update {
		if err := os.WriteFile(root+"THIRD_PARTY.md", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(root + "THIRD_PARTY.md")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("THIRD_PARTY.md is not what is linked; run the test with -update (-linked +page):\n%s", diff)
	}
}

// thirdParty lists modules with their licences, and each text once.
func thirdParty(t *testing.T) string {
	list := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}} {{.Dir}}{{end}}{{end}}", ".")
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	slices.Sort(lines)
	var table, texts strings.Builder
	users := map[string][]string{} // by text
	var order []string
	for _, line := range slices.Compact(lines) {
		f := strings.Fields(line)
		if len(f) != 3 {
			continue // of the standard library
		}
		files := licencesIn(t, f[2])
		fmt.Fprintf(&table, "| %s | %s | %s |\n", f[0], f[1], licenceName(t, f[0], strings.Join(files, "\n")))
		for _, text := range files {
			key := strings.Join(strings.Fields(text), " ")
			if users[key] == nil {
				order = append(order, text)
			}
			users[key] = append(users[key], f[0])
		}
	}
	for _, text := range order {
		fmt.Fprintf(&texts, "\n## %s\n\n```text\n%s\n```\n", strings.Join(users[strings.Join(strings.Fields(text), " ")], ", "), text)
	}
	return "# Third parties\n\nThe binary holds code of these modules, and Go's standard library (BSD-3-Clause, of the Go Authors). Made by\n" +
		"`go test ./cmd/ockham -run ThirdParty -update`.\n\n| module | version | licence |\n|---|---|---|\n" + table.String() + texts.String()
}

// licencesIn returns the texts of a module's licence and notice files.
func licencesIn(t *testing.T, dir string) (texts []string) {
	t.Helper()
	for _, pattern := range []string{"LICEN[CS]E*", "COPYING*", "NOTICE*"} {
		files, _ := filepath.Glob(filepath.Join(dir, pattern))
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var clean []string
			for line := range bytes.Lines(text) {
				clean = append(clean, strings.TrimRight(string(line), " \t\r\n"))
			}
			texts = append(texts, strings.Trim(strings.Join(clean, "\n"), "\n"))
		}
	}
	return texts
}

func licenceName(t *testing.T, module, text string) string {
	flat := strings.Join(strings.Fields(text), " ")
	for _, l := range []struct{ sign, name string }{
		{"Apache License", "Apache-2.0"},
		{"Mozilla Public License", "MPL-2.0"},
		{"Neither the name", "BSD-3-Clause"},
		{"neither the name", "BSD-3-Clause"},
		{"Redistribution and use in source and binary forms", "BSD-2-Clause"},
		{"Permission is hereby granted, free of charge", "MIT"},
		{"Permission to use, copy, modify, and", "ISC"},
	} {
		if strings.Contains(flat, l.sign) {
			return l.name
		}
	}
	t.Errorf("%s: which licence is this? %.200q", module, flat)
	return "?"
}
