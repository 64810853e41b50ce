package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// process is one part of the rig.
type process struct {
	cmd     *exec.Cmd
	done    chan struct{} // closed once it has ended
	log     string        // file
	metrics string        // URL of its Prometheus metrics, for services
}

// start runs a program whose output goes to a file.
func start(logFile, program string, args, env []string) (*process, error) {
	out, err := os.Create(logFile)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	p := &process{cmd: exec.Command(program, args...), done: make(chan struct{}), log: logFile}
	p.cmd.Stdout, p.cmd.Stderr = out, out
	p.cmd.Env = append(os.Environ(), env...)
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting %s: %w", program, err)
	}
	go func() {
		_ = p.cmd.Wait() // how it ended is in its log
		close(p.done)
	}()
	return p, nil
}

// startLimit is how long a part may take to be ready, on a busy machine.
const startLimit = time.Minute

// await waits until ready returns nil.
func (p *process) await(ctx context.Context, ready func() error) error {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	for {
		err := ready()
		if err == nil {
			return nil
		}
		select {
		case <-p.done:
			return fmt.Errorf("%s ended: %s", p.cmd.Path, p.said())
		case <-ctx.Done():
			return fmt.Errorf("%s is not ready (%w): %s", p.cmd.Path, err, p.said())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// said is the end of a process's output.
func (p *process) said() string {
	text, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	return string(bytes.TrimSpace(text[max(0, len(text)-2000):]))
}

func (p *process) stop() {
	_ = p.cmd.Process.Kill()
	<-p.done
}

// cpu is the time that all threads of p have run so far, in nanoseconds; /proc/PID/stat counts in
// hundredths of a second, too coarse for a short round.
func (p *process) cpu() (int64, error) {
	dir := fmt.Sprintf("/proc/%d/task", p.cmd.Process.Pid)
	tasks, err := os.ReadDir(dir)
	if err != nil {
		return 0, err
	}
	total := int64(0)
	for _, task := range tasks {
		text, err := os.ReadFile(filepath.Join(dir, task.Name(), "schedstat"))
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ESRCH) {
			continue // the thread has just ended
		}
		if err != nil {
			return 0, err
		}
		first, _, _ := strings.Cut(string(text), " ")
		ran, err := strconv.ParseInt(first, 10, 64)
		if err != nil {
			return 0, err
		}
		total += ran
	}
	return total, nil
}

// memory reads a line of /proc/PID/status, VmRSS or VmHWM, in bytes.
func (p *process) memory(line string) (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	for l := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(l, line+":"); ok {
			kb, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
			return kb << 10, err
		}
	}
	return 0, fmt.Errorf("no %s in the status of a process", line)
}

// forget makes VmHWM start anew at what is used now.
func (p *process) forget() error {
	return os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", p.cmd.Process.Pid), []byte("5"), 0)
}

// heap is what a Go process has allocated since its start.
type heap struct{ allocs, bytes float64 }

func (p *process) heap() (h heap, err error) {
	resp, err := http.Get(p.metrics)
	if err != nil {
		return h, err
	}
	defer resp.Body.Close()
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(resp.Body)
	if err != nil {
		return h, err
	}
	for name, to := range map[string]*float64{"go_memstats_mallocs_total": &h.allocs, "go_memstats_alloc_bytes_total": &h.bytes} {
		f := families[name]
		if f == nil {
			return h, fmt.Errorf("%s has no %s", p.metrics, name)
		}
		*to = f.Metric[0].GetCounter().GetValue()
	}
	return h, nil
}

// freePort finds an address that nobody listens on now.
func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}
