package gateway

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Whoever can connect can read every prompt: the socket is its owner's and group's alone.
func TestSocketIsForOwnerAndGroup(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ockham.sock")
	l, err := listen("server.listen", "unix:"+path)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode() != fs.ModeSocket|0o660 {
		t.Errorf("got %v, %v, want a socket with mode 0660", info.Mode(), err)
	}
	if _, err := listen("server.listen", "unix:"+path); err == nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("a socket in use: got %v, want an error", err)
	}
	l.Close()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := listen("server.listen", "unix:"+file); err == nil {
		t.Error("a file was taken for a socket")
	}
	if text, _ := os.ReadFile(file); string(text) != "precious" {
		t.Error("a file was removed")
	}
}
