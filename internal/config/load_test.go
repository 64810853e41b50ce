package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func parse(t *testing.T, text string) *Config {
	t.Helper()
	c, faults := Parse("ockham.yml", []byte(text))
	if err := Joined(faults, c.Check()); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestSketchIsRead(t *testing.T) {
	c := parse(t, sketch)
	if got := c.Models["nova"].ID; got != "us.amazon.nova-micro-v1:0" {
		t.Errorf("a model in short: %q", got)
	}
	if got := c.Models["opus"].ID; got != "anthropic.claude-opus-5-5" {
		t.Errorf("a model that the file does not name: %q", got)
	}
	if got := c.Models["sonnet"].Guardrail.Version; got != "1" {
		t.Errorf("guardrail version %q", got)
	}
	if d := cmp.Diff([]Check{{Name: "json"}, {Name: "empty"}}, c.Pipes["purple"].Checks); d != "" {
		t.Errorf("a pipe's checks (-want +got):\n%s", d)
	}
	if got := c.Rules[3].When; got != "tenant == \"free\" &&\n  metadata.app == \"chat\"\n" {
		t.Errorf("a rule on lines of its own: %q", got)
	}
	if r := c.Rules[3]; r.Ask == nil || len(r.Ask) != 0 {
		t.Errorf("ask: [] became %v", r.Ask)
	}
	if got := c.Routes["voice"].FirstRelease.D(); got != 500*time.Millisecond {
		t.Errorf("first_release %s", got)
	}
	if got := c.Tasks["green"]; strings.Contains(strings.Join(got, " "), "classify") {
		t.Errorf("classify was put into another bucket, and still stands in green: %v", got)
	}
}

func TestWaysOfWriting(t *testing.T) {
	tests := map[string]func(*Config) bool{
		"":                             func(c *Config) bool { return c.Aim == .98 },
		"# only a comment\n":           func(c *Config) bool { return c.Aim == .98 },
		"\ufeffaim: 1\n":               func(c *Config) bool { return c.Aim == 1 },
		"%YAML 1.2\n---\naim: 1\n":     func(c *Config) bool { return c.Aim == 1 },
		"cascade: {attempts: 010}\n":   func(c *Config) bool { return c.Cascade.Attempts == 10 },
		"---\naim: 1\n":                func(c *Config) bool { return c.Aim == 1 },
		"{aim: 0.5, expose: full}":     func(c *Config) bool { return c.Aim == .5 && c.Expose == "full" },
		"aim: 0.5\r\nexpose: full\r\n": func(c *Config) bool { return c.Expose == "full" },
		"checks: [{json: {a: 1}}, {name: cut, options: {b: x}}, empty]": func(c *Config) bool {
			return cmp.Equal(c.Checks, []Check{{Name: "json", Options: map[string]any{"a": uint64(1)}}, {Name: "cut", Options: map[string]any{"b": "x"}}, {Name: "empty"}})
		},
		"checks: []":                                        func(c *Config) bool { return c.Checks != nil && len(c.Checks) == 0 },
		"pipes: {green: &g [haiku], fast: *g}":              func(c *Config) bool { return cmp.Equal(c.Pipes["fast"].Models, []string{"haiku"}) },
		"limits: {body: 1GiB, held: 512 KiB, memory: 8GiB}": func(c *Config) bool { return c.Limits.Body == 1<<30 && c.Limits.Held == 512<<10 },
		"routes: {r: {holdout: 0}}":                         func(c *Config) bool { return *c.Routes["r"].HoldOut == 0 },
		"models: {m: {id: x.y, price: {in: 1, out: 2}, context: 1000, max_output: 100, can: [tools]}}": func(c *Config) bool {
			r, err := c.Resolve("m")
			return err == nil && r.Model.Price.In == 1 && r.Bedrock.Tools && !r.Bedrock.Images
		},
		`models: {m: {id: "arn:aws:bedrock:us-east-1:1:application-inference-profile/x", is: anthropic.claude-opus-5-5, geography: us}}`: func(c *Config) bool {
			r, err := c.Resolve("m")
			return err == nil && strings.HasPrefix(r.Model.ID, "arn:") && r.Model.Price.In == 4*1.1
		},
	}
	for text, right := range tests {
		if c := parse(t, text); !right(c) {
			t.Errorf("%q is read wrongly", text)
		}
	}
}

func TestUnreadableFiles(t *testing.T) {
	dir := t.TempDir()
	large, binary := filepath.Join(dir, "large.yml"), filepath.Join(dir, "binary.yml")
	for name, data := range map[string]string{large: strings.Repeat("# x\n", 300_000), binary: "aim: \xff\xfe"} {
		if err := os.WriteFile(name, []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Load(filepath.Join(dir, "none.yml")); !errors.Is(err, fs.ErrNotExist) || !strings.HasPrefix(err.Error(), "configuration cannot be read: "+dir) {
		t.Errorf("no file: %v", err)
	}
	if _, err := Load(dir); err == nil || !strings.Contains(err.Error(), "is a directory") {
		t.Errorf("a directory: %v", err)
	}
	if _, err := Load(large); err == nil || !strings.Contains(err.Error(), "larger than 1 MiB") {
		t.Errorf("a large file: %v", err)
	}
	if _, err := Load(binary); err == nil || !strings.Contains(err.Error(), "not UTF-8") {
		t.Errorf("a binary file: %v", err)
	}
}

// What aliases blow a file up to is bounded, also where they lead back to themselves.
func TestAliasesAreBounded(t *testing.T) {
	large := "x: &x [a" + strings.Repeat(", a", 50_000) + "]\n"
	for name, text := range map[string]string{
		"many":    "pipes:\n  p: &p [" + strings.Repeat("a, ", 1000) + "a]\n" + many(200),
		"endless": "pipes: &a\n  p: {models: [b], guardrail: *a}\n",
		"options": "checks: [{json: {a: &a [1, 1], b: &b [*a, *a], c: [*b, *b]}}]\n",
		"no key":  large,
	} {
		_, faults := Parse("ockham.yml", []byte(text))
		if len(faults) == 0 {
			t.Errorf("%s: no fault", name)
		}
	}
}

func TestRulesAreBounded(t *testing.T) {
	var b strings.Builder
	b.WriteString("rules:\n")
	for i := range 1001 {
		fmt.Fprintf(&b, "- {when: tokens == %d, pipe: green}\n", i)
	}
	c, faults := Parse("ockham.yml", []byte(b.String()))
	if err := Joined(faults, c.Check()); err == nil || !strings.Contains(err.Error(), "ockham.yml:2:1: rules: are 1001, at most 1000") {
		t.Errorf("got %v", err)
	}
}

// many names the same pipe n times over.
func many(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "  p%d: *p\n", i)
	}
	return b.String()
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(sketch))
	f.Add([]byte("pipes: {green: [a:b, *x], &y z: 1}"))
	f.Add([]byte("- [\n\t"))
	f.Add([]byte("a: &a [*a]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, faults := Parse("f", data)
		_ = Joined(faults, c.Check())
	})
}
