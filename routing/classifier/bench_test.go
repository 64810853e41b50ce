package classifier_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"ockham/routing/classifier"
)

// words is a text of about size bytes in which hardly a word comes twice: the slowest kind.
func words(size int) string {
	var b strings.Builder
	for i := 0; b.Len() < size; i++ {
		fmt.Fprintf(&b, "w%xord%c ", i*7919%65537, 'a'+i%26)
	}
	return b.String()[:size]
}

// BenchmarkScore measures texts of 50 and 500 tokens and of 8 KiB and 1 MB, and the 99th percentile.
func BenchmarkScore(b *testing.B) {
	m := classifier.Default()
	for _, size := range []int{200, 2000, 8 << 10, 1 << 20} {
		text := words(size)
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			b.ReportAllocs()
			var took []time.Duration
			for b.Loop() {
				start := time.Now()
				m.Score(text, "")
				took = append(took, time.Since(start))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Nanoseconds()), "p50-ns")
			b.ReportMetric(float64(took[len(took)*99/100].Nanoseconds()), "p99-ns")
		})
	}
}
