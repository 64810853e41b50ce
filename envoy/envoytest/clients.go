//go:build clients

package envoytest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Installed is where tools/clients.sh puts what real clients need, by its name below build.
func Installed(t testing.TB, name string) string {
	t.Helper()
	build := os.Getenv("BUILD")
	if build == "" {
		build = filepath.Join(Root(t), "build")
	}
	path, err := filepath.Abs(filepath.Join(build, name))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("%s is not installed: run tools/clients.sh first", name)
	}
	return path
}

// ClientEnvironment is this process's without anything of AWS or of proxies, so that clients see nothing of the
// machine's accounts and speak to nobody else.
func ClientEnvironment(more ...string) []string {
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
