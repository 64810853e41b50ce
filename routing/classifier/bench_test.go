package classifier

import (
	"fmt"
	"strings"
	"testing"
)

const sample = "A train leaves the station at 9:40 and travels 135 km at an average of 90 km/h. How long does it take, and when does it arrive? Explain the steps you take.\n"

func BenchmarkScore(b *testing.B) {
	m := Default()
	for _, size := range []int{200, 2000, 8 << 10, 1 << 20} {
		text := strings.Repeat(sample, size/len(sample)+1)[:size]
		words := make([]string, 0, size/8)
		for i := 0; len(words) < size/8; i++ {
			words = append(words, fmt.Sprintf("w%xord%d", i*7919%65537, i%10))
		}
		for name, text := range map[string]string{"repeated": text, "varied": strings.Join(words, " ")} {
			b.Run(fmt.Sprintf("%s/%d", name, len(text)), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					m.Score(text, "")
				}
			})
		}
	}
}
