package policy

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"ockham/routing"
)

// sentence is what the prompts of the benchmark are made of; code in it keeps the token rule from
// deciding, so that the classifier is asked.
const sentence = "Please compare the two proposals in Python below, def total(rows): return sum(rows), and say which of them costs less in the third year. "

// BenchmarkDecide is a decision by the default policy, classifier included, judge not asked.
func BenchmarkDecide(b *testing.B) {
	deps := testDeps()
	deps.Scorer, deps.Asker = Classifier, nil
	p, err := Load("", deps)
	if err != nil {
		b.Fatal(err)
	}
	for _, size := range []struct {
		name  string
		bytes int
	}{{"2KB", 2 << 10}, {"8KB", 8 << 10}, {"64KB", 64 << 10}, {"1MB", 1 << 20}} {
		b.Run(size.name, func(b *testing.B) {
			text := strings.Repeat(sentence, size.bytes/len(sentence)+1)[:size.bytes]
			prompt := &routing.Prompt{ID: "b", Turns: []routing.Turn{{Role: "user", Text: text}}}
			took := make([]time.Duration, 0, 1<<16)
			b.ReportAllocs()
			for b.Loop() {
				start := time.Now()
				if _, err := p.Router.Plan(context.Background(), prompt); err != nil {
					b.Fatal(err)
				}
				if len(took) < cap(took) {
					took = append(took, time.Since(start))
				}
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)*99/100].Nanoseconds()), "p99-ns")
		})
	}
}
