package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"

	"ockham/internal/policy"
)

// page is one of the project's Markdown files.
type page struct {
	path   string // from the project's root
	source []byte
	tree   ast.Node
}

const root = "../../"

// pages reads every Markdown file that people read.
func pages(t *testing.T) []page {
	t.Helper()
	md := goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithParserOptions(parser.WithAutoHeadingID()))
	var list []page
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			if name := d.Name(); err == nil && path != root && (name == "build" || name == "testdata" || strings.HasPrefix(name, ".")) {
				return fs.SkipDir
			}
			return err
		}
		if filepath.Ext(path) != ".md" {
			return nil
		}
		source, err := os.ReadFile(path)
		list = append(list, page{strings.TrimPrefix(path, root), source, md.Parser().Parse(text.NewReader(source))})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// blocks returns a page's code blocks, each with the language of its fence.
func (p *page) blocks() (blocks []block) {
	_ = ast.Walk(p.tree, func(n ast.Node, enter bool) (ast.WalkStatus, error) {
		var language string
		switch n := n.(type) {
		case *ast.FencedCodeBlock:
			language = string(n.Language(p.source))
		case *ast.CodeBlock:
		default:
			return ast.WalkContinue, nil
		}
		if enter {
			blocks = append(blocks, block{p.path, language, string(n.Lines().Value(p.source))})
		}
		return ast.WalkSkipChildren, nil
	})
	return blocks
}

type block struct{ page, language, text string }

func TestLinksLead(t *testing.T) {
	all := pages(t)
	anchors := map[string]map[string]bool{}
	for _, p := range all {
		anchors[p.path] = map[string]bool{}
		_ = ast.Walk(p.tree, func(n ast.Node, enter bool) (ast.WalkStatus, error) {
			if h, ok := n.(*ast.Heading); ok && enter {
				id, _ := h.AttributeString("id")
				anchors[p.path][string(id.([]byte))] = true
			}
			return ast.WalkContinue, nil
		})
	}
	for _, p := range all {
		_ = ast.Walk(p.tree, func(n ast.Node, enter bool) (ast.WalkStatus, error) {
			var to string
			switch n := n.(type) {
			case *ast.Link:
				to = string(n.Destination)
			case *ast.Image:
				to = string(n.Destination)
			}
			if !enter || to == "" || strings.Contains(to, "://") || strings.HasPrefix(to, "mailto:") {
				return ast.WalkContinue, nil
			}
			file, anchor, _ := strings.Cut(to, "#")
			target := p.path
			if file != "" {
				target = filepath.Join(filepath.Dir(p.path), file)
			}
			if _, err := os.Stat(root + target); err != nil {
				t.Errorf("%s: %s leads nowhere", p.path, to)
			} else if anchor != "" && !anchors[target][anchor] {
				t.Errorf("%s: %s has no heading for #%s", p.path, target, anchor)
			}
			return ast.WalkContinue, nil
		})
	}
}

// TestIndexKnowsEveryPage: nothing in docs is out of reach.
func TestIndexKnowsEveryPage(t *testing.T) {
	index, err := os.ReadFile(root + "docs/README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pages(t) {
		name, ours := strings.CutPrefix(p.path, "docs/")
		if ours && name != "README.md" && !strings.Contains(string(index), "("+name+")") {
			t.Errorf("docs/README.md does not name %s", name)
		}
	}
}

// TestREADMEsFigures holds what the README says in short to the pages that it is taken from.
func TestREADMEsFigures(t *testing.T) {
	text := map[string]string{}
	for _, p := range pages(t) {
		text[p.path] = string(p.source)
	}
	_, row, _ := strings.Cut(text["README.md"], "| bad answers caught")
	row, _, _ = strings.Cut(row, "\n")
	pairs := regexp.MustCompile(`[\d.]+ / [\d.]+`).FindAllString(row, -1)
	if len(pairs) < 5 {
		t.Errorf("the README tells of %d checks; the test has lost sight of them", len(pairs))
	}
	for _, pair := range pairs {
		if !strings.Contains(text["docs/checks.md"], "| "+pair+" |") && !strings.Contains(text["docs/checks.md"], "| "+pair+";") {
			t.Errorf("README.md says %s, and docs/checks.md does not", pair)
		}
	}

	_, table, _ := strings.Cut(text["docs/reliability.md"], "<!-- measured: faults -->")
	table, _, _ = strings.Cut(table, "<!-- end -->")
	faults, requests := 0, 0
	for _, m := range regexp.MustCompile(`(?m)^\| (.+?) \| (\d+) \|`).FindAllStringSubmatch(table, -1) {
		if n, err := strconv.Atoi(m[2]); err == nil && !strings.HasPrefix(m[1], "nothing") {
			faults, requests = faults+1, requests+n
		}
	}
	if want := fmt.Sprintf("some %d,000 requests in %d of them", requests/1000, faults); !strings.Contains(text["README.md"], want) {
		t.Errorf("README.md does not say %q, as docs/reliability.md has it", want)
	}
}

// configKeys begin a line of Ockham's configuration.
var configKeys = regexp.MustCompile(`(?m)^(bedrock|models|pipes|tasks|inputs|rules|otherwise|classifier|judge|cascade|deadlines|checks|hold|prompts|routes|aim|holdout|expose|allow|limits|budgets|telemetry|server):`)

// TestConfigurationInTheDocs loads every piece of YAML, Ockham's own as a policy.
func TestConfigurationInTheDocs(t *testing.T) {
	ours := 0
	for _, p := range pages(t) {
		for _, b := range p.blocks() {
			own := b.language == "yaml" || b.language == ""
			if own = own && configKeys.MatchString(firstLine(b.text)); own {
				ours++
				if _, err := policy.Load(tempFile(t, "ockham.yaml", b.text), offline()); err != nil {
					t.Errorf("%s: this configuration is refused: %v\n%s", p.path, err, b.text)
				}
			} else if b.language == "yaml" {
				var v any
				if err := yaml.Unmarshal([]byte(b.text), &v); err != nil {
					t.Errorf("%s: this is no YAML: %v\n%s", p.path, err, b.text)
				}
			}
		}
	}
	if ours < 5 {
		t.Errorf("found %d configurations in the docs; the test has lost sight of them", ours)
	}
}

func firstLine(s string) string {
	for line := range strings.Lines(s) {
		if trimmed := strings.TrimSpace(line); trimmed != "" && trimmed[0] != '#' {
			return line
		}
	}
	return ""
}
