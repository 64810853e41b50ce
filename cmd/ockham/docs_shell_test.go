package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/interp"
	"mvdan.cc/sh/v3/syntax"
)

// TestCommandsInTheDocs runs the shell of every page, page by page in a folder of its own that holds what the
// pages speak of. `ockham` is this program. What runs until it is stopped, trains, or needs other people's
// machines is held to its flags here and run elsewhere: see elsewhere and foreign.
func TestCommandsInTheDocs(t *testing.T) {
	targets := makeTargets(t)
	ran := 0
	for _, p := range pages(t) {
		if strings.HasPrefix(p.path, "docs/reference/") {
			continue // made from the commands themselves
		}
		t.Run(p.path, func(t *testing.T) {
			t.Chdir(docsFolder(t))
			if bytes.Contains(p.source, []byte("ockham init ")) { // which writes it
				os.Remove("ockham.yaml")
			}
			for _, b := range p.blocks() {
				script := shellOf(b)
				if script == "" {
					continue
				}
				var out bytes.Buffer
				if err := runDocs(script, targets, &out); err != nil {
					t.Errorf("%s: %v\n%s\nprinted:\n%s", p.path, err, script, out.String())
				}
				ran++
			}
		})
	}
	if ran < 10 {
		t.Errorf("ran %d blocks of the docs; the test has lost sight of them", ran)
	}
}

// programs begin a line that is a command.
var programs = regexp.MustCompile(`^(\$ )?([A-Z_]+=\S* )*(ockham|build/bin/ockham|make|curl|kubectl|export|envoy|jq|aws|docker|git|zcat|cat|pip|npm|go|python3?|source|istioctl|eksctl)( |$)`)

// shellOf returns a block's commands: all of it, or where a prompt shows what was typed, those lines.
func shellOf(b block) string {
	if !slices.Contains([]string{"", "sh", "shell", "console", "bash"}, b.language) || !programs.MatchString(firstLine(b.text)) {
		return ""
	}
	if !strings.HasPrefix(firstLine(b.text), "$ ") {
		return b.text
	}
	var typed strings.Builder
	goesOn := false
	for line := range strings.Lines(b.text) {
		if command, ok := strings.CutPrefix(line, "$ "); ok || goesOn {
			if !ok {
				command = line
			}
			typed.WriteString(command)
			goesOn = strings.HasSuffix(strings.TrimSpace(line), `\`)
		}
	}
	return typed.String()
}

// elsewhere are commands of ours that go on until they are stopped or take minutes; each has tests of its own.
var elsewhere = []string{"serve", "up", "demo", "emulate", "train", "eval", "health"}

// foreign are programs that the pages call and that this test does not: they need a cluster, an account, or
// a server that runs. The clients' tests, the mesh tests and the Docker test call them.
var foreign = []string{"kubectl", "istioctl", "aws", "docker", "curl", "envoy", "git", "pip", "npm", "go", "python", "python3", "openssl", "jq", "cat", "zcat", "awk", "grep", "source", "eksctl"}

func runDocs(script string, targets map[string]bool, out io.Writer) error {
	parsed, err := syntax.NewParser().Parse(strings.NewReader(script), "")
	if err != nil {
		return err
	}
	handle := func(interp.ExecHandlerFunc) interp.ExecHandlerFunc {
		return func(ctx context.Context, args []string) error {
			h := interp.HandlerCtx(ctx)
			switch name := filepath.Base(args[0]); {
			case name == "ockham":
				return runOckham(ctx, args[1:], stdio{h.Stdin, h.Stdout, h.Stderr})
			case name == "make":
				return knownTargets(args[1:], targets)
			case slices.Contains(foreign, name):
				if h.Stdin != nil {
					_, err := io.Copy(io.Discard, h.Stdin)
					return err
				}
				return nil
			default:
				return fmt.Errorf("%s: the test of the docs does not know this program", name)
			}
		}
	}
	r, err := interp.New(interp.StdIO(strings.NewReader(""), out, out), interp.ExecHandlers(handle), interp.Params("-e", "-o", "pipefail"),
		interp.Env(expand.ListEnviron(os.Environ()...)))
	if err != nil {
		return err
	}
	return r.Run(context.Background(), parsed)
}

func runOckham(ctx context.Context, args []string, std stdio) error {
	running := len(args) > 0 && args[0] == "doctor" && strings.Contains(strings.Join(args, " "), "http://")
	if running || len(args) > 0 && slices.Contains(elsewhere, args[0]) {
		return flagsOf(args)
	}
	err := run(ctx, args, std)
	var status *statusError
	if errors.As(err, &status) && status.code > 1 || err != nil && status == nil {
		return err
	}
	return nil // 1 is an answer: faults or findings
}

// flagsOf tells whether a command takes the arguments that a page gives it.
func flagsOf(args []string) error {
	top := &cobra.Command{Use: "ockham"}
	top.AddCommand(commands()...)
	c, rest, err := top.Find(args)
	if err != nil {
		return err
	}
	if err := c.ParseFlags(rest); err != nil {
		return err
	}
	return c.ValidateArgs(c.Flags().Args())
}

func knownTargets(args []string, targets map[string]bool) error {
	for _, a := range args {
		if !targets[a] && !strings.Contains(a, "=") {
			return fmt.Errorf("make %s: the Makefile has no such target", a)
		}
	}
	return nil
}

func makeTargets(t *testing.T) map[string]bool {
	t.Helper()
	makefile, err := os.ReadFile(root + "Makefile")
	if err != nil {
		t.Fatal(err)
	}
	targets := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^([a-z-]+):`).FindAllStringSubmatch(string(makefile), -1) {
		targets[m[1]] = true
	}
	return targets
}

// docsFolder holds the files of which the pages speak.
func docsFolder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, args := range map[string][]string{
		"ockham.yaml": {"init", "-"},
		"new.yaml":    {"init", "-", "--models", "haiku,sonnet"},
		"envoy.yaml":  {"render", "envoy"},
	} {
		text, errs, code := ockham(t, "", args...)
		if code != 0 {
			t.Fatal(errs)
		}
		if name == "ockham.yaml" {
			text += "budgets: [{name: team, by: tenant, window: 720h, usd: 200}]\n"
		}
		save(t, filepath.Join(dir, name), text)
	}
	save(t, filepath.Join(dir, "body.json"), `{"prompt": "Summarise: the ferry was late."}`)
	save(t, filepath.Join(dir, "request.json"), `{"prompt": "Summarise: the ferry was late."}`)
	save(t, filepath.Join(dir, "requests.jsonl"), `{"prompt": "Summarise: the ferry was late.", "task_type": "summarize"}`+"\n")
	var ledger strings.Builder
	for i := range 20 {
		fmt.Fprintf(&ledger, `{"v":1,"kind":"request","id":"%d","plan":{"pipe":"green","models":["haiku"]},"attempts":[{"model":"haiku","verdict":"accept","in":%d,"out":9,"cost_usd":0.00001}],`+
			`"served":0,"verdict":"accept","cost_usd":0.00001,"prompt":{"text":{"turns":[{"role":"user","text":"Summarise: ferry %[1]d was late."}]}}}`+"\n", i, 9+i)
	}
	save(t, filepath.Join(dir, "ledger.jsonl"), ledger.String())
	return dir
}
