// Package progress shows how far long work is. Bars go to the error stream, and only when that is a
// terminal: logs, pipes and CI see none of it.
package progress

import (
	"io"
	"os"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// Bar counts finished pieces of work, of one kind after the other. Its methods may be called from many
// goroutines. `defer bar.Close()` right after New removes it, also when the work was cut short.
type Bar struct {
	to io.Writer // nil where nobody would see it

	mu   sync.Mutex
	what string
	bar  *progressbar.ProgressBar
}

// New is a bar on w, which shows with the first piece of work that is done.
func New(w io.Writer) *Bar {
	if !IsTerminal(w) {
		return &Bar{}
	}
	return &Bar{to: w}
}

// IsTerminal tells whether a person looks at a stream, or types into it.
func IsTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// Add says that n more pieces of what are done, of total in all; 0 or less is unknown: a spinner with a count.
// Other work than before begins anew. What cannot be drawn is no reason to fail the work.
func (b *Bar) Add(what string, total, n int) {
	if b.to == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.bar == nil || what != b.what {
		b.remove()
		b.what, b.bar = what, newBar(b.to, what, total)
	}
	_ = b.bar.Add(n)
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

// Close removes the bar. It may be called twice.
func (b *Bar) Close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.remove()
}

func (b *Bar) remove() {
	if b.bar != nil {
		_ = b.bar.Exit()
		_ = b.bar.Clear()
		b.bar = nil
	}
}
