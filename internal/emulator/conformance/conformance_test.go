//go:build clients

package conformance

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ockham/envoy/envoytest"
	"ockham/internal/emulator"
)

const limit = 3 * time.Minute

func start(t *testing.T, mutation emulator.Mutation) (running *emulator.Running, authority string) {
	t.Helper()
	running, err := emulator.Start(emulator.Config{Mutation: mutation})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(running.Close)
	authority = filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(authority, running.CA, 0o600); err != nil {
		t.Fatal(err)
	}
	return running, authority
}

// client is a script that checks an emulator and prints a line for each check.
type client struct {
	name, program string
	arguments     func(url, tls, authority string) []string
	overlooks     emulator.Mutation // what this client's own reading forgives
}

func clients(t *testing.T) []client {
	t.Helper()
	modules := envoytest.Installed(t, "conformance/node_modules")
	return []client{
		{"boto3", envoytest.Installed(t, "conformance/venv/bin/python"), func(url, tls, ca string) []string { return []string{"client.py", url, tls, ca} }, ""},
		{"JavaScript", filepath.Join(modules, ".bin", "node"), func(url, tls, ca string) []string { return []string{"client.mjs", url, tls, ca, filepath.Dir(modules)} }, emulator.MutateUnionType},
	}
}

// run returns the lines of failed checks.
func (c client) run(t *testing.T, mutation emulator.Mutation) []string {
	t.Helper()
	running, authority := start(t, mutation)
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, c.program, c.arguments(running.URL, running.TLSURL, authority)...)
	cmd.Env = envoytest.ClientEnvironment("NODE_EXTRA_CA_CERTS=" + authority)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	passed, failed := sorted(string(out))
	if err != nil && len(failed) == 0 || passed == 0 && len(failed) == 0 {
		t.Fatalf("%s did not run: %v\n%s", c.name, err, out)
	}
	t.Logf("%s: %d checks passed, %d failed", c.name, passed, len(failed))
	return failed
}

func sorted(out string) (passed int, failed []string) {
	for line := range strings.Lines(out) {
		switch {
		case strings.HasPrefix(line, "ok "):
			passed++
		case strings.HasPrefix(line, "FAIL "):
			failed = append(failed, strings.TrimSpace(line))
		}
	}
	return passed, failed
}

func TestClients(t *testing.T) {
	for _, c := range clients(t) {
		for _, line := range c.run(t, "") {
			t.Errorf("%s: %s", c.name, line)
		}
	}
}

// TestMutations damages the emulator in one way after the other; each client must notice each.
func TestMutations(t *testing.T) {
	for _, mutation := range []emulator.Mutation{
		emulator.MutateNoSignature, emulator.MutateSingleEscape, emulator.MutateUnionType, emulator.MutateNoBlockStop,
		emulator.MutateNoMessageStop, emulator.MutateBadCRC,
	} {
		t.Run(string(mutation), func(t *testing.T) {
			for _, c := range clients(t) {
				if len(c.run(t, mutation)) == 0 && c.overlooks != mutation {
					t.Errorf("%s noticed nothing", c.name)
				}
			}
		})
	}
}

// aws runs the CLI, and returns what it printed on both outputs.
func aws(t *testing.T, url, secret string, arguments ...string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, envoytest.Installed(t, "conformance/venv/bin/aws"), append([]string{"bedrock-runtime", "--endpoint-url", url, "--region", "us-east-1"}, arguments...)...)
	cmd.Env = envoytest.ClientEnvironment("AWS_ACCESS_KEY_ID="+emulator.DefaultAccessKey, "AWS_SECRET_ACCESS_KEY="+secret, "AWS_MAX_ATTEMPTS=1")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

const haiku = "us.anthropic.claude-haiku-4-5-20251001-v1:0"

func TestCLI(t *testing.T) {
	running, _ := start(t, "")
	hello := `[{"role":"user","content":[{"text":"What is a fjord?"}]}]`
	for _, model := range []string{haiku, "arn:aws:bedrock:us-east-1:123456789012:inference-profile/" + haiku} {
		out, err := aws(t, running.URL, emulator.DefaultSecret, "converse", "--model-id", model, "--messages", hello)
		var reply struct{ StopReason string }
		if json.Unmarshal([]byte(out), &reply) != nil || err != nil || reply.StopReason != "end_turn" {
			t.Errorf("converse %s: %v %s", model, err, out)
		}
	}
	out, err := aws(t, running.URL, emulator.DefaultSecret, "count-tokens", "--model-id", haiku, "--input", `{"converse":{"messages":`+hello+`}}`)
	if err != nil || !strings.Contains(out, "inputTokens") {
		t.Errorf("count-tokens: %v %s", err, out)
	}
	file := filepath.Join(t.TempDir(), "answer.json")
	out, err = aws(t, running.URL, emulator.DefaultSecret, "invoke-model", "--model-id", haiku, "--body", `{"anthropic_version":"bedrock-2023-05-31","max_tokens":50,"messages":[{"role":"user","content":"hi"}]}`, file)
	answer, _ := os.ReadFile(file)
	if err != nil || !strings.Contains(string(answer), `"stop_reason":"end_turn"`) {
		t.Errorf("invoke-model: %v %s %s", err, out, answer)
	}
	for marker, want := range map[string]string{"throttle": "ThrottlingException", "access_denied": "AccessDeniedException"} {
		out, err := aws(t, running.URL, emulator.DefaultSecret, "converse", "--model-id", haiku, "--messages", strings.Replace(hello, "fjord?", "fjord?[[fault:"+marker+"]]", 1))
		if err == nil || !strings.Contains(out, want) {
			t.Errorf("%s: %v %s", marker, err, out)
		}
	}
	if out, err := aws(t, running.URL, "wrong", "converse", "--model-id", haiku, "--messages", hello); err == nil || !strings.Contains(out, "InvalidSignatureException") {
		t.Errorf("a wrong secret: %v %s", err, out)
	}
}
