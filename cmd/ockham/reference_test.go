package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"

	"ockham/bedrock"
)

// TestReferencePages holds the pages that are made from source to it.
func TestReferencePages(t *testing.T) {
	for file, want := range map[string]string{
		"../../docs/reference/cli.md":    cliReference(t),
		"../../docs/reference/models.md": modelsReference(),
	} {
		if *update {
			if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, string(got)); diff != "" {
			t.Errorf("%s is not what the source says; run the test with -update (-source +page):\n%s", file, diff)
		}
	}
}

// cliReference puts every command's --help on one page.
func cliReference(t *testing.T) string {
	var page strings.Builder
	page.WriteString("# Commands\n\nMade from `ockham --help`; do not edit.\n")
	var all func(path []string, list []*cobra.Command)
	all = func(path []string, list []*cobra.Command) {
		for _, c := range list {
			name := append(path[:len(path):len(path)], c.Name())
			fmt.Fprintf(&page, "\n## ockham %s\n\n```console\n%s```\n", strings.Join(name, " "), help(t, name))
			all(name, c.Commands())
		}
	}
	fmt.Fprintf(&page, "\n```console\n%s```\n", help(t, nil))
	all(nil, commands())
	return page.String()
}

func help(t *testing.T, name []string) string {
	t.Helper()
	var out bytes.Buffer
	if err := run(context.Background(), append(name[:len(name):len(name)], "--help"), stdio{strings.NewReader(""), &out, &out}); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// TestHelpFitsAScreen: 100 columns and 50 lines.
func TestHelpFitsAScreen(t *testing.T) {
	for _, c := range append(commands(), &cobra.Command{}) {
		text := help(t, strings.Fields(c.Name()))
		if n := strings.Count(text, "\n"); n > 50 {
			t.Errorf("ockham %s --help has %d lines", c.Name(), n)
		}
	}
}

func modelsReference() string {
	var page strings.Builder
	fmt.Fprintf(&page, `# Models

Made from the built-in catalogue (as of %s); do not edit. US dollars per million tokens, as listed for in-region and
global use; profiles that keep to a geography cost a tenth more for Claude, see `+"`bedrock/catalogue.go`"+`. A model that is not
here can be used too: say what it costs and can in [models](config.md#model).

| id | profiles | context | out | in $ | out $ | cache read, write $ | takes | ends |
|---|---|---|---|---|---|---|---|---|
`, bedrock.CatalogueDate)
	for _, m := range bedrock.Models() {
		profiles := strings.Join(m.Profiles, " ")
		if m.ProfileOnly {
			profiles += " (needed)"
		}
		fmt.Fprintf(&page, "| %s | %s | %d | %d | %g | %g | %g, %g | %s | %s |\n",
			m.ID, profiles, m.Context, m.MaxOutput, m.In, m.Out, m.CacheRead, m.CacheWrite, takes(m), m.EndOfLife)
	}
	return page.String()
}

func takes(m *bedrock.Model) string {
	var list []string
	for _, c := range []struct {
		can  bool
		what string
	}{
		{m.System, "system"},
		{m.Tools, "tools"},
		{m.ForcedTool, "forced tool"},
		{m.JSONSchema, "JSON schema"},
		{m.Images, "images"},
		{m.Documents, "documents"},
		{m.Reasoning, "reasoning"},
		{m.CachePoints, "cache points"},
	} {
		if c.can {
			list = append(list, c.what)
		}
	}
	return strings.Join(list, ", ")
}
