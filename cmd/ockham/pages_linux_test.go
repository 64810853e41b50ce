package main

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// What starting has touched of the program is let go of, and the program goes on.
func TestForgetStart(t *testing.T) {
	before := programKB(t)
	forgetStart()
	if after := programKB(t); after >= before {
		t.Errorf("%d KB of the program's file before, %d KB after", before, after)
	}
}

// programKB is how much of the files that it is made of the process holds in memory.
func programKB(t *testing.T) (kb int) {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(status), "RssFile:")
	if _, err := fmt.Sscan(rest, &kb); !found || err != nil {
		t.Fatalf("no RssFile in %q: %v", status, err)
	}
	return kb
}
