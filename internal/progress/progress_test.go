package progress

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func TestNothingIsDrawnWithoutATerminal(t *testing.T) {
	var out bytes.Buffer
	bar := New(&out, "work", 10)
	bar.Add(5)
	bar.Describe("more work")
	bar.Close()
	bar.Close()
	if out.Len() != 0 {
		t.Errorf("drew %q on a buffer, want nothing", out.String())
	}
}

func TestAFileIsNoTerminal(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if IsTerminal(f) {
		t.Error("a file counts as a terminal")
	}
}

func TestBarDrawsItsWordsAndCount(t *testing.T) {
	for _, total := range []int{4, 0} {
		var out bytes.Buffer
		bar := &Bar{bar: newBar(&out, "replay", total)}
		var wg sync.WaitGroup
		for range 2 {
			wg.Go(func() { bar.Add(1) })
		}
		wg.Wait()
		bar.Close()
		bar.Close()
		if !strings.Contains(out.String(), "replay") {
			t.Errorf("total %d: drew %q, want the words in it", total, out.String())
		}
	}
}
