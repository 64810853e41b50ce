// Package faults shows what becomes of requests while something breaks: real clients, a real Envoy, real
// processes of `ockham serve`, so that they can be killed and frozen, and the emulator of Bedrock.
//
// Every request that was sent is counted: answered well, answered with a clear error, lost, or answered
// twice. A request is lost that neither has a complete answer nor fails in a way that its client can tell.
package faults

import (
	"flag"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"ockham/envoy/envoytest"
)

var (
	lasting = flag.Duration("for", time.Second, "how long each fault lasts")
	crowd   = flag.Int("clients", 16, "clients at once")
	soaking = flag.Duration("soak", 0, "how long the soak lasts; 0: a few seconds")
	streams = flag.Int("streams", 100, "streams at once in the soak")
	update  = flag.Bool("update", false, "write the measured tables into docs/reliability.md")
)

// binary is the built program.
var binary string

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(run(m))
}

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "faults-")
	if err != nil {
		log.Print(err)
		return 1
	}
	defer os.RemoveAll(dir)
	binary = filepath.Join(dir, "ockham")
	build := exec.Command("go", "build", "-o", binary, "ockham/cmd/ockham")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		log.Printf("building the program: %v\n%s", err, out)
		return 1
	}
	log.SetOutput(unsolicited)
	return m.Run()
}

// page is where the tables stand.
func page(t *testing.T) string { return filepath.Join(envoytest.Root(t), "docs", "reliability.md") }
