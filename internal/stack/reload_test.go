package stack

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// The configuration is replaced every 50 ms, every third time by one that is wrong: no request fails, each is
// decided by one policy as a whole, and the fault shows where probes and metrics look.
func TestReloadUnderTraffic(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ockham.yml")
	texts := []string{
		"rules: [{name: first, when: 'tokens < 500', pipe: green}]\n",
		"rules: [{name: second, when: 'tokens < 500', pipe: purple}]\n",
		"rules: [{name: third, when: 'tokns < 500', pipe: green}]\n",
	}
	put := func(i int) {
		if err := errors.Join(os.WriteFile(file+".new", []byte(texts[i%3]), 0o600), os.Rename(file+".new", file)); err != nil {
			t.Fatal(err)
		}
	}
	put(0)
	s := start(t, Options{Config: file})
	stop, seen := make(chan struct{}), make(chan string, 100_000)
	var clients sync.WaitGroup
	for range 4 {
		clients.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				status, got := s.call(t, "POST", "/api/v1/generate", `{"prompt":"Hello."}`)
				route, _ := got["route"].(map[string]any)
				if status != 200 {
					t.Errorf("got %d %v", status, got)
					return
				}
				seen <- fmt.Sprint(route["reason"], " ", route["pipe"])
			}
		})
	}
	for i := range 30 {
		put(i)
		if err := s.service.Reload(); (err != nil) != (i%3 == 2) {
			t.Errorf("reload %d: %v", i, err)
		}
		time.Sleep(50 * time.Millisecond)
	}
	close(stop)
	clients.Wait()
	close(seen)
	counts := map[string]int{}
	for what := range seen {
		counts[what]++
	}
	if len(counts) != 2 || counts["first green"] == 0 || counts["second purple"] == 0 {
		t.Errorf("decided as %v, want first green and second purple only", counts)
	}
	if got := s.admin(t, "/readyz"); !strings.Contains(got, `there is no \"tokns\" to read`) {
		t.Errorf("/readyz: no word of the fault in %s", got)
	}
	if got := s.admin(t, "/metrics"); !regexp.MustCompile(`ockham_config_reloads_total\{result="refused"\} \d\d`).MatchString(got) {
		t.Error("/metrics: not ten refused configurations or more")
	}
}

// A changed file is in force without a restart; a bad one leaves the old policy running.
func TestReload(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ockham.yaml")
	save := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	save("tasks: {green: [chat]}\n")
	s := start(t, Options{Config: file})
	pipe := func() any {
		_, got := s.call(t, "POST", "/api/v1/generate", `{"prompt":"hello","task_type":"chat"}`)
		route, _ := got["route"].(map[string]any)
		return route["pipe"]
	}
	if got := pipe(); got != "green" {
		t.Fatalf("got pipe %v, want green", got)
	}
	save("tasks: {green: [summarize], purple: [chat]}\n")
	deadline := time.Now().Add(20 * time.Second)
	for pipe() != "purple" && time.Now().Before(deadline) {
		time.Sleep(50 * time.Millisecond)
	}
	if got := pipe(); got != "purple" {
		t.Fatalf("after the change: got pipe %v, want purple", got)
	}
	save("tasks: [broken\n")
	if err := s.service.Reload(); err == nil {
		t.Error("a broken file was taken")
	}
	if resp, err := http.Get(s.Admin + "/readyz"); err != nil || resp.StatusCode != 200 {
		t.Errorf("readyz: got %v, %v, want 200", resp, err)
	} else if body, _ := io.ReadAll(resp.Body); !bytes.Contains(body, []byte("refused")) {
		t.Errorf("readyz does not tell of the refused file: %s", body)
	}
	if got := pipe(); got != "purple" {
		t.Errorf("after a broken file: got pipe %v, want the policy before it", got)
	}
}
