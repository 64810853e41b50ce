package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"ockham/envoy/envoytest"
)

// TestAdditions builds Ockham with the check and the dialect that CONTRIBUTING.md adds, and asks it through
// Envoy: what the page shows is all that it takes.
func TestAdditions(t *testing.T) {
	root := envoytest.Root(t)
	dir := t.TempDir()
	overlay := filepath.Join(dir, "overlay.json")
	written, err := json.Marshal(map[string]any{"Replace": additions(t, root, dir)})
	if err != nil {
		t.Fatal(err)
	}
	save(t, overlay, string(written))
	binary := filepath.Join(dir, "ockham")
	build := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-overlay", overlay, "-o", binary, "./cmd/ockham")
	build.Dir, build.Env = root, append(os.Environ(), "CGO_ENABLED=0") // as make build does, whose packages serve again
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	config := filepath.Join(dir, "ockham.yaml")
	save(t, config, "checks: [empty, shout]\n")

	url := additionsUp(t, binary, config, shoutsOnce(t))
	resp, err := http.Post(url+"/plain", "text/plain", strings.NewReader("When do we meet?"))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	if got := string(body); got != "we meet on monday at nine, as we have done every week of this year\n" {
		t.Errorf("the answer is %q", got)
	}
	if got := resp.Header.Get("x-ockham-attempts"); got != "2" {
		t.Errorf("%s attempts; headers %v", got, resp.Header)
	}
	refused, err := http.Post(url+"/plain", "text/plain", strings.NewReader(" "))
	if err != nil {
		t.Fatal(err)
	}
	defer refused.Body.Close()
	if body, _ := io.ReadAll(refused.Body); refused.StatusCode != 400 || string(body) != "The body must be the prompt, as text in UTF-8.\n" {
		t.Errorf("an empty prompt: %d %q", refused.StatusCode, body)
	}
}

// shoutsOnce is a Bedrock whose first answer is in capital letters.
func shoutsOnce(t *testing.T) (url string) {
	var calls atomic.Int32
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text := "we meet on monday at nine, as we have done every week of this year"
		if calls.Add(1) == 1 {
			text = strings.ToUpper(text)
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"output":{"message":{"role":"assistant","content":[{"text":%q}]}},"stopReason":"end_turn","usage":{"inputTokens":5,"outputTokens":15,"totalTokens":20}}`, text)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// additionsUp runs all of it and returns Envoy's URL.
func additionsUp(t *testing.T, binary, config, bedrock string) string {
	cmd := exec.Command(binary, "up", "--envoy", envoytest.Binary(t), "--config", config, "--bedrock-endpoint", bedrock, "--ca-out", "",
		"--port", "0", "--emulator-port", "0", "--emulator-tls-port", "0", "--admin-port", "0", "--http-port", "0")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
	})
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if url, ok := strings.CutPrefix(strings.TrimSpace(lines.Text()), "prompts "); ok {
			go io.Copy(io.Discard, out)
			return strings.TrimSuffix(strings.TrimSpace(url), "/api/v1/generate")
		}
	}
	t.Fatal("it did not come up")
	return ""
}

// additions writes the files as the diffs of CONTRIBUTING.md leave them, for go build's -overlay.
func additions(t *testing.T, root, dir string) map[string]string {
	page, err := os.ReadFile(filepath.Join(root, "CONTRIBUTING.md"))
	if err != nil {
		t.Fatal(err)
	}
	replace := map[string]string{}
	for n, part := range strings.Split(string(page), "\n--- ")[1:] {
		head, rest, _ := strings.Cut(part, "\n")
		name, rest, _ := strings.Cut(rest, "\n")
		name = strings.TrimPrefix(name, "+++ b/")
		diff, _, _ := strings.Cut(rest, "\n```")
		var text string
		if head != "/dev/null" {
			old, err := os.ReadFile(filepath.Join(root, name))
			if err != nil {
				t.Fatal(err)
			}
			text = string(old)
		}
		to := filepath.Join(dir, fmt.Sprintf("%d.go", n))
		save(t, to, patched(t, name, text, diff))
		replace[filepath.Join(root, name)] = to
	}
	if len(replace) != 4 {
		t.Fatalf("found additions to %v", replace)
	}
	return replace
}

// patched applies a diff of one hunk. Where it belongs is found by its lines, not by their numbers, which
// change with every edit above them.
func patched(t *testing.T, name, text, diff string) string {
	var before, after strings.Builder
	for _, line := range strings.Split(diff, "\n") {
		if line == "" || strings.HasPrefix(line, "@@") {
			continue
		}
		if line[0] != '+' {
			before.WriteString(line[1:] + "\n")
		}
		if line[0] != '-' {
			after.WriteString(line[1:] + "\n")
		}
	}
	if text == "" {
		return after.String()
	}
	if strings.Count(text, before.String()) != 1 {
		t.Fatalf("%s does not hold once what the diff changes:\n%s", name, before.String())
	}
	return strings.Replace(text, before.String(), after.String(), 1)
}
