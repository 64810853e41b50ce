//go:build clients

package clients

import (
	"context"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ockham/envoy/envoytest"
	"ockham/internal/config"
	"ockham/internal/stack"
)

// limit bounds one client's run on a busy machine.
const limit = 5 * time.Minute

// installed is where tools/clients.sh puts the clients.
func installed(t *testing.T, name string) string {
	t.Helper()
	build := os.Getenv("BUILD")
	if build == "" {
		build = filepath.Join("..", "..", "build")
	}
	path, err := filepath.Abs(filepath.Join(build, "clients", name))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("%s is not installed: run tools/clients.sh first", name)
	}
	return path
}

// up starts Envoy, service and emulator, open as `ockham up` is; change may differ from it.
func up(t *testing.T, change ...func(*config.Config)) (url string) {
	t.Helper()
	s, err := stack.Start(t.Context(), stack.Options{
		Envoy: envoytest.Binary(t), Log: slog.New(slog.DiscardHandler),
		Override: func(c *config.Config) {
			c.Expose, c.Allow.ConcreteModels = "full", true
			for _, f := range change {
				f(c)
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		envoytest.WantNoneLeft(t)
		s.Stop()
	})
	return s.URL
}

func TestClients(t *testing.T) {
	url := up(t)
	python, node := installed(t, "venv/bin/python"), installed(t, "node_modules/.bin/node")
	for _, c := range []struct {
		name    string
		command []string
	}{
		{"openai", []string{python, "openai_client.py", url}},
		{"anthropic", []string{python, "anthropic_client.py", url}},
		{"boto3", []string{python, "boto3_client.py", url}},
		{"AWS SDK for JavaScript", []string{node, installed(t, "aws_sdk.mjs"), url}},
		{"AI SDK", []string{node, installed(t, "ai_sdk.mjs"), url}},
		{"LangChain", []string{python, "langchain_client.py", url}},
		{"LangChain's standard suites", []string{
			python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-o", "asyncio_mode=auto",
			"-o", "asyncio_default_test_loop_scope=session", "langchain_standard.py",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), limit)
			defer cancel()
			cmd := exec.CommandContext(ctx, c.command[0], c.command[1:]...)
			cmd.Env = environment("OCKHAM_URL=" + url)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("got %v, want success\n%s", err, out)
			}
		})
	}
}

// environment is this process's without anything of AWS or of proxies, so that the clients see nothing
// of the machine's accounts and speak to nobody else.
func environment(more ...string) []string {
	var kept []string
	for _, entry := range os.Environ() {
		name, _, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(name, "AWS_") && !strings.HasSuffix(strings.ToLower(name), "_proxy") {
			kept = append(kept, entry)
		}
	}
	return append(append(kept, "AWS_EC2_METADATA_DISABLED=true", "AWS_CONFIG_FILE=/dev/null",
		"AWS_SHARED_CREDENTIALS_FILE=/dev/null", "PYTHONDONTWRITEBYTECODE=1"), more...)
}
