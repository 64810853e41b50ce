package telemetry

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"sync/atomic"
)

// writer writes the ledger from a goroutine of its own, so that a disk that hangs holds up neither
// metrics nor requests.
type writer struct {
	ledger  *ledger
	quiet   *quiet
	queue   chan []byte
	closing chan struct{}
	done    chan struct{}
	once    sync.Once

	written atomic.Int64 // lines on disk
	dropped atomic.Int64 // lines that found the queue full
	failed  atomic.Int64 // lines that the disk did not take
	waiting atomic.Int64 // bytes in the queue
}

const (
	writerQueue = 8192
	writerBytes = 64 << 20 // of lines that may wait
	batchBytes  = 256 << 10
)

func newWriter(cfg Config, quiet *quiet) (*writer, error) {
	complain := func(err error) { quiet.warn("the ledger cannot be rotated", slog.Any("error", err)) }
	l, err := newLedger(cfg.Ledger, cfg.Now, complain)
	if err != nil {
		return nil, err
	}
	w := &writer{ledger: l, quiet: quiet, queue: make(chan []byte, writerQueue), closing: make(chan struct{}), done: make(chan struct{})}
	go w.work()
	return w, nil
}

// marshalLine encodes r with its line end.
func marshalLine(r *Record) ([]byte, error) {
	var line bytes.Buffer
	encoder := json.NewEncoder(&line)
	encoder.SetEscapeHTML(false) // rules are full of < and &&
	err := encoder.Encode(r)
	return line.Bytes(), err
}

func (w *writer) enqueue(line []byte) {
	if w.waiting.Load() > writerBytes {
		w.drop()
		return
	}
	select {
	case w.queue <- line:
		w.waiting.Add(int64(len(line)))
	default:
		w.drop()
	}
}

func (w *writer) drop() {
	w.dropped.Add(1)
	w.quiet.warn("the disk cannot keep up: lines of the ledger are dropped and counted")
}

func (w *writer) work() {
	defer close(w.done)
	var batch bytes.Buffer
	for {
		select {
		case line := <-w.queue:
			w.flush(&batch, line)
		case <-w.closing:
			for len(w.queue) > 0 {
				w.flush(&batch, <-w.queue)
			}
			w.ledger.close()
			return
		}
	}
}

// flush writes line and what else waits, in one write.
func (w *writer) flush(batch *bytes.Buffer, line []byte) {
	batch.Reset()
	lines := int64(1)
	batch.Write(line)
	for batch.Len() < batchBytes && len(w.queue) > 0 {
		batch.Write(<-w.queue)
		lines++
	}
	err := w.ledger.write(batch.Bytes())
	w.waiting.Add(-int64(batch.Len()))
	if err != nil {
		w.failed.Add(lines)
		w.quiet.warn("the ledger cannot be written: lines are lost and counted", slog.Any("error", err))
		return
	}
	w.written.Add(lines)
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
