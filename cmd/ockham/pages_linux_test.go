package main

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// What starting has touched of the program is let go of, and the program goes on.
func TestForgetStart(t *testing.T) {
	before := held(t, "RssFile:")
	forgetStart()
	if after := held(t, "RssFile:"); after >= before {
		t.Errorf("%d KB of the program's file before, %d KB after", before, after)
	}
}

// Memory that was written, but holds only zeros, is let go of, and holds them still.
func TestForgetZeros(t *testing.T) {
	zeros := make([]byte, ballast)
	for i := range zeros {
		zeros[i] = byte(i)
	}
	clear(zeros)
	before := held(t, "RssAnon:")
	forgetZeros(zeros)
	if after := held(t, "RssAnon:"); after > before-ballast>>11 {
		t.Errorf("%d KB before, %d KB after", before, after)
	}
	if zeros[0] != 0 || zeros[ballast-1] != 0 {
		t.Error("they are no zeros any more")
	}
}

// held is how many KB of a kind the process holds in memory.
func held(t *testing.T, kind string) (kb int) {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(status), kind)
	if _, err := fmt.Sscan(rest, &kb); !found || err != nil {
		t.Fatalf("no %s in %q: %v", kind, status, err)
	}
	return kb
}
