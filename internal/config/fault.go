package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Fault is one thing wrong with a configuration, where it stands, and what would be right.
type Fault struct {
	File    string // "" when the configuration came from no file
	Line    int    // from 1; 0 unknown
	Column  int
	Path    string // of the field: rules[2].when
	Message string
}

func (f *Fault) String() string {
	var b strings.Builder
	if f.File != "" {
		b.WriteString(f.File + ":")
		if f.Line > 0 {
			fmt.Fprintf(&b, "%d:%d:", f.Line, f.Column)
		}
		b.WriteByte(' ')
	}
	if f.Path != "" {
		b.WriteString(f.Path + ": ")
	}
	return b.String() + f.Message
}

// Faults are all that is wrong with a configuration, in the order of the file.
type Faults []*Fault

func (f Faults) Error() string {
	lines := make([]string, len(f))
	for i, x := range f {
		lines[i] = x.String()
	}
	return strings.Join(lines, "\n")
}

// orNil returns f sorted and without repetitions, as an error that is nil when there is none.
func (f Faults) orNil() error {
	if len(f) == 0 {
		return nil
	}
	slices.SortStableFunc(f, func(a, b *Fault) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return slices.CompactFunc(f, func(a, b *Fault) bool { return *a == *b })
}

// mark is a place in a file, and how the text that begins there is written.
type mark struct {
	line, column int
	quote        int  // width of its opening quote
	block        bool // a block (| or >), which begins on the next line
	indent       int  // of that block
}

// marks remembers where in the file each value stands, and what was wrong with reading it.
type marks struct {
	file string
	at   map[string]mark
	// broken paths had a fault when they were read; what follows from it is not reported again.
	broken []string
}

// Fault makes a fault of the field at path.
func (c *Config) Fault(path, format string, args ...any) *Fault {
	f := &Fault{Path: path, Message: fmt.Sprintf(format, args...)}
	if c.marks == nil {
		return f
	}
	f.File = c.marks.file
	for p := path; ; p = parent(p) {
		if at, ok := c.marks.at[p]; ok {
			f.Line, f.Column = at.line, at.column
			return f
		}
		if p == "" {
			return f
		}
	}
}

// parent is the path of what holds the field at p.
func parent(p string) string {
	return p[:max(0, strings.LastIndexAny(p, ".["))]
}

// readBadly says whether path, or what holds it, could not be read.
func (c *Config) readBadly(path string) bool {
	if c.marks == nil {
		return false
	}
	for _, b := range c.marks.broken {
		if b == path || strings.HasPrefix(path, b) && (path[len(b)] == '.' || path[len(b)] == '[') {
			return true
		}
	}
	return false
}
