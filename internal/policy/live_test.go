package policy

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"ockham/routing"
)

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestBadFileLeavesTheOldPolicyAndShows(t *testing.T) {
	path := write(t, "aim: 0.9\n")
	l, messages := watched(t, path)
	old := l.Policy()
	put(t, path, "aim: 0.5\nrules: [{when: 'cod', pipe: green}]\n")
	wait(t, messages, "refused")
	if l.Policy() != old {
		t.Error("the old policy is gone")
	}
	s := l.Status()
	if s.Err == nil || !strings.Contains(s.Err.Error(), `rules[0].when: there is no "cod" to read`) || s.Refused == 0 {
		t.Errorf("status %+v", s)
	}
	put(t, path, "aim: 0.5\n")
	wait(t, messages, "replaced")
	if s := l.Status(); s.Err != nil || l.Policy().Config.Aim != .5 {
		t.Errorf("after mending it: %+v, aim %v", s, l.Policy().Config.Aim)
	}
}

func TestHangupReadsTheFile(t *testing.T) {
	path := write(t, "aim: 0.9\n")
	log, _ := listenTo()
	l, err := NewLive(path, testDeps(), log)
	if err != nil {
		t.Fatal(err)
	}
	put(t, path, "aim: 0.1\n")
	if err := l.Reload(); err != nil || l.Policy().Config.Aim != .1 {
		t.Errorf("%v, aim %v", err, l.Policy().Config.Aim)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := l.Reload(); !errors.Is(err, fs.ErrNotExist) || l.Policy().Config.Aim != .1 {
		t.Errorf("with the file gone: %v, aim %v", err, l.Policy().Config.Aim)
	}
}

// Whatever stands in the file's place, the policy in force stays, nothing waits, and it is told; once a good
// file is back it is taken.
func TestNoFileToReadLeavesTheOldPolicy(t *testing.T) {
	for name, put := range map[string]func(path string) error{
		"a loop of symlinks": func(path string) error { return os.Symlink(filepath.Base(path), path) },
		"a dangling symlink": func(path string) error { return os.Symlink("nowhere", path) },
		"a directory":        func(path string) error { return os.Mkdir(path, 0o700) },
		"a pipe":             func(path string) error { return syscall.Mkfifo(path, 0o600) },
		"too large":          func(path string) error { return os.WriteFile(path, make([]byte, 2<<20), 0o600) },
		"binary":             func(path string) error { return os.WriteFile(path, []byte("aim: \xff\xfe"), 0o600) },
		"nested too deeply":  func(path string) error { return os.WriteFile(path, bytes.Repeat([]byte("["), 1<<20), 0o600) },
	} {
		t.Run(name, func(t *testing.T) {
			path := write(t, "aim: 0.9\n")
			l, messages := watched(t, path)
			if err := errors.Join(os.Remove(path), put(path)); err != nil {
				t.Fatal(err)
			}
			wait(t, messages, "refused")
			if s := l.Status(); s.Err == nil || l.Policy().Config.Aim != .9 {
				t.Errorf("aim %v, %+v", l.Policy().Config.Aim, s)
			}
			if err := os.RemoveAll(path); err != nil {
				t.Fatal(err)
			}
			put := path + ".new" // in one step, as editors do
			if err := errors.Join(os.WriteFile(put, []byte("aim: 0.4\n"), 0o600), os.Rename(put, path)); err != nil {
				t.Fatal(err)
			}
			wait(t, messages, "replaced")
			if s := l.Status(); s.Err != nil || l.Policy().Config.Aim != .4 {
				t.Errorf("with a good file: aim %v, %+v", l.Policy().Config.Aim, s)
			}
		})
	}
}

// A pipe is empty when it is read again, and what is empty is a valid configuration.
func TestPipeIsNoConfigurationToServe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	log, _ := listenTo()
	if _, err := NewLive(path, testDeps(), log); err == nil || !strings.Contains(err.Error(), "is no file") {
		t.Errorf("got %v", err)
	}
}

// Probes are answered while a reload takes its time.
func TestStatusDoesNotWaitForAReload(t *testing.T) {
	path := write(t, "aim: 0.9\n")
	deps, reading, goOn := testDeps(), make(chan struct{}, 1), make(chan struct{}, 1)
	goOn <- struct{}{}
	deps.Scorer = func(string, float64) (routing.Scorer, error) {
		reading <- struct{}{}
		<-goOn
		return quiet{}, nil
	}
	log, _ := listenTo()
	l, err := NewLive(path, deps, log)
	if err != nil {
		t.Fatal(err)
	}
	<-reading
	done := make(chan error)
	go func() { done <- l.Reload() }()
	<-reading
	if s := l.Status(); s.Reloads != 0 {
		t.Errorf("%+v", s)
	}
	goOn <- struct{}{}
	if err := <-done; err != nil || l.Status().Reloads != 1 {
		t.Errorf("%v, %+v", err, l.Status())
	}
}

func TestWhatNeedsARestartIsSaid(t *testing.T) {
	path := write(t, "aim: 0.9\n")
	log, messages := listenTo()
	l, err := NewLive(path, testDeps(), log)
	if err != nil {
		t.Fatal(err)
	}
	put(t, path, "server: {drain: 1s}\nbedrock: {signing: none}\nlimits: {body: 1MiB, held: 1MiB}\n")
	if err := l.Reload(); err != nil {
		t.Fatal(err)
	}
	wait(t, messages, "next start only: server, bedrock.signing, limits.body")
}

func TestFirstFileMustBeGood(t *testing.T) {
	log, _ := listenTo()
	if _, err := NewLive(write(t, "aim: 5\n"), testDeps(), log); err == nil {
		t.Error("a bad file is taken")
	}
	if _, err := NewLive(filepath.Join(t.TempDir(), "none.yml"), testDeps(), log); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}

// Judge and budgets go on over a reload that does not concern them: what they remember is worth money.
func TestReloadKeepsWhatIsRemembered(t *testing.T) {
	const budgets = "budgets: [{name: a, by: all, window: 1h, soft_usd: 1, pipe: green}]\n"
	path := write(t, budgets)
	log, _ := listenTo()
	l, err := NewLive(path, testDeps(), log)
	if err != nil {
		t.Fatal(err)
	}
	old := l.Policy()
	put(t, path, budgets+"aim: 0.5\n")
	if err := l.Reload(); err != nil {
		t.Fatal(err)
	}
	now := l.Policy()
	if now.judge != old.judge || now.Budgets != old.Budgets {
		t.Error("judge or budgets were lost")
	}
	if now.Bedrock(now.judge.Model()) == nil {
		t.Error("the new policy does not know the judge's model")
	}
	put(t, path, "judge: {model: sonnet}\n")
	if err := l.Reload(); err != nil {
		t.Fatal(err)
	}
	if p := l.Policy(); p.judge == now.judge || p.Budgets == now.Budgets {
		t.Error("judge or budgets are still those of the old file")
	}
}

// Requests plan while policies are swapped; the race detector listens.
func TestReloadWhilePlanning(t *testing.T) {
	path := write(t, "aim: 0.9\n")
	log, _ := listenTo()
	l, err := NewLive(path, testDeps(), log)
	if err != nil {
		t.Fatal(err)
	}
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					plan(t, l.Policy(), nil)
				}
			}
		})
	}
	for range 10 {
		if err := l.Reload(); err != nil {
			t.Error(err)
		}
	}
	close(stop)
	wg.Wait()
}
