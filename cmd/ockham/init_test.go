package main

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ockham/internal/config"
)

// TestInitWritesTheDefaults holds the starting configuration to the defaults that it spells out.
func TestInitWritesTheDefaults(t *testing.T) {
	text, errs, code := ockham(t, "", "init", "-")
	if code != 0 {
		t.Fatal(errs)
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
		if out, errs, code := ockham(t, "", "init", file, "--place", place, "--models", "amazon.nova-micro-v1:0,haiku,anthropic.claude-haiku-4-5-20251001-v1:0"); code != 0 || !strings.Contains(out, "ockham check "+file) {
			t.Errorf("--place %s: got code %d, error %s and %q", place, code, errs, out)
		}
		out, errs, code := ockham(t, "", "check", file)
		if code != 0 || !strings.Contains(out, "nova-micro > haiku > haiku-4-5-20251001") {
			t.Errorf("check of --place %s: got code %d, error %s and %q", place, code, errs, out)
		}
	}
}

func TestInitRefuses(t *testing.T) {
	there := tempFile(t, "ockham.yaml", "aim: 1\n")
	for args, want := range map[string]string{
		there:               "there already",
		"- --models gpt-9":  `there is no model "gpt-9"`,
		"- --models ":       "--models",
		"- --place moon":    "--place",
		"- --region moon-1": "--geography",
		"- --region eu-west-1 --models meta.llama4-scout-17b-instruct-v1:0": "no inference profile",
		"- --region us-east-1 --geography eu":                               "eu",
	} {
		if _, errs, code := ockham(t, "", append([]string{"init"}, strings.Split(args, " ")...)...); code == 0 || !strings.Contains(errs, want) {
			t.Errorf("init %s: got code %d, error %s; want an error with %q", args, code, errs, want)
		}
	}
	if left, _ := os.ReadFile(there); string(left) != "aim: 1\n" {
		t.Errorf("the file that was there holds %q now", left)
	}
}
