package envoy

import (
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

//go:embed VERSION
var version string

// Version is the Envoy that Ockham is developed against, from the file VERSION.
func Version() string { return strings.TrimSpace(version) }

// Binary finds an Envoy: $ENVOY, then the one that install.sh put in build for $ENVOY_VERSION, then
// PATH, then build again for the pinned version. root is the project's folder, "" when there is none.
func Binary(root string) (string, error) {
	if path := os.Getenv("ENVOY"); path != "" {
		return exec.LookPath(path)
	}
	wanted := os.Getenv("ENVOY_VERSION")
	if wanted == "" {
		if path, err := exec.LookPath("envoy"); err == nil {
			return path, nil
		}
		wanted = Version()
	}
	if root == "" {
		return "", errors.New("no envoy in PATH; name one in ENVOY")
	}
	path, err := exec.LookPath(filepath.Join(root, "build", "envoy-"+wanted))
	if err != nil {
		return "", fmt.Errorf("no envoy in PATH and none in build; run envoy/install.sh or name one in ENVOY: %w", err)
	}
	return path, nil
}
