// Package envoytest runs a real Envoy for a test.
package envoytest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"ockham/envoy"
)

// startup bounds how long Envoy may take to be ready on a busy machine.
const startup = 60 * time.Second

// flag136 is what Envoy 1.36 needs to be supported: see envoy.Params.Envoy136.
const flag136 = "layered_runtime: {layers: [{name: flag136, static_layer: {envoy.reloadable_features.skip_ext_proc_on_local_reply: false}}]}"

// Instance is a running Envoy. Several may run at once.
type Instance struct {
	Admin string // host:port
	Pid   int

	log    string // file
	done   chan struct{}
	err    error // why it ended; valid once done is closed
	kill   func() error
	killed bool
	http   *http.Client
}

// Envoy starts an Envoy on a bootstrap, waits until it is ready, and ends it with the test, which
// fails if Envoy died before. The bootstrap must have an admin address; all of its ports may be 0.
func Envoy(t testing.TB, bootstrap []byte, args ...string) *Instance {
	t.Helper()
	dir := t.TempDir()
	config := filepath.Join(dir, "envoy.yaml")
	if err := os.WriteFile(config, bootstrap, 0o600); err != nil {
		t.Fatal(err)
	}
	i := &Instance{log: filepath.Join(dir, "log"), done: make(chan struct{}), http: &http.Client{Timeout: 10 * time.Second}}
	adminFile := filepath.Join(dir, "admin")
	args = append([]string{
		"--config-path", config, "--admin-address-path", adminFile, "--log-path", i.log,
		"--disable-hot-restart", "--concurrency", "2", "--log-level", "warning",
		"--drain-time-s", "1", "--parent-shutdown-time-s", "2",
	}, args...)
	if strings.HasPrefix(os.Getenv("ENVOY_VERSION"), "1.36.") {
		args = append(args, "--config-yaml", flag136)
	}
	i.start(t, exec.Command(Binary(t), args...))
	t.Cleanup(func() { i.end(t) })
	i.awaitReady(t, adminFile)
	return i
}

func (i *Instance) start(t testing.TB, cmd *exec.Cmd) {
	t.Helper()
	var output bytes.Buffer // what Envoy says before its log file is open
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Start(); err != nil {
		t.Fatalf("start envoy: %v", err)
	}
	i.Pid, i.kill = cmd.Process.Pid, cmd.Process.Kill
	go func() {
		i.err = fmt.Errorf("%w\n%s", cmd.Wait(), output.String())
		close(i.done)
	}()
}

func (i *Instance) awaitReady(t testing.TB, adminFile string) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(startup)
	for !i.ready(adminFile) {
		select {
		case <-i.done:
			i.killed = true // told here, not again at the end
			t.Fatalf("envoy ended at its start: %v\n%s", i.err, i.Log())
		case <-deadline:
			t.Fatalf("envoy was not ready within %s\n%s", startup, i.Log())
		case <-tick.C:
		}
	}
}

func (i *Instance) ready(adminFile string) bool {
	if i.Admin == "" {
		address, err := os.ReadFile(adminFile)
		if err != nil || len(address) == 0 {
			return false
		}
		i.Admin = string(bytes.TrimSpace(address))
	}
	res, err := i.http.Get("http://" + i.Admin + "/ready")
	if err != nil {
		return false
	}
	res.Body.Close()
	return res.StatusCode == http.StatusOK
}

// end is the last assertion of every test: Envoy lived until now, and has nothing under way.
func (i *Instance) end(t testing.TB) {
	t.Helper()
	if !i.Alive() && !i.killed {
		t.Errorf("envoy died: %v\n%s", i.err, i.Log())
		return
	}
	if i.Alive() {
		WantNone(t, func() []string { return i.Active(t) })
	}
	i.Kill()
	if t.Failed() {
		t.Logf("envoy's log:\n%s", i.Log())
	}
}

// Alive tells whether Envoy still runs.
func (i *Instance) Alive() bool {
	select {
	case <-i.done:
		return false
	default:
		return true
	}
}

// Kill ends Envoy before its test does, as kill -9 would, and waits for its end.
func (i *Instance) Kill() {
	i.killed = true
	_ = i.kill()
	<-i.done
}

// Log is what Envoy has logged so far.
func (i *Instance) Log() string {
	b, err := os.ReadFile(i.log)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// URL is where clients of the rendered bootstrap connect.
func (i *Instance) URL(t testing.TB) string {
	t.Helper()
	return "http://" + i.Listener(t, "ockham")
}

// Listener is the host:port that a listener got.
func (i *Instance) Listener(t testing.TB, name string) string {
	t.Helper()
	var all struct {
		Statuses []struct {
			Name    string
			Address struct {
				Socket struct {
					Host string `json:"address"`
					Port int    `json:"port_value"`
				} `json:"socket_address"`
			} `json:"local_address"`
		} `json:"listener_statuses"`
	}
	body := i.AdminGet(t, "/listeners?format=json")
	if err := json.Unmarshal([]byte(body), &all); err != nil {
		t.Fatalf("envoy's listeners: %v\n%s", err, body)
	}
	for _, s := range all.Statuses {
		if s.Name == name {
			return net.JoinHostPort(s.Address.Socket.Host, strconv.Itoa(s.Address.Socket.Port))
		}
	}
	t.Fatalf("envoy has no listener %q: %s", name, body)
	return ""
}

// Stat reads a counter or gauge; one that Envoy has not made yet is 0.
func (i *Instance) Stat(t testing.TB, name string) int {
	t.Helper()
	for line := range strings.Lines(i.AdminGet(t, "/stats?usedonly")) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		if key != name {
			continue
		}
		n, err := strconv.Atoi(value)
		if err != nil {
			t.Fatalf("envoy's stat %s: %v", name, err)
		}
		return n
	}
	return 0
}

// AdminGet asks Envoy's admin interface.
func (i *Instance) AdminGet(t testing.TB, path string) string {
	t.Helper()
	res, err := i.http.Get("http://" + i.Admin + path)
	if err != nil {
		t.Fatalf("envoy's admin interface: %v", err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("envoy's admin interface, %s: status %d, error %v: %s", path, res.StatusCode, err, body)
	}
	return string(body)
}

// Binary finds or installs the Envoy under test: the one $ENVOY names, $ENVOY_VERSION's, or the pinned
// one. The test fails when it cannot be had.
func Binary(t testing.TB) string {
	t.Helper()
	root := Root(t)
	if path, err := envoy.Binary(root); err == nil {
		return path
	}
	if os.Getenv("ENVOY") != "" {
		t.Fatalf("ENVOY=%s is no executable", os.Getenv("ENVOY"))
	}
	install := exec.Command(filepath.Join(root, "envoy", "install.sh"))
	var errs bytes.Buffer
	install.Stderr = &errs
	out, err := install.Output()
	if err != nil {
		t.Fatalf("install envoy: %v\n%s", err, errs.String())
	}
	return strings.TrimSpace(string(out))
}

// Root is the project's folder: the one above the test's that holds envoy/VERSION.
func Root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "envoy", "VERSION")); err == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("no folder above this one holds the project")
		}
		dir = filepath.Dir(dir)
	}
}

// Post sends JSON, with headers as names and values in turn. The caller closes the answer's body.
func Post(t testing.TB, url, body string, headers ...string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("content-type", "application/json")
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// FreeAddress is a host:port on which nobody listens now.
func FreeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// Validate lets Envoy itself read a bootstrap, without starting it.
func Validate(t testing.TB, bootstrap []byte) error {
	t.Helper()
	config := filepath.Join(t.TempDir(), "envoy.yaml")
	if err := os.WriteFile(config, bootstrap, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(Binary(t), "--mode", "validate", "--config-path", config, "--log-level", "error").CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return nil
}
