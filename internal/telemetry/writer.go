package telemetry

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
)

// writer writes the ledger from a goroutine of its own, so that a disk that hangs holds up neither
// metrics nor requests.
type writer struct {
	ledger  *ledger
	quiet   *quiet
	queue   chan batch
	closing chan struct{}
	done    chan struct{}
	once    sync.Once

	written atomic.Int64 // lines on disk
	dropped atomic.Int64 // lines that found the queue full
	failed  atomic.Int64 // lines that the disk did not take
	waiting atomic.Int64 // bytes in the queue
}

const (
	writerQueue = 1024     // batches that may wait,
	writerBytes = 64 << 20 // or bytes of lines
	batchBytes  = 256 << 10
)

func newWriter(cfg Config, quiet *quiet) (*writer, error) {
	complain := func(err error) { quiet.warn("the ledger cannot be rotated", slog.Any("error", err)) }
	l, err := newLedger(cfg.Ledger, cfg.Now, complain)
	if err != nil {
		return nil, err
	}
	w := &writer{ledger: l, quiet: quiet, queue: make(chan batch, writerQueue), closing: make(chan struct{}), done: make(chan struct{})}
	go w.work()
	return w, nil
}

// batch is some lines of the ledger.
type batch struct {
	text  []byte
	lines int64
}

func (w *writer) enqueue(b batch) {
	if w.waiting.Load() > writerBytes {
		w.drop(b)
		return
	}
	select {
	case w.queue <- b:
		w.waiting.Add(int64(len(b.text)))
	default:
		w.drop(b)
	}
}

func (w *writer) drop(b batch) {
	w.dropped.Add(b.lines)
	w.quiet.warn("the disk cannot keep up: lines of the ledger are dropped and counted")
}

func (w *writer) work() {
	defer close(w.done)
	for {
		select {
		case b := <-w.queue:
			w.write(b)
		case <-w.closing:
			for len(w.queue) > 0 {
				w.write(<-w.queue)
			}
			w.ledger.close()
			return
		}
	}
}

func (w *writer) write(b batch) {
	whole, err := w.ledger.write(b.text)
	w.waiting.Add(-int64(len(b.text)))
	w.written.Add(whole)
	if err != nil {
		w.failed.Add(b.lines - whole)
		w.quiet.warn("the ledger cannot be written: lines are lost and counted", slog.Any("error", err))
	}
}

// close writes what waits. A disk that hangs is left behind when ctx ends.
func (w *writer) close(ctx context.Context) error {
	w.once.Do(func() { close(w.closing) })
	select {
	case <-w.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
