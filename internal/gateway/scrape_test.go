package gateway

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"ockham/internal/config"
	"ockham/internal/emulator"
)

// TestScrapesDuringReloads: while configurations are taken and refused, one after the other, every scrape
// is whole and tells how many there were by then.
func TestScrapesDuringReloads(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ockham.yaml")
	write := func(text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("aim: 0.9")
	g, err := New(t.Context(), &Options{
		Config: path, Log: slog.New(slog.DiscardHandler), Credentials: credentials.NewStaticCredentialsProvider(emulator.DefaultAccessKey, emulator.DefaultSecret, ""),
		Override: func(c *config.Config) {
			c.Server.Listen, c.Server.Admin, c.Server.HTTP, c.Server.Drain = "unix:"+filepath.Join(t.TempDir(), "s"), "127.0.0.1:0", "localhost:0", 0
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer g.close()
	go func() { _ = g.admin.Serve(g.listeners["server.admin"]) }()

	const reloads = 12
	done := make(chan int)
	go func() {
		refused := 0
		for i := range reloads {
			if i%4 == 3 {
				write("no: such key")
			} else {
				write(fmt.Sprintf("aim: 0.%d", 10+i))
			}
			if g.Reload() != nil {
				refused++
			}
		}
		done <- refused
	}()
	for scrapes := 0; ; scrapes++ {
		body := metricsOf(t, g)
		for _, want := range []string{"ockham_config_reloads_total{result=\"taken\"}", "ockham_config_loaded_seconds", "ockham_build_info", "go_goroutines"} {
			if !strings.Contains(body, want) {
				t.Fatalf("scrape %d lacks %s:\n%s", scrapes, want, body)
			}
		}
		select {
		case refused := <-done:
			if want := fmt.Sprintf("ockham_config_reloads_total{result=\"refused\"} %d\n", reloads/4); refused != reloads/4 || !strings.Contains(metricsOf(t, g), want) {
				t.Errorf("%d of %d were refused, want %d and a metric that says so", refused, reloads, reloads/4)
			}
			return
		default:
		}
	}
}

func metricsOf(t *testing.T, g *Gateway) string {
	t.Helper()
	answer, err := http.Get("http://" + g.Addr("server.admin") + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("status %d, %v: %s", answer.StatusCode, err, body)
	}
	return string(body)
}
