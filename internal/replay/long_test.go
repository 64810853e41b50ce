package replay

import (
	"bufio"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

var million = flag.Bool("million", false, "replay a million lines in TestALongFileNeedsNoMoreMemory, not eight thousand")

// TestALongFileNeedsNoMoreMemory: a file whose last line is half-written is replayed to its end, and
// what is live at the end is what was live early on.
func TestALongFileNeedsNoMoreMemory(t *testing.T) {
	lines := 8_000
	if *million {
		lines = 1_000_000
	}
	path := long(t, lines)
	var early, late uint64
	report, err := Run(t.Context(), []string{path}, Options{Policies: policies("green", "purple"), Playing: func(_, done int) {
		switch {
		case early == 0 && done >= lines/10:
			early = live()
		case late == 0 && done >= lines*9/10:
			late = live()
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	if report.Lines != lines+1 || report.Replayed != lines || report.LeftOut[brokenLine] != 1 {
		t.Errorf("%d lines, %d replayed, left out %v; want %d, %d, and the half one", report.Lines, report.Replayed, report.LeftOut, lines+1, lines)
	}
	if early == 0 || late > early+2<<20 {
		t.Errorf("%d KiB live after a tenth of the file, %d KiB after nine", early>>10, late>>10)
	}
}

// long writes so many lines of a ledger, and half of one.
func long(t *testing.T, lines int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "long.jsonl")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	out := bufio.NewWriter(f)
	for i := range lines {
		fmt.Fprintln(out, line(fmt.Sprint(i), i%3 > 0))
	}
	fmt.Fprint(out, line("half", true)[:50])
	if err := out.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func live() uint64 {
	var stats runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}
