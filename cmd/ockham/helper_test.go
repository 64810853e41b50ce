package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// ockham runs the program and returns what it prints, errors at the end of errs, and its exit status.
func ockham(t *testing.T, in string, args ...string) (out, errs string, status int) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	err := run(t.Context(), args, stdio{strings.NewReader(in), &stdout, &stderr})
	var code *statusError
	switch {
	case errors.As(err, &code):
		status = code.code
	case err != nil:
		status = 1
	}
	if err != nil {
		stderr.WriteString(err.Error())
	}
	return stdout.String(), stderr.String(), status
}

// tempFile writes a file of its own for the test.
func tempFile(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	save(t, path, text)
	return path
}

func save(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
