package telemetry

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ockham/extproc"
)

// readAll reads every record of a ledger and counts the lines that are none.
func readAll(t *testing.T, path string) (records []*Record, bad int) {
	t.Helper()
	files, err := LedgerFiles(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for record, err := range ReadLedger(bytes.NewReader(content)) {
			var badLine *BadLine
			switch {
			case errors.As(err, &badLine):
				bad++
			case err != nil:
				t.Fatal(err)
			default:
				records = append(records, record)
			}
		}
	}
	return records, bad
}

func TestLedgerHoldsRequestAndAttempts(t *testing.T) {
	cfg := quietConfig()
	cfg.Ledger.Path = filepath.Join(t.TempDir(), "sub", "ledger.jsonl")
	tel := startTelemetry(t, cfg)
	tel.Observe(escalated("r1"))
	tel.Feedback("r1", 0.5, "a private comment")
	settle(t, tel)

	records, bad := readAll(t, cfg.Ledger.Path)
	if bad != 0 || len(records) != 2 {
		t.Fatalf("got %d records and %d bad lines, want 2 and 0", len(records), bad)
	}
	want := (&event{outcome: *escalated("r1")}).record("2026-01-01")
	want.Prompt = records[0].Prompt
	if diff := cmp.Diff(want, records[0]); diff != "" {
		t.Errorf("what was read differs (-want +got):\n%s", diff)
	}
	if got := records[1]; got.Kind != "feedback" || got.ID != "r1" || got.Feedback.Score != 0.5 {
		t.Errorf("feedback: got %+v, want score 0.5 for r1", got)
	}
	content, err := os.ReadFile(cfg.Ledger.Path)
	if err != nil {
		t.Fatal(err)
	}
	for _, private := range []string{"private question", "Be brief", "private comment", "poetry"} {
		if strings.Contains(string(content), private) {
			t.Errorf("the ledger holds %q, text of a client", private)
		}
	}
	if info, err := os.Stat(cfg.Ledger.Path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("ledger mode %v, error %v: want 0600", info.Mode(), err)
	}
}

func TestLedgerKeepsPromptsOnlyIfSwitchedOn(t *testing.T) {
	cfg := quietConfig()
	cfg.Ledger.Path, cfg.Prompts, cfg.PromptBytes = filepath.Join(t.TempDir(), "l.jsonl"), true, len("Be brief.")+2*pieceBytes+10
	tel := startTelemetry(t, cfg)
	o := escalated("r1")
	tel.Observe(o)
	settle(t, tel)
	records, _ := readAll(t, cfg.Ledger.Path)
	got := records[0].Prompt
	if got.Text.System != "Be brief." || got.Text.Turns[0].Text != "a private question"[:10] || !got.Cut {
		t.Errorf("got %+v, want system and the first bytes of the question", got.Text)
	}
}

func TestHashTellsEqualPromptsOnlyWithTheKey(t *testing.T) {
	prompt := escalated("a").Prompt
	same, again := describe(prompt, []byte("k1"), 0), describe(prompt, []byte("k1"), 0)
	other := describe(prompt, []byte("k2"), 0)
	if same.Hash != again.Hash || same.Hash == other.Hash || len(same.Hash) != 32 {
		t.Errorf("hashes %s, %s, %s: want equal under one key, other under another", same.Hash, again.Hash, other.Hash)
	}
	moved := *prompt
	moved.System, moved.Turns = "Be brief.a", nil
	if describe(&moved, []byte("k1"), 0).Hash == same.Hash {
		t.Error("text moved between messages has the same hash")
	}
	if same.Text != nil || same.Bytes != len("Be brief.")+len("a private question") {
		t.Errorf("got %+v, want the length only", same)
	}
}

func TestLedgerRotatesAndKeepsTheNewest(t *testing.T) {
	cfg := LedgerConfig{Path: filepath.Join(t.TempDir(), "ledger.jsonl"), MaxBytes: 100, Keep: 2}
	now := start
	l, err := newLedger(cfg, func() time.Time { now = now.Add(time.Second); return now }, func(err error) { t.Error(err) })
	if err != nil {
		t.Fatal(err)
	}
	for i := range 10 {
		if _, err := l.write(fmt.Appendf(nil, "{\"id\":\"%d\",\"pad\":%q}\n", i, strings.Repeat("x", 70))); err != nil {
			t.Fatal(err)
		}
	}
	l.close()
	records, bad := readAll(t, cfg.Path)
	var ids []string
	for _, r := range records {
		ids = append(ids, r.ID)
	}
	if diff := cmp.Diff([]string{"7", "8", "9"}, ids); diff != "" || bad != 0 {
		t.Errorf("records kept (-want +got), %d bad:\n%s", bad, diff)
	}
}

// TestHalfALastLineIsClosed: the process died in the middle of a line; the next one goes on below it.
func TestHalfALastLineIsClosed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.jsonl")
	if err := os.WriteFile(path, []byte("{\"id\":\"whole\"}\n{\"id\":\"ha"), 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := newLedger(LedgerConfig{Path: path}, time.Now, func(err error) { t.Error(err) })
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.write([]byte("{\"id\":\"next\"}\n")); err != nil {
		t.Fatal(err)
	}
	l.close()
	records, bad := readAll(t, path)
	if len(records) != 2 || records[1].ID != "next" || bad != 1 {
		t.Errorf("got %d records and %d bad lines, want 2 (whole, next) and 1", len(records), bad)
	}
}

// fullDisk takes a few bytes, then no more until it is freed.
type fullDisk struct {
	ledgerFile
	room *int
}

func (d fullDisk) Write(b []byte) (int, error) {
	n := min(len(b), *d.room)
	*d.room -= n
	n, err := d.ledgerFile.Write(b[:n])
	if err == nil && n < len(b) {
		err = syscall.ENOSPC
	}
	return n, err
}

func TestAFullDiskLosesOnlyWhatItDoesNotTake(t *testing.T) {
	cfg := quietConfig()
	cfg.Ledger.Path = filepath.Join(t.TempDir(), "ledger.jsonl")
	w, err := newWriter(cfg, newQuiet(cfg.Log, cfg.Now))
	if err != nil {
		t.Fatal(err)
	}
	if err := w.close(context.Background()); err != nil { // the test writes from here
		t.Fatal(err)
	}
	room := 20
	w.ledger.open = func(path string) (ledgerFile, int64, error) {
		f, size, err := openLedgerFile(path)
		return fullDisk{f, &room}, size, err
	}
	for i := range 5 {
		if i == 3 {
			room = 1000
		}
		w.write(batch{fmt.Appendf(nil, "{\"id\":\"r%d\"}\n", i), 1})
	}
	room = 15
	w.write(batch{[]byte("{\"id\":\"r5\"}\n{\"id\":\"r6\"}\n"), 2}) // half of it
	w.ledger.close()
	records, bad := readAll(t, cfg.Ledger.Path)
	var ids []string
	for _, r := range records {
		ids = append(ids, r.ID)
	}
	if diff := cmp.Diff([]string{"r0", "r3", "r4", "r5"}, ids); diff != "" || bad != 2 {
		t.Errorf("ledger (-want +got), %d bad, want 2:\n%s", bad, diff)
	}
	if w.written.Load() != 4 || w.failed.Load() != 3 {
		t.Errorf("counted %d written and %d failed, want 4 and 3", w.written.Load(), w.failed.Load())
	}
}

func TestAnUnusableLedgerFailsAtTheStart(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{filepath.Join(file, "ledger.jsonl"), t.TempDir()} {
		cfg := quietConfig()
		cfg.Ledger.Path = path
		if tel, err := New(cfg); err == nil {
			t.Errorf("ledger at %s: got %v, want an error", path, tel)
		}
	}
}

func TestReadersTolerateBadLines(t *testing.T) {
	long := strings.Repeat("x", maxLine+10)
	input := "{\"id\":\"a\"}\n\n  \nnonsense\n" + long + "\n{\"id\":\"b\"}\r\n{\"id\":\"c\""
	var got []string
	for record, err := range ReadLedger(strings.NewReader(input)) {
		if err != nil {
			got = append(got, "bad "+strings.SplitN(err.Error(), ":", 2)[0])
			continue
		}
		got = append(got, record.ID)
	}
	want := []string{"a", "bad line 4", "bad line 5", "b", "bad line 7"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("records (-want +got):\n%s", diff)
	}
}

func TestReadersReportABrokenFile(t *testing.T) {
	broken := io.MultiReader(strings.NewReader("{\"id\":\"a\"}\n"), brokenReader{})
	var last error
	for _, err := range ReadLedger(broken) {
		last = err
	}
	if !errors.Is(last, io.ErrClosedPipe) {
		t.Errorf("got error %v, want %v", last, io.ErrClosedPipe)
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrClosedPipe }

func FuzzReadLedger(f *testing.F) {
	line, err := json.Marshal((&event{outcome: *escalated("r1")}).record(""))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(append(line, '\n'))
	f.Add([]byte("{}\n{\"attempts\":[{}],\"served\":99,\"plan\":{}}\n{\"served\":-5,\"time\":\"1066-10-14T00:00:00Z\"}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		sums := NewSums(4)
		for record, err := range ReadLedger(bytes.NewReader(data)) {
			if err == nil {
				sums.Add(record)
			}
		}
		_ = sums.View(start, time.Hour)
	})
}

func TestPromptCopiesAreBounded(t *testing.T) {
	o := escalated("r1")
	for range 100_000 {
		o.Prompt.Turns = append(o.Prompt.Turns, o.Prompt.Turns[0])
		o.Prompt.Turns[0].Text = ""
	}
	text, cut := copyText(o.Prompt, 1000)
	if len(text.Turns) > 1000/pieceBytes+1 || !cut {
		t.Errorf("kept %d turns, cut %v: want some 30, cut", len(text.Turns), cut)
	}
	var none extproc.Outcome
	if got := describe(none.Prompt, nil, 10); got != nil {
		t.Errorf("no prompt: got %+v, want none", got)
	}
}
