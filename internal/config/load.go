package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"reflect"
	"slices"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// mostBytes is the largest file that is read.
const mostBytes = 1 << 20

// Load reads and validates the file at path; "" means the defaults. The error is a Faults where the
// file could be read at all.
func Load(path string) (*Config, error) {
	c, faults, err := Read(path)
	if err != nil {
		return nil, err
	}
	return c.checked(faults)
}

// LoadText does the same for text that is to stand in file.
func LoadText(file string, text []byte) (*Config, error) {
	c, faults := Parse(file, text)
	return c.checked(faults)
}

func (c *Config) checked(faults Faults) (*Config, error) {
	if err := Joined(faults, c.Check()); err != nil {
		return nil, err
	}
	return c, nil
}

// Read reads the file at path without asking whether what it says makes sense; "" means the defaults.
// What could not be read keeps its default and is among the faults.
func Read(path string) (*Config, Faults, error) {
	if path == "" {
		return Default(), nil, nil
	}
	data, err := readFile(path)
	if err != nil {
		return nil, nil, err
	}
	c, faults := Parse(path, data)
	return c, faults, nil
}

func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("configuration cannot be read: %w", plain(err))
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, mostBytes+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("configuration cannot be read: %w", plain(err))
	case len(data) > mostBytes:
		return nil, fmt.Errorf("configuration %s is larger than 1 MiB", path)
	case !utf8.Valid(data):
		return nil, fmt.Errorf("configuration %s is not UTF-8 text", path)
	}
	return data, nil
}

// plain drops the system call from a path error.
func plain(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return fmt.Errorf("%s: %w", p.Path, p.Err)
	}
	return err
}

// Parse reads data, which stands in file, over the defaults.
func Parse(file string, data []byte) (*Config, Faults) {
	c := Default()
	data = bytes.TrimPrefix(data, []byte("\ufeff")) // some editors begin with it
	if line := tooDeep(data); line > 0 {
		return c, Faults{{File: file, Line: line, Column: 1, Message: fmt.Sprintf("is nested more than %d levels deep", mostNested)}}
	}
	tree, err := parser.ParseBytes(data, 0)
	if err != nil {
		return c, Faults{syntax(file, err)}
	}
	d := &decoder{file: file, at: map[string]mark{}, anchors: map[string]ast.Node{}}
	if body := d.document(tree); body != nil {
		d.value(body, reflect.ValueOf(c).Elem(), "")
	}
	c.marks = &marks{file: file, at: d.at, broken: d.broken}
	c.moveTasks()
	return c, d.faults
}

// mostNested is far above what a configuration needs, and far below what the parser survives.
const mostNested = 200

// tooDeep returns the first line in which brackets or dashes open more levels than mostNested, or 0. It
// knows no quotes: text with so many brackets that stay open is none that a rule could be written in.
func tooDeep(data []byte) int {
	line, open, dashes, indented := 1, 0, 0, true
	for i, c := range data {
		switch c {
		case '\n':
			line, dashes, indented = line+1, 0, true
		case '[', '{':
			open++
		case ']', '}':
			open = max(0, open-1)
		case '-', '?':
			if i+1 < len(data) && data[i+1] == ' ' {
				dashes++
			}
		case ' ':
		default:
			indented = false
		}
		if open > mostNested || indented && dashes > mostNested {
			return line
		}
	}
	return 0
}

// moveTasks takes out of the default buckets what the file puts into others.
func (c *Config) moveTasks() {
	var moved []string
	for pipe, tasks := range c.Tasks {
		if _, written := c.marks.at[join("tasks", pipe)]; written {
			moved = append(moved, tasks...)
		}
	}
	for pipe, tasks := range c.Tasks {
		if _, written := c.marks.at[join("tasks", pipe)]; !written {
			c.Tasks[pipe] = slices.DeleteFunc(tasks, func(t string) bool { return slices.Contains(moved, t) })
		}
	}
}

// document returns the body of the only document, nil when the file is empty.
func (d *decoder) document(tree *ast.File) ast.Node {
	var body ast.Node
	for _, doc := range tree.Docs {
		switch {
		case doc.Body == nil || slices.Contains([]ast.NodeType{ast.NullType, ast.CommentType, ast.DirectiveType}, doc.Body.Type()):
		case body != nil:
			d.fault(doc.Body, "", "a second document; the configuration is one")
		default:
			body = doc.Body
		}
	}
	return body
}

// syntax puts a parser's error into our form.
func syntax(file string, err error) *Fault {
	f := &Fault{File: file, Message: firstLine(err.Error())}
	var at yaml.Error
	if errors.As(err, &at) {
		f.Message = "is not YAML: " + firstLine(at.GetMessage())
		if t := at.GetToken(); t != nil && t.Position != nil {
			f.Line, f.Column = t.Position.Line, t.Position.Column
		}
	}
	return f
}
