package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"syscall"
)

// forgetStart lets go of the pages of the program's file that starting has touched: most of them hold what
// ran once, and made up two thirds of what an idle service takes. What is needed again is read again.
func forgetStart() {
	program, err := os.Executable()
	if err != nil {
		return
	}
	maps, err := os.Open("/proc/self/smaps")
	if err != nil {
		return
	}
	defer maps.Close()
	var from, to uintptr // of a part of the program's file
	for lines := bufio.NewScanner(maps); lines.Scan(); {
		line := lines.Text()
		var a, b uintptr
		var may string
		if _, err := fmt.Sscanf(line, "%x-%x %s ", &a, &b, &may); err == nil {
			if from, to = 0, 0; may[1] != 'w' && strings.HasSuffix(line, " "+program) {
				from, to = a, b
			}
			continue
		}
		// Whatever was written to, by the loader of a position-independent program say, would be lost.
		var written int
		if _, err := fmt.Sscanf(line, "Anonymous: %d kB", &written); err == nil && written == 0 && to > from {
			_, _, _ = syscall.Syscall(syscall.SYS_MADVISE, from, to-from, syscall.MADV_DONTNEED) // at worst nothing is let go of
		}
	}
}

// forgetZeros lets go of the pages of memory that holds nothing but zeros; they are zeros again when they are read.
func forgetZeros(zeros []byte) {
	_ = syscall.Madvise(zeros, syscall.MADV_DONTNEED) // at worst nothing is let go of
}
