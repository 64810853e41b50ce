package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

// Each file in testdata/invalid holds a configuration with a fault, or a few, and everything that a
// person is told about it.
func TestFaults(t *testing.T) {
	files, err := filepath.Glob("testdata/invalid/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	for _, name := range files {
		name, err := filepath.Abs(name)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			got := faultsOf(t, a.Files[0].Data)
			if got == "" {
				t.Fatal("no fault is found")
			}
			if *update {
				a.Files[1].Data = []byte(got)
				if err := os.WriteFile(name, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if d := cmp.Diff(string(a.Files[1].Data), got); d != "" {
				t.Errorf("told differently (-want +got):\n%s", d)
			}
		})
	}
}

// faultsOf loads data as a file called ockham.yml and returns what is said.
func faultsOf(t *testing.T, data []byte) string {
	t.Helper()
	t.Chdir(t.TempDir())
	if err := os.WriteFile("ockham.yml", data, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Load("ockham.yml"); err != nil {
		return err.Error() + "\n"
	}
	return ""
}
