package faults

import (
	"bufio"
	"bytes"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"ockham/envoy"
	"ockham/envoy/envoytest"
)

// patience bounds what should take a moment, on a busy machine.
const patience = 60 * time.Second

// service is one process of `ockham serve`, or a place where one may run.
type service struct {
	t       *testing.T
	config  string // the file,
	text    string // and what stands in it at first
	socket  string
	admin   string
	http    string
	env     []string
	process *exec.Cmd
	ended   chan struct{}
	files   float64 // descriptors at its start
	said    output
}

// newService writes a configuration, to which more is added, of the server and of all else, and prepares a
// process.
func newService(t *testing.T, server, more string, env []string) *service {
	t.Helper()
	dir := t.TempDir()
	s := &service{
		t: t, config: filepath.Join(dir, "ockham.yaml"), socket: filepath.Join(dir, "ockham.sock"), admin: envoytest.FreeAddress(t), http: envoytest.FreeAddress(t),
		env: append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "AWS_EC2_METADATA_DISABLED=true"}, env...),
	}
	s.text = fmt.Sprintf("server: {listen: \"unix:%s\", admin: %s, http: %s, %s}\nexpose: full\n%s", s.socket, s.admin, s.http, server, more)
	s.write(s.text)
	t.Cleanup(func() {
		s.kill()
		if t.Failed() {
			t.Logf("what the service said last:\n%s", s.said.tail())
		}
	})
	return s
}

func (s *service) write(config string) {
	s.t.Helper()
	// Whole or not at all: readers must not find half a file.
	if err := os.WriteFile(s.config+".new", []byte(config), 0o600); err != nil {
		s.t.Fatal(err)
	}
	if err := os.Rename(s.config+".new", s.config); err != nil {
		s.t.Fatal(err)
	}
}

func (s *service) address() envoy.Address { return envoy.Address("unix:" + s.socket) }

// start runs the process and waits until it listens.
func (s *service) start() {
	s.t.Helper()
	s.process = exec.Command(binary, "serve", "--config", s.config)
	s.process.Env, s.process.Stderr, s.process.Stdout = s.env, &s.said, &s.said
	if err := s.process.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.ended = make(chan struct{})
	go func() {
		_ = s.process.Wait()
		close(s.ended)
	}()
	s.await("/healthz", func(status int) bool { return status == http.StatusOK })
	s.files = files(s.t, s.process.Process.Pid)
}

// await asks the admin port until it answers as it should.
func (s *service) await(path string, good func(status int) bool) {
	s.t.Helper()
	for late := time.Now().Add(patience); time.Now().Before(late); time.Sleep(10 * time.Millisecond) {
		if good(s.status(path)) {
			return
		}
		select {
		case <-s.ended:
			s.t.Fatalf("the service ended:\n%s", s.said.tail())
		default:
		}
	}
	s.t.Fatalf("%s of the service never answered as it should:\n%s", path, s.said.tail())
}

// status asks the admin port; 0 where there is none.
func (s *service) status(path string) int {
	resp, err := http.Get("http://" + s.admin + path)
	if err != nil {
		return 0
	}
	resp.Body.Close()
	return resp.StatusCode
}

// metric reads one value of /metrics.
func (s *service) metric(name string) float64 {
	s.t.Helper()
	resp, err := http.Get("http://" + s.admin + "/metrics")
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
		if text, ok := strings.CutPrefix(lines.Text(), name+" "); ok {
			v, err := strconv.ParseFloat(text, 64)
			if err != nil {
				s.t.Fatalf("%s: %v", name, err)
			}
			return v
		}
	}
	return 0
}

func (s *service) signal(sig syscall.Signal) {
	s.t.Helper()
	if err := s.process.Process.Signal(sig); err != nil {
		s.t.Fatal(err)
	}
}

// kill ends the process as kill -9 does.
func (s *service) kill() {
	if s.process == nil {
		return
	}
	_ = s.process.Process.Kill()
	<-s.ended
	s.process = nil
}

// awaitEnd waits until a process that was told to has ended.
func (s *service) awaitEnd() {
	s.t.Helper()
	select {
	case <-s.ended:
		s.process = nil
	case <-time.After(patience):
		s.t.Fatal("the service did not end")
	}
}

// output keeps what a process says.
type output struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.all.Write(b)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.all.String()
}

func (o *output) tail() string {
	lines := strings.Split(o.String(), "\n")
	return strings.Join(lines[max(0, len(lines)-30):], "\n")
}
