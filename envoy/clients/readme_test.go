//go:build clients

package clients

import (
	"context"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"ockham/envoy/envoytest"
	"ockham/internal/config"
)

// fences are the README's code blocks with a language, and what runs each.
var fences = regexp.MustCompile("(?ms)^```(sh|python|js)\n(.*?)^```$")

// TestReadme runs the calls that the README shows as they stand there, but for the address.
func TestReadme(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	url := up(t, func(c *config.Config) { c.Server.WebSocket.Enabled = true })
	host := strings.TrimPrefix(url, "http://")
	run := map[string][]string{
		"sh":     {"sh"},
		"python": {envoytest.Installed(t, "clients/venv/bin/python"), "-"},
		"js":     {envoytest.Installed(t, "clients/node_modules/.bin/node"), "--input-type=module", "-"},
	}
	ran := map[string]int{}
	for _, m := range fences.FindAllStringSubmatch(string(readme), -1) {
		language, code := m[1], strings.ReplaceAll(m[2], "localhost:8080", host)
		if !strings.Contains(code, host) {
			continue
		}
		ran[language]++
		ctx, cancel := context.WithTimeout(t.Context(), limit)
		defer cancel()
		cmd := exec.CommandContext(ctx, run[language][0], run[language][1:]...)
		cmd.Stdin, cmd.Env = strings.NewReader(code), envoytest.ClientEnvironment()
		out, err := cmd.Output()
		if err != nil || len(strings.TrimSpace(string(out))) < 20 {
			t.Errorf("%s: got error %v and %q, want an answer from\n%s", language, err, out, code)
		}
	}
	if ran["sh"] == 0 || ran["python"] < 2 || ran["js"] == 0 {
		t.Errorf("ran %v of the README; the test has lost sight of its calls", ran)
	}
}
