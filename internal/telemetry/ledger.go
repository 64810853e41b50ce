package telemetry

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// LedgerConfig says where the ledger is written. An empty Path writes none.
type LedgerConfig struct {
	Path     string // the file being written; full ones stand beside it as NAME-TIME.EXT
	MaxBytes int64  // a file is full at this size; default 100 MiB
	Keep     int    // full files kept; default 10
}

func (c LedgerConfig) withDefaults() LedgerConfig {
	if c.MaxBytes <= 0 {
		c.MaxBytes = 100 << 20
	}
	if c.Keep <= 0 {
		c.Keep = 10
	}
	return c
}

// ledger appends lines to a file and moves it away when full. It is used by one goroutine.
type ledger struct {
	cfg  LedgerConfig
	now  func() time.Time
	file ledgerFile
	size int64
	torn bool // the file ends in half a line, which the next write closes

	open     func(path string) (ledgerFile, int64, error)
	complain func(error) // for what went wrong but lost nothing
}

type ledgerFile interface {
	io.WriteCloser
	io.ReaderAt
}

func newLedger(cfg LedgerConfig, now func() time.Time, complain func(error)) (*ledger, error) {
	l := &ledger{cfg: cfg.withDefaults(), now: now, open: openLedgerFile, complain: complain}
	if err := os.MkdirAll(filepath.Dir(cfg.Path), 0o750); err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	if err := l.reopen(); err != nil {
		return nil, err
	}
	return l, nil
}

// openLedgerFile opens for appending. Only the owner may read: reasons and tenants are in it, and
// prompts where they are switched on.
func openLedgerFile(path string) (ledgerFile, int64, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, 0, err
	}
	return f, info.Size(), nil
}

func (l *ledger) reopen() error {
	file, size, err := l.open(l.cfg.Path)
	if err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	l.file, l.size, l.torn = file, size, size > 0 && !endsInNewline(file, size)
	return nil
}

// endsInNewline tells whether the last process got to the end of its last line.
func endsInNewline(file ledgerFile, size int64) bool {
	var last [1]byte
	_, err := file.ReadAt(last[:], size-1)
	return err == nil && last[0] == '\n'
}

// write appends whole lines and tells how many it did. After an error the file may end in half a line; it
// is opened anew for the next write, which closes that line, so that only what failed is lost.
func (l *ledger) write(lines []byte) (whole int64, err error) {
	if err := l.ready(int64(len(lines))); err != nil {
		return 0, err
	}
	if l.torn {
		if _, err := l.append([]byte{'\n'}); err != nil {
			return 0, err
		}
		l.torn = false
	}
	n, err := l.append(lines)
	return int64(bytes.Count(lines[:n], []byte{'\n'})), err
}

func (l *ledger) append(text []byte) (int, error) {
	n, err := l.file.Write(text)
	l.size += int64(n)
	if err != nil {
		l.close() // a full or vanished disk may be back at the next try
		return n, fmt.Errorf("ledger: %w", err)
	}
	return n, nil
}

// ready makes sure that a file is open and, if possible, has room.
func (l *ledger) ready(more int64) error {
	if l.file != nil && l.size > 0 && l.size+more > l.cfg.MaxBytes {
		l.rotate()
	}
	if l.file == nil {
		return l.reopen()
	}
	return nil
}

// rotate moves the full file away and removes the oldest beyond Keep. Where that fails the file just
// grows on: too long a ledger is better than a lost line.
func (l *ledger) rotate() {
	l.close()
	if err := os.Rename(l.cfg.Path, l.fullName()); err != nil {
		l.complain(fmt.Errorf("ledger: rotate: %w", err))
		return
	}
	files, err := LedgerFiles(l.cfg.Path)
	if err != nil {
		l.complain(err)
		return
	}
	full := files[:len(files)-1]
	for _, path := range full[:max(0, len(full)-l.cfg.Keep)] {
		if err := os.Remove(path); err != nil {
			l.complain(fmt.Errorf("ledger: remove the oldest: %w", err))
		}
	}
}

// fullName sorts by age as text does.
func (l *ledger) fullName() string {
	ext := filepath.Ext(l.cfg.Path)
	return strings.TrimSuffix(l.cfg.Path, ext) + l.now().UTC().Format("-20060102T150405.000000000Z") + ext
}

// LedgerFiles lists the ledger at path with its full files, oldest first.
func LedgerFiles(path string) ([]string, error) {
	ext := filepath.Ext(path)
	base := filepath.Base(strings.TrimSuffix(path, ext))
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	var files []string
	for _, entry := range entries {
		stamp, ok := strings.CutPrefix(strings.TrimSuffix(entry.Name(), ext), base+"-")
		if ok && isStamp(stamp) {
			files = append(files, filepath.Join(filepath.Dir(path), entry.Name()))
		}
	}
	slices.Sort(files)
	return append(files, path), nil
}

func isStamp(s string) bool {
	_, err := time.Parse("20060102T150405.000000000Z", s)
	return err == nil
}

func (l *ledger) close() {
	if l.file != nil {
		_ = l.file.Close() // what was written is written; there is nothing left to save
		l.file = nil
	}
}
