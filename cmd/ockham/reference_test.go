package main

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

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
			fmt.Fprintf(&page, "\n## ockham %s\n\n```console\n%s```\n", strings.Join(name, " "), helpOf(t, append([]string{"help"}, name...)...))
			all(name, c.Commands())
		}
	}
	fmt.Fprintf(&page, "\n```console\n%s```\n", helpOf(t, "--help"))
	all(nil, commands())
	return page.String()
}

func helpOf(t *testing.T, args ...string) string {
	t.Helper()
	out, errs, status := ockham(t, "", args...)
	if status != 0 {
		t.Fatal(errs)
	}
	return out
}

// TestHelpFitsAScreen of 24 lines, the last of which is the prompt for what comes next, and 80 columns; and
// names every flag.
func TestHelpFitsAScreen(t *testing.T) {
	var look func(c *cobra.Command)
	look = func(c *cobra.Command) {
		text := helpOf(t, append(strings.Fields(c.CommandPath())[1:], "--help")...)
		if n := strings.Count(text, "\n"); n >= screen {
			t.Errorf("%s --help has %d lines", c.CommandPath(), n)
		}
		for line := range strings.Lines(text) {
			if n := len([]rune(strings.TrimSpace(line))); n > columns {
				t.Errorf("%s --help has a line of %d columns: %s", c.CommandPath(), n, line)
			}
		}
		c.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if !strings.Contains(text, "--"+f.Name) && f.Name != "help" {
				t.Errorf("%s --help says nothing of --%s", c.CommandPath(), f.Name)
			}
		})
		for _, sub := range c.Commands() {
			look(sub)
		}
	}
	look(newRootCommand())
}

// TestCalledWrongly: the status is one of its own, and the way to help is shown.
func TestCalledWrongly(t *testing.T) {
	for args, want := range map[string]string{
		"inti":         "init",
		"init a b":     "`ockham init --help`",
		"render envoi": "there are compose, envoy,",
		"train":        "`ockham train --help`",
		"eval":         "`ockham eval --help`",
		"eval foo":     "`ockham eval --help`",
		"doctor --up":  "`ockham doctor --help`",
	} {
		out, errs, status := ockham(t, "", strings.Fields(args)...)
		if status != exitUsage || out != "" || !strings.Contains(errs, want) {
			t.Errorf("ockham %s: got status %d, %q and error %q; want status %d and an error with %q", args, status, out, errs, exitUsage, want)
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
