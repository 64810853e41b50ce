// Package progress shows how far long work is. Bars go to the error stream, and only when that is a
// terminal: logs, pipes and CI see none of it.
package progress

import (
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// Bar counts finished pieces of work. Its methods may be called from many goroutines. The zero of its
// use is `defer bar.Close()` right after New: it removes the bar, also when the work was cut short.
type Bar struct {
	bar *progressbar.ProgressBar // nil where nobody would see it
}

// New starts a bar on w. A total of 0 or less means unknown: a spinner with a count.
func New(w io.Writer, what string, total int) *Bar {
	if !IsTerminal(w) {
		return &Bar{}
	}
	return &Bar{bar: newBar(w, what, total)}
}

func newBar(w io.Writer, what string, total int) *progressbar.ProgressBar {
	if total <= 0 {
		total = -1
	}
	return progressbar.NewOptions(total,
		progressbar.OptionSetWriter(w),
		progressbar.OptionSetDescription(what),
		progressbar.OptionSetWidth(30),
		progressbar.OptionShowCount(),
		progressbar.OptionShowIts(),
		progressbar.OptionSetPredictTime(true),
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionClearOnFinish(),
		// A spinner turns as work is done, not by a goroutine of the library, which would draw on after Close.
		progressbar.OptionSetSpinnerChangeInterval(0),
	)
}

// IsTerminal tells whether a person looks at w.
func IsTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// Add says that n more pieces are done. What cannot be drawn is no reason to fail the work.
func (b *Bar) Add(n int) {
	if b.bar != nil {
		_ = b.bar.Add(n)
	}
}

// Describe changes the words in front of the bar.
func (b *Bar) Describe(what string) {
	if b.bar != nil {
		b.bar.Describe(what)
	}
}

// Close removes the bar. It may be called twice.
func (b *Bar) Close() {
	if b.bar != nil {
		_ = b.bar.Exit()
		_ = b.bar.Clear()
	}
}
