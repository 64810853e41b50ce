package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ockham/internal/config"
)

// TestInitWritesTheDefaults holds the starting configuration to the defaults that it spells out.
func TestInitWritesTheDefaults(t *testing.T) {
	code, text, err := command(t, "", "init", "-")
	if code != 0 {
		t.Fatal(err)
	}
	got, faults := config.Parse("ockham.yaml", []byte(text))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	want := config.Default()
	type said struct {
		Pipes, Tasks, Rules, Otherwise, Judge, Cascade, Aim, Expose any
	}
	of := func(c *config.Config) said {
		return said{c.Pipes, c.Tasks, c.Rules, c.Otherwise, c.Judge, c.Cascade, c.Aim, c.Expose}
	}
	if diff := cmp.Diff(of(want), of(got)); diff != "" {
		t.Errorf("init.yaml.tmpl says something else than the defaults (-default +init):\n%s", diff)
	}
}

func TestInitForEveryPlace(t *testing.T) {
	t.Chdir(t.TempDir())
	for place := range places {
		file := place + ".yaml"
		if code, out, err := command(t, "", "init", file, "--place", place, "--models", "amazon.nova-micro-v1:0,haiku,anthropic.claude-haiku-4-5-20251001-v1:0"); code != 0 || !strings.Contains(out, "ockham check "+file) {
			t.Errorf("--place %s: got code %d, error %v and %q", place, code, err, out)
		}
		code, out, err := command(t, "", "check", file)
		if code != 0 || !strings.Contains(out, "nova-micro > haiku > haiku-4-5-20251001") {
			t.Errorf("check of --place %s: got code %d, error %v and %q", place, code, err, out)
		}
	}
}

func TestInitRefuses(t *testing.T) {
	there := filepath.Join(t.TempDir(), "ockham.yaml")
	if err := os.WriteFile(there, []byte("aim: 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for args, want := range map[string]string{
		there:               "there already",
		"- --models gpt-9":  `there is no model "gpt-9"`,
		"- --models ":       "--models",
		"- --place moon":    "--place",
		"- --region moon-1": "--geography",
		"- --region eu-west-1 --models meta.llama4-scout-17b-instruct-v1:0": "no inference profile",
		"- --region us-east-1 --geography eu":                               "eu",
	} {
		if code, _, err := command(t, "", append([]string{"init"}, strings.Split(args, " ")...)...); code == 0 || !strings.Contains(err.Error(), want) {
			t.Errorf("init %s: got code %d, error %v; want an error with %q", args, code, err, want)
		}
	}
	if left, _ := os.ReadFile(there); string(left) != "aim: 1\n" {
		t.Errorf("the file that was there holds %q now", left)
	}
}
