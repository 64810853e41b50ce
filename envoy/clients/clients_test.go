//go:build clients

package clients

import (
	"context"
	"log/slog"
	"os/exec"
	"testing"
	"time"

	"ockham/envoy/envoytest"
	"ockham/internal/config"
	"ockham/internal/stack"
)

// limit bounds one client's run on a busy machine.
const limit = 5 * time.Minute

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
	python, node := envoytest.Installed(t, "clients/venv/bin/python"), envoytest.Installed(t, "clients/node_modules/.bin/node")
	for _, c := range []struct {
		name    string
		command []string
	}{
		{"openai", []string{python, "openai_client.py", url}},
		{"anthropic", []string{python, "anthropic_client.py", url}},
		{"boto3", []string{python, "boto3_client.py", url}},
		{"AWS SDK for JavaScript", []string{node, envoytest.Installed(t, "clients/aws_sdk.mjs"), url}},
		{"AI SDK", []string{node, envoytest.Installed(t, "clients/ai_sdk.mjs"), url}},
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
			cmd.Env = envoytest.ClientEnvironment("OCKHAM_URL=" + url)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("got %v, want success\n%s", err, out)
			}
		})
	}
}
