//go:build clients

package browser

import (
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"ockham/internal/admin"
)

var screenshots = flag.String("screenshots", "", "folder for screenshots of the page")

const token = "a-token-that-is-long-enough"

// TestThePageInChromium runs look.mjs, whose every line says what was looked at.
func TestThePageInChromium(t *testing.T) {
	chromium := firstOf(t, os.Getenv("CHROMIUM"), "chromium", "chromium-browser", "google-chrome")
	dir := install(t)
	stranger := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte("<!doctype html><title>another origin</title>"))
	}))
	defer stranger.Close()
	shots := *screenshots
	if shots == "" {
		shots = t.TempDir()
	}
	command := exec.CommandContext(t.Context(), "node", "look.mjs", chromium, serve(t, admin.Access{}), serve(t, admin.Access{Token: token}), token, stranger.URL, shots)
	command.Dir = dir
	output, err := command.CombinedOutput()
	t.Logf("%s", output)
	if err != nil {
		t.Errorf("look.mjs: %v", err)
	}
}

// install puts the script and its packages, as locked, into a folder of the test.
func install(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"package.json", "package-lock.json", "look.mjs"} {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	npm := exec.CommandContext(t.Context(), "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
	npm.Dir = dir
	if output, err := npm.CombinedOutput(); err != nil {
		t.Fatalf("npm ci: %v\n%s", err, output)
	}
	return dir
}

func firstOf(t *testing.T, names ...string) string {
	t.Helper()
	for _, name := range names {
		if path, err := exec.LookPath(name); name != "" && err == nil {
			return path
		}
	}
	t.Fatal("no Chromium: install one (apt-get install chromium), or set CHROMIUM to its path")
	return ""
}
