package classifier_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ockham/routing/classifier"
)

// prose is size bytes of this project's documents: words that training has met, which cost most.
func prose(b *testing.B, size int) string {
	files, err := filepath.Glob("../../docs/*.md")
	if err != nil || len(files) == 0 {
		b.Fatal("no documents: ", err)
	}
	var text strings.Builder
	for i := 0; text.Len() < size; i++ {
		page, err := os.ReadFile(files[i%len(files)])
		if err != nil {
			b.Fatal(err)
		}
		text.Write(page)
	}
	return text.String()[:size]
}

// others is from how many places a text begins.
const others = 4 << 10

// BenchmarkScore measures texts of 50 and 500 tokens and of 8 KiB and 1 MB, and the 99th percentile. No two
// in a row are the same, or the processor would learn by heart which way each tree goes.
func BenchmarkScore(b *testing.B) {
	m := classifier.Default()
	for _, size := range []int{200, 2000, 8 << 10, 1 << 20} {
		text := prose(b, size+others)
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			b.ReportAllocs()
			var took []time.Duration
			for b.Loop() {
				from := 7 * len(took) % others
				start := time.Now()
				m.Score(text[from:from+size], "")
				took = append(took, time.Since(start))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Nanoseconds()), "p50-ns")
			b.ReportMetric(float64(took[len(took)*99/100].Nanoseconds()), "p99-ns")
		})
	}
}
