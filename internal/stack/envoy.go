package stack

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

// envoyProcess is a running Envoy.
type envoyProcess struct {
	cmd  *exec.Cmd
	done chan struct{} // closed once it has ended
	err  error         // why, valid then
	log  *tail
}

// startEnvoy runs an Envoy with a configuration and waits until its listener answers at probe, a URL.
func startEnvoy(ctx context.Context, binary, dir string, bootstrap []byte, probe string) (*envoyProcess, error) {
	file := filepath.Join(dir, "envoy.yaml")
	if err := os.WriteFile(file, bootstrap, 0o600); err != nil {
		return nil, err
	}
	p := &envoyProcess{done: make(chan struct{}), log: &tail{}}
	// Two workers serve a laptop well; hot restart would tie it to the life of its parent.
	p.cmd = exec.Command(binary, "-c", file, "--disable-hot-restart", "--concurrency", "2", "--log-level", "warn")
	p.cmd.Stdout, p.cmd.Stderr = p.log, p.log
	p.cmd.SysProcAttr = childAttributes()
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting Envoy: %w", err)
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.done)
	}()
	if err := p.awaitReady(ctx, probe); err != nil {
		p.stop()
		return nil, err
	}
	return p, nil
}

// startLimit is how long Envoy may take to listen, on a busy machine.
const startLimit = 60 * time.Second

func (p *envoyProcess) awaitReady(ctx context.Context, probe string) error {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-p.done:
			return fmt.Errorf("starting Envoy: %w", p.failed())
		case <-ctx.Done():
			if !errors.Is(context.Cause(ctx), context.DeadlineExceeded) {
				return context.Cause(ctx) // nobody waits for it any more
			}
			return fmt.Errorf("starting Envoy: it did not listen in time: %s", p.log.reason())
		case <-tick.C:
		}
		if answers(ctx, probe) {
			return nil
		}
	}
}

// answers tells whether there is HTTP at url; any status will do.
func answers(ctx context.Context, url string) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	resp.Body.Close()
	return true
}

// stopLimit is how long Envoy may take to end when asked.
const stopLimit = time.Second

func (p *envoyProcess) stop() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.done:
	case <-time.After(stopLimit):
		_ = p.cmd.Process.Kill()
		<-p.done
	}
}

// failed describes an Envoy that ended by itself.
func (p *envoyProcess) failed() error {
	why := p.log.reason()
	if p.err != nil {
		why = strings.TrimSuffix(p.err.Error()+": "+why, ": ")
	}
	return errors.New("Envoy ended: " + why)
}

// tail keeps the end of what Envoy says.
type tail struct {
	mu  sync.Mutex
	buf []byte
}

const tailSize = 16 << 10

var _ io.Writer = (*tail)(nil)

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.buf = append(t.buf, b...)
	if over := len(t.buf) - tailSize; over > 0 {
		t.buf = append([]byte(nil), t.buf[over:]...)
	}
	return len(b), nil
}

// reason picks the lines that tell what went wrong.
func (t *tail) reason() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var lines []string
	for line := range bytes.Lines(t.buf) {
		if bytes.Contains(line, []byte("[error]")) || bytes.Contains(line, []byte("[critical]")) || bytes.Contains(line, []byte("error")) {
			lines = append(lines, strings.TrimSpace(string(line)))
		}
	}
	if len(lines) == 0 {
		return strings.TrimSpace(string(t.buf))
	}
	return strings.Join(lines[max(0, len(lines)-3):], "\n")
}
