package policy

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"ockham/routing/classifier"
)

// heard is a log that tells what is logged.
type heard struct {
	slog.Handler
	messages chan string
}

func listenTo() (*slog.Logger, chan string) {
	messages := make(chan string, 1000)
	return slog.New(heard{slog.DiscardHandler, messages}), messages
}

func (h heard) Enabled(context.Context, slog.Level) bool { return true }

func (h heard) Handle(_ context.Context, r slog.Record) error {
	h.messages <- r.Message
	return nil
}

func wait(t *testing.T, messages chan string, want string) {
	t.Helper()
	timeout := time.After(20 * time.Second)
	for {
		select {
		case got := <-messages:
			if strings.Contains(got, want) {
				return
			}
		case <-timeout:
			t.Fatalf("no %q in the log", want)
		}
	}
}

// watched starts a Live on path, and stops it with the test.
func watched(t *testing.T, path string) (*Live, chan string) {
	t.Helper()
	log, messages := listenTo()
	l, err := NewLive(path, testDeps(), log)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := l.Watch(ctx); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() {
		cancel()
		wg.Wait()
	})
	return l, messages
}

func TestChangedFileIsTaken(t *testing.T) {
	path := write(t, "aim: 0.9\n")
	l, messages := watched(t, path)
	old := l.Policy()
	put(t, path, "aim: 0.5\n")
	wait(t, messages, "replaced")
	if got := l.Policy().Config.Aim; got != .5 || old.Config.Aim != .9 {
		t.Errorf("aim %v, the old policy's %v", got, old.Config.Aim)
	}
	if s := l.Status(); s.Err != nil || s.Reloads != 1 || s.Refused != 0 {
		t.Errorf("status %+v", s)
	}
}

// A model file in the place of another is taken; one that is cut, of another version or gone is refused, and
// the last good one goes on deciding.
func TestModelFileIsSwappedAndABadOneRefused(t *testing.T) {
	good, err := os.ReadFile("../../routing/classifier/model.bin")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "model.bin")
	put(t, file, string(good))
	log, _ := listenTo()
	deps := testDeps()
	deps.Scorer = Classifier
	l, err := NewLive(write(t, "classifier: {file: "+file+"}\n"), deps, log)
	if err != nil {
		t.Fatal(err)
	}
	first, old := l.Policy(), l.Policy().Classifier()
	version := bytes.Clone(good)
	version[8]++
	for want, bad := range map[string][]byte{"cut or damaged": good[:len(good)/2], "version": version, "not a model file": {}} {
		put(t, file, string(bad))
		if err := l.Reload(); err == nil || !strings.Contains(err.Error(), "classifier.file: classifier model: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error that tells %q, got %v", want, err)
		}
		if l.Policy() != first {
			t.Fatalf("%s: the last good model is gone", want)
		}
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if err := l.Reload(); err == nil || l.Policy() != first || l.Status().Refused != 4 {
		t.Errorf("without the file: %v, %+v", err, l.Status())
	}
	swapInAnother(t, l, good, file)
	if got := l.Policy().Classifier(); got == "" || got == old {
		t.Errorf("model %q decides, before %q", got, old)
	}
}

// swapInAnother puts a valid model in place that differs from the one in from by its seed only.
func swapInAnother(t *testing.T, l *Live, from []byte, file string) {
	t.Helper()
	m, err := classifier.Load(bytes.NewReader(from))
	if err != nil {
		t.Fatal(err)
	}
	h := m.Header()
	h.Training.Seed++
	other, err := m.With(h)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if _, err := other.WriteTo(&out); err != nil {
		t.Fatal(err)
	}
	put(t, file, out.String())
	if err := l.Reload(); err != nil {
		t.Fatal(err)
	}
}

// An editor writes a new file and renames it over the old one.
func TestRenamedFileIsTaken(t *testing.T) {
	path := write(t, "aim: 0.9\n")
	l, messages := watched(t, path)
	put(t, path+".new", "aim: 0.4\n")
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
	wait(t, messages, "replaced")
	if got := l.Policy().Config.Aim; got != .4 {
		t.Errorf("aim %v", got)
	}
}

// Kubernetes mounts a ConfigMap as a symlink to ..data/FILE, where ..data is a symlink to a directory
// that is swapped, twice here.
func TestConfigMapSwapIsTaken(t *testing.T) {
	dir := t.TempDir()
	version := func(name, text string) {
		if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
		put(t, filepath.Join(dir, name, "ockham.yml"), text)
		if err := os.Symlink(name, filepath.Join(dir, "..data_tmp")); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(filepath.Join(dir, "..data_tmp"), filepath.Join(dir, "..data")); err != nil {
			t.Fatal(err)
		}
	}
	version("..1", "aim: 0.9\n")
	path := filepath.Join(dir, "ockham.yml")
	if err := os.Symlink("..data/ockham.yml", path); err != nil {
		t.Fatal(err)
	}
	l, messages := watched(t, path)
	version("..2", "aim: 0.2\n")
	wait(t, messages, "replaced")
	if err := os.RemoveAll(filepath.Join(dir, "..1")); err != nil {
		t.Fatal(err)
	}
	version("..3", "aim: 0.3\n")
	wait(t, messages, "replaced")
	if got := l.Policy().Config.Aim; got != .3 {
		t.Errorf("aim %v", got)
	}
}
