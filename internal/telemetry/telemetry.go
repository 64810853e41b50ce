// Package telemetry tells what the service does: a ledger, metrics, traces, and the sums that the
// admin page shows. Requests only leave a note in a bounded queue; one goroutine works the notes off.
// When it cannot keep up, notes are dropped and counted, and no request waits.
package telemetry

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"ockham/extproc"
)

// Config says what is recorded and where it goes. The zero value keeps metrics and the page's sums.
type Config struct {
	Ledger      LedgerConfig
	OTLP        OTLPConfig
	Prompts     bool   // write the text of prompts into the ledger, and show it on the admin page
	PromptBytes int    // of one prompt at most; default 32 KiB
	HashKey     []byte // for the hash of prompts; random when empty, then hashes differ between processes

	Queue      int    // notes that may wait; default 8192
	Recent     int    // decisions kept for the page; default 500
	PricesAsOf string // date of the catalogue's prices
	Version    string // of this program

	Now func() time.Time // default time.Now
	Log *slog.Logger     // default slog.Default
}

func (c Config) withDefaults() Config {
	if c.PromptBytes <= 0 {
		c.PromptBytes = 32 << 10
	}
	if c.Queue <= 0 {
		c.Queue = 8192
	}
	if c.Recent <= 0 {
		c.Recent = 500
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if len(c.HashKey) == 0 {
		c.HashKey = make([]byte, 32)
		_, _ = rand.Read(c.HashKey) // never fails since Go 1.24
	}
	return c
}

// Telemetry is safe for use by many goroutines. Close it to write what waits.
type Telemetry struct {
	cfg      Config
	registry *registry
	meters   *meters
	metrics  *metrics
	signals  *signals
	sums     *Sums
	writer   *writer // nil without a ledger
	quiet    *quiet

	queue   chan note
	closing chan struct{}
	done    chan struct{}
	once    sync.Once
	dropped atomic.Int64 // notes that found the queue full

	// Of the worker alone: lines of the ledger that were not handed on yet.
	lines   bytes.Buffer
	count   int64
	encoder *json.Encoder
}

// note is what waits in the queue: an ended request or a feedback.
type note struct {
	ended    *event
	feedback *feedback
}

// New starts the goroutines of telemetry. It fails where the ledger cannot be opened or OTLP is
// configured wrongly; a collector that is down is no reason to fail.
func New(cfg Config) (*Telemetry, error) {
	cfg = cfg.withDefaults()
	t := &Telemetry{
		cfg: cfg, quiet: newQuiet(cfg.Log, cfg.Now), sums: NewSums(cfg.Recent),
		queue: make(chan note, cfg.Queue), closing: make(chan struct{}), done: make(chan struct{}),
	}
	t.encoder = json.NewEncoder(&t.lines)
	t.encoder.SetEscapeHTML(false) // rules are full of < and &&
	if err := t.start(); err != nil {
		return nil, errors.Join(err, t.stop(context.Background()))
	}
	go t.work()
	return t, nil
}

func (t *Telemetry) start() (err error) {
	if t.cfg.Ledger.Path != "" {
		if t.writer, err = newWriter(t.cfg, t.quiet); err != nil {
			return err
		}
	}
	t.registry = newRegistry(t.cfg)
	if t.signals, err = newSignals(t.cfg, t.registry, t.quiet); err != nil {
		return err
	}
	if t.meters, err = newMeters(t.registry, t.signals); err != nil {
		return err
	}
	t.metrics = newMetrics(t.registry)
	t.observeSelf()
	return nil
}

// Observe takes note of a request that ended. It never blocks, and keeps nothing of o.Prompt.
func (t *Telemetry) Observe(o *extproc.Outcome) {
	e := &event{outcome: *o}
	e.outcome.Prompt = nil
	if t.writer != nil || t.signals.wantsRecords() || t.cfg.Prompts {
		e.prompt = describe(o.Prompt, t.cfg.HashKey, t.keep())
	}
	t.enqueue(note{ended: e})
}

func (t *Telemetry) keep() int {
	if t.cfg.Prompts {
		return t.cfg.PromptBytes
	}
	return 0
}

func (t *Telemetry) enqueue(n note) {
	select {
	case <-t.closing:
		t.dropped.Add(1)
		return
	default:
	}
	select {
	case t.queue <- n:
	default:
		t.dropped.Add(1)
		t.quiet.warn("telemetry cannot keep up: notes of requests are dropped and counted")
	}
}

// gather is how long notes are gathered once one is there. Waking up for each would cost more than
// working it off; the queue holds what comes in the meantime at 80,000 requests a second.
const gather = 100 * time.Millisecond

func (t *Telemetry) work() {
	defer close(t.done)
	pause := time.NewTimer(0)
	defer pause.Stop()
	for {
		select {
		case n := <-t.queue:
			t.take(n)
		case <-t.closing:
			t.drain()
			return
		}
		pause.Reset(gather)
		select {
		case <-pause.C:
		case <-t.closing:
		}
		t.drain()
	}
}

// drain works off what waits.
func (t *Telemetry) drain() {
	for {
		select {
		case n := <-t.queue:
			t.take(n)
		default:
			t.flush()
			return
		}
	}
}

// flush hands the lines of the ledger on.
func (t *Telemetry) flush() {
	if t.writer != nil && t.lines.Len() > 0 {
		t.writer.enqueue(batch{bytes.Clone(t.lines.Bytes()), t.count})
	}
	t.lines.Reset()
	t.count = 0
}

func (t *Telemetry) take(n note) {
	if n.feedback != nil {
		t.takeFeedback(n.feedback)
		return
	}
	ctx := t.signals.trace(&n.ended.outcome)
	record := n.ended.record(t.cfg.PricesAsOf)
	t.metrics.observe(ctx, &n.ended.outcome, record)
	t.sums.Add(record)
	t.write(ctx, record)
}

// write gives the record to the ledger and to the collector.
func (t *Telemetry) write(ctx context.Context, record *Record) {
	if t.writer == nil && !t.signals.wantsRecords() {
		return
	}
	from := t.lines.Len()
	if err := t.encoder.Encode(record); err != nil {
		t.lines.Truncate(from)
		t.quiet.warn("a record cannot be written as JSON", slog.String("request_id", record.ID), slog.Any("error", err))
		return
	}
	t.count++
	t.signals.emit(ctx, record, t.lines.Bytes()[from:])
	if t.lines.Len() > batchBytes {
		t.flush()
	}
}

// Sums returns what the admin page shows.
func (t *Telemetry) Sums() *Sums { return t.sums }

// Lost counts what was dropped, could not be written or was not taken by the collector, in requests,
// lines and items.
func (t *Telemetry) Lost() int64 {
	lost := t.dropped.Load()
	if t.writer != nil {
		lost += t.writer.dropped.Load() + t.writer.failed.Load()
	}
	for _, sent := range t.signals.tallies {
		lost += sent.failed.Load()
	}
	return lost
}

// Metrics serves /metrics.
func (t *Telemetry) Metrics() http.Handler { return t.meters.handler }

// Close stops taking notes and writes what waits, until ctx ends. Observe may still be called; its
// notes are dropped.
func (t *Telemetry) Close(ctx context.Context) error {
	t.once.Do(func() { close(t.closing) })
	select {
	case <-t.done:
	case <-ctx.Done():
		return ctx.Err()
	}
	return t.stop(ctx)
}

func (t *Telemetry) stop(ctx context.Context) error {
	var errs []error
	if t.writer != nil {
		errs = append(errs, t.writer.close(ctx))
	}
	if t.signals != nil {
		errs = append(errs, t.signals.close(ctx))
	}
	if t.meters != nil {
		errs = append(errs, t.meters.close(ctx))
	}
	return errors.Join(errs...)
}
