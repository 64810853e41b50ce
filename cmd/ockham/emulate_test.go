package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// emulate runs the command until the test ends, and returns the lines that it prints.
func emulate(t *testing.T, arguments ...string) <-chan string {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	reader, writer := io.Pipe()
	done := make(chan error, 1)
	go func() {
		done <- run(ctx, append([]string{"emulate", "--listen", "127.0.0.1:0"}, arguments...), stdio{strings.NewReader(""), writer, io.Discard})
		_ = writer.Close()
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("emulate: %v", err)
		}
	})
	lines := make(chan string, 100)
	go func() {
		defer close(lines)
		for scanner := bufio.NewScanner(reader); scanner.Scan(); {
			lines <- scanner.Text()
		}
	}()
	return lines
}

// urlIn finds the address in a line such as "Bedrock emulator on http://127.0.0.1:8081".
func urlIn(line string) string {
	_, url, _ := strings.Cut(line, " on ")
	url, _, _ = strings.Cut(url, ",")
	return url
}

func TestEmulate(t *testing.T) {
	ca := filepath.Join(t.TempDir(), "ca.pem")
	lines := emulate(t, "--tls-listen", "127.0.0.1:0", "--ca-out", ca, "--no-verify", "--log", "-", "--fault", "throttle=100%@small", "--pace", "*opus*=1ms,0s")
	secured, plain := urlIn(<-lines), urlIn(<-lines)
	pem, err := os.ReadFile(ca)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}}
	const body = `{"messages":[{"role":"user","content":[{"text":"What is a fjord?"}]}]}`
	for _, c := range []struct {
		url, model string
		status     int
		log        string
	}{
		{plain, "us.anthropic.claude-opus-5-5", 200, `"model":"anthropic.claude-opus-5-5"`},
		{secured, "us.anthropic.claude-opus-5-5", 200, `"status":200`},
		{plain, "amazon.nova-micro-v1:0", 429, `"error":"ThrottlingException","faults":"throttle"`},
	} {
		response, err := client.Post(c.url+"/model/"+c.model+"/converse", "application/json", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if line := <-lines; response.StatusCode != c.status || !strings.Contains(line, c.log) || strings.Contains(line, "fjord") {
			t.Errorf("%s on %s: status %d, logged %s, want %d and %s", c.model, c.url, response.StatusCode, line, c.status, c.log)
		}
	}
}

func TestEmulateRefusesToStart(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	address := taken.Addr().String()
	bad := tempFile(t, "bad.jsonl", "{}\n")
	for want, arguments := range map[string][]string{
		address + " is in use by another program; choose another address": {"--listen", address},
		`unknown fault "nosuch"; known are access_denied, `:               {"--fault", "nosuch=5%"},
		`fault "throttle": want NAME=RATE, such as throttle=5%`:           {"--fault", "throttle"},
		bad + `:1: "id" is missing`:                                       {"--outcomes", bad},
		"no such file or directory":                                       {"--rates", "nowhere.json"},
		"--speed, --first-token and --token-gap cannot be negative":       {"--speed", "-1"},
		`--pace *nosuch*=1s,1s: no model matches "*nosuch*"`:              {"--pace", "*nosuch*=1s,1s"},
		`pace "fast": want PATTERN=FIRST,GAP, such as *haiku*=200ms,5ms`:  {"--pace", "fast"},
		"--log: ": {"--log", "/nowhere/at/all"},
		"unknown command \"extra\" for \"ockham emulate\"": {"extra"},
		"--ca-out: ": {"--listen", "127.0.0.1:0", "--tls-listen", "127.0.0.1:0", "--ca-out", "/nowhere/at/all"},
	} {
		err := run(t.Context(), append([]string{"emulate"}, arguments...), stdio{strings.NewReader(""), io.Discard, io.Discard})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: got %v, want %s", arguments, err, want)
		}
	}
}
