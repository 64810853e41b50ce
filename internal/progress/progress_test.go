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
	bar := New(&out)
	bar.Add("work", 10, 5)
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
		bar := &Bar{to: &out}
		var wg sync.WaitGroup
		for range 2 {
			wg.Go(func() { bar.Add("replaying", total, 1) })
		}
		wg.Wait()
		bar.Close()
		bar.Close()
		if !strings.Contains(out.String(), "replaying") {
			t.Errorf("total %d: drew %q, want the words in it", total, out.String())
		}
	}
}

func TestOtherWorkBeginsAnew(t *testing.T) {
	var out bytes.Buffer
	bar := &Bar{to: &out}
	defer bar.Close()
	for _, what := range []string{"reading", "replaying"} {
		bar.Add(what, 4, 3)
		if !strings.Contains(out.String(), what) || !strings.Contains(out.String(), "3/4") {
			t.Errorf("%s: drew %q, want the words and 3/4 in it", what, out.String())
		}
		out.Reset()
	}
}
