package stack

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// While requests are answered, the model file is cut, and then replaced by a whole one: the first is refused
// and shows, the last good model goes on deciding, the second is taken, and no request fails.
func TestModelFileIsSwappedUnderLoad(t *testing.T) {
	good, err := os.ReadFile("../../routing/classifier/model.bin")
	if err != nil {
		t.Fatal(err)
	}
	file, conf := filepath.Join(t.TempDir(), "model.bin"), filepath.Join(t.TempDir(), "ockham.yml")
	replace(t, file, good)
	replace(t, conf, fmt.Appendf(nil, "classifier: {file: %s}\nrules: []\notherwise: {ask: [classifier]}\n", file))
	s := start(t, Options{Config: conf})
	answered := s.keepAsking(t)

	replace(t, file, good[:len(good)/2])
	s.until(t, "/readyz", func(body string) bool { return strings.Contains(body, "cut or damaged") })
	_, got := s.call(t, "POST", "/api/v1/explain", `{"prompt":"What is the capital of Peru?"}`)
	if steps := fmt.Sprint(got["steps"]); !strings.Contains(steps, "chance that a small model does") {
		t.Errorf("with a damaged file the last good model does not decide: %s", steps)
	}
	replace(t, file, good)
	s.until(t, "/readyz", func(body string) bool { return body == `{"ok":true}` })
	s.until(t, "/metrics", func(body string) bool { return strings.Contains(body, `ockham_config_reloads_total{result="taken"} 1`) })
	if n := answered(); n == 0 {
		t.Error("nothing was answered meanwhile")
	}
}

// replace puts a file in place in one step, as training does.
func replace(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path+".new", data, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
}

// keepAsking sends one request after the other until the function it returns is called, which tells how many
// were answered. Any other answer than a good one fails the test.
func (s *Stack) keepAsking(t *testing.T) (stop func() int) {
	var ended atomic.Bool
	var n int
	var wg sync.WaitGroup
	wg.Go(func() {
		for !ended.Load() {
			resp, err := http.Post(s.URL+"/api/v1/generate", "application/json", strings.NewReader(`{"prompt":"What is the capital of Peru?"}`))
			if err != nil {
				t.Error(err)
				return
			}
			body, _ := io.ReadAll(resp.Body)
			resp.Body.Close()
			if resp.StatusCode != http.StatusOK {
				t.Errorf("status %d: %s", resp.StatusCode, body)
				return
			}
			n++
		}
	})
	end := func() int { ended.Store(true); wg.Wait(); return n }
	t.Cleanup(func() { end() })
	return end
}

// until asks the admin port until its answer is as wanted.
func (s *Stack) until(t *testing.T, path string, good func(body string) bool) {
	t.Helper()
	var body []byte
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		resp, err := http.Get(s.Admin + path)
		if err != nil {
			t.Fatal(err)
		}
		body, _ = io.ReadAll(resp.Body)
		resp.Body.Close()
		if good(strings.TrimSpace(string(body))) {
			return
		}
	}
	t.Fatalf("%s stays at %.2000s", path, body)
}
