package policy

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/fsnotify/fsnotify"

	"ockham/internal/config"
)

// settle is how long a file must be left alone before it is read: editors and ConfigMaps write in steps.
const settle = 100 * time.Millisecond

// lookEvery is how often files are compared where no event tells of a change (network file systems).
const lookEvery = 10 * time.Second

// Live holds the policy in force. A file that changed is read and validated whole before it replaces
// the policy, in one step; a bad one leaves the old policy running and shows in Status.
type Live struct {
	path    string
	deps    Deps
	log     *slog.Logger
	current atomic.Pointer[Policy]

	reloading sync.Mutex // one at a time; it guards seen
	seen      [sha256.Size]byte

	mu     sync.Mutex // guards status, so that a probe need not wait for a reload
	status Status
}

// Status tells how the configuration fares, for /readyz and metrics.
type Status struct {
	File    string    // "" when there is none
	Loaded  time.Time // when the policy in force was read
	Err     error     // what is wrong with the file as it is now; nil while it is what runs
	Reloads int
	Refused int
}

// NewLive loads path for the first time. Its error is final: there is no old policy to go on with.
func NewLive(path string, deps Deps, log *slog.Logger) (*Live, error) {
	l := &Live{path: path, deps: deps, log: log, status: Status{File: path}}
	before := fingerprint(path)
	p, err := l.load(deps)
	if err != nil {
		return nil, err
	}
	l.current.Store(p)
	l.status.Loaded = time.Now()
	if fingerprint(path) == before { // else it changed while it was read, and Watch reads it again
		l.seen = fingerprint(l.files()...)
	}
	l.warn(p)
	return l, nil
}

// load reads a file that can be read again. A pipe cannot: the second time it would be empty, which is a
// valid configuration.
func (l *Live) load(deps Deps) (*Policy, error) {
	if info, err := os.Stat(l.path); err == nil && !info.Mode().IsRegular() && !info.IsDir() {
		return nil, fmt.Errorf("configuration cannot be read: %s is no file; it is read again when it changes", l.path)
	}
	return Load(l.path, deps)
}

// Policy is the one in force now. A request takes it once and keeps it to its end.
func (l *Live) Policy() *Policy { return l.current.Load() }

// Status tells how the last reload went.
func (l *Live) Status() Status {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.status
}

// Reload reads the file now, changed or not (SIGHUP). The error is also kept in Status and logged.
func (l *Live) Reload() error {
	l.reloading.Lock()
	defer l.reloading.Unlock()
	return l.reload()
}

func (l *Live) reload() error {
	l.seen = fingerprint(l.files()...)
	deps := l.deps
	deps.Previous = l.current.Load()
	p, err := l.load(deps)
	if err != nil {
		l.refused(err)
		return err
	}
	l.current.Store(p)
	l.replaced()
	if what := needsRestart(deps.Previous.Config, p.Config); what != "" {
		l.log.Warn("the new configuration differs in what takes effect at the next start only: " + what)
	}
	l.warn(p)
	return nil
}

func (l *Live) refused(err error) {
	l.mu.Lock()
	l.status.Err = err
	l.status.Refused++
	l.mu.Unlock()
	l.log.Error("configuration refused; the one before it stays in force", "file", l.path, "err", err)
}

func (l *Live) replaced() {
	l.mu.Lock()
	l.status.Err, l.status.Loaded = nil, time.Now()
	l.status.Reloads++
	l.mu.Unlock()
	l.log.Info("configuration replaced", "file", l.path, "classifier", l.Policy().Classifier())
}

// needsRestart names what is different and is read at the start only: addresses, buffers and credentials.
func needsRestart(old, now *config.Config) string {
	var what []string
	for _, part := range []struct {
		path     string
		old, now any
	}{
		{"server", old.Server, now.Server},
		{"telemetry", old.Telemetry, now.Telemetry},
		{"bedrock.signing", old.Bedrock.Signing, now.Bedrock.Signing},
		{"bedrock.profile", old.Bedrock.Profile, now.Bedrock.Profile},
		{"limits.body", old.Limits.Body, now.Limits.Body},
		{"limits.requests", old.Limits.Requests, now.Limits.Requests},
		{"limits.memory", old.Limits.Memory, now.Limits.Memory},
	} {
		if !reflect.DeepEqual(part.old, part.now) {
			what = append(what, part.path)
		}
	}
	return strings.Join(what, ", ")
}

func (l *Live) warn(p *Policy) {
	for _, w := range p.Warnings {
		l.log.Warn(w)
	}
}

// Watch reloads when the file, or the classifier's, changes, until ctx ends. Directories are watched,
// not files: an editor replaces the file, and Kubernetes swaps a symlink beside it.
func (l *Live) Watch(ctx context.Context) error {
	if l.path == "" {
		<-ctx.Done()
		return nil
	}
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return err
	}
	defer w.Close()
	l.follow(w)
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	settled := time.NewTimer(0)
	defer settled.Stop()
	var last [sha256.Size]byte // of the files, when they were last looked at
	for {
		select {
		case <-ctx.Done():
			return nil
		case _, ok := <-w.Events:
			if !ok {
				return nil
			}
			settled.Reset(settle)
		case err, ok := <-w.Errors:
			if ok && !errors.Is(err, fsnotify.ErrEventOverflow) {
				l.log.Warn("watching the configuration", "err", err)
			}
			settled.Reset(settle)
		case <-look.C:
			settled.Reset(0)
		case <-settled.C:
			// Whatever made us look, a file is only read once it has stayed the same for a while: half of
			// one, or the nothing that a writer begins with, may be a valid configuration too.
			if now := fingerprint(l.files()...); now != last {
				last = now
				settled.Reset(settle)
				continue
			}
			l.reloadIfChanged()
			l.follow(w)
		}
	}
}

// follow watches the directories in which the files stand, and those that symlinks lead to.
func (l *Live) follow(w *fsnotify.Watcher) {
	for _, f := range l.files() {
		_ = w.Add(filepath.Dir(f)) // one that is not there yet is found by looking
		if real, err := filepath.EvalSymlinks(f); err == nil {
			_ = w.Add(filepath.Dir(real))
		}
	}
}

func (l *Live) files() []string {
	files := []string{l.path}
	c := l.Policy().Config
	for _, f := range []string{c.Classifier.File, c.Cascade.Rates} {
		if f != "" {
			files = append(files, f)
		}
	}
	return files
}

func (l *Live) reloadIfChanged() {
	l.reloading.Lock()
	defer l.reloading.Unlock()
	if fingerprint(l.files()...) != l.seen {
		_ = l.reload() // logged, and in Status
	}
}

// fingerprint tells contents apart; a file that cannot be read has one too.
func fingerprint(files ...string) (sum [sha256.Size]byte) {
	h := sha256.New()
	for _, name := range files {
		info, err := os.Stat(name)
		if err != nil || !info.Mode().IsRegular() { // opening a pipe would wait for its writer
			_, _ = io.WriteString(h, "unreadable")
			continue
		}
		f, err := os.Open(name)
		if err != nil {
			_, _ = io.WriteString(h, "unreadable")
			continue
		}
		_, _ = io.Copy(h, io.LimitReader(f, 16<<20))
		_ = f.Close()
		h.Write([]byte{0})
	}
	h.Sum(sum[:0])
	return sum
}
