//go:build clients

package clients

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"testing"

	"ockham/envoy/envoytest"
	"ockham/internal/config"
)

// TestBrowsersWebSocket opens sockets from pages in a Chromium: one of an origin that is allowed, and one
// of another.
func TestBrowsersWebSocket(t *testing.T) {
	home, stranger := page(t), page(t)
	url := up(t, func(c *config.Config) {
		c.Server.WebSocket.Enabled, c.Server.WebSocket.Origins = true, []string{home}
	})
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, envoytest.Installed(t, "clients/node_modules/.bin/node"), envoytest.Installed(t, "clients/socket.mjs"), url, chromium(t), home, stranger)
	cmd.Env = envoytest.ClientEnvironment("OCKHAM_URL=" + url)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("got %v, want success\n%s", err, out)
	}
}

// page serves an empty page of an origin of its own.
func page(t *testing.T) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte("<!doctype html><title>a page</title>"))
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{os.Getenv("CHROMIUM"), "chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); name != "" && err == nil {
			return path
		}
	}
	t.Fatal("no Chromium: install one (apt-get install chromium), or set CHROMIUM to its path")
	return ""
}
