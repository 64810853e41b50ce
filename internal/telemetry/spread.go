package telemetry

import "math"

// Spread counts durations in buckets that grow by a quarter, from a quarter of a millisecond to five
// minutes: quantiles are right to about a tenth, in fixed memory, and spreads add up.
type Spread [spreadBuckets]uint32

const (
	spreadBuckets = 64
	spreadFirst   = 0.25 // milliseconds, upper end of the first bucket
	spreadGrowth  = 1.25
)

// Add counts a duration.
func (s *Spread) Add(millis float64) {
	s[bucketOf(millis)]++
}

func bucketOf(millis float64) int {
	if !(millis > spreadFirst) {
		return 0
	}
	return min(int(math.Ceil(math.Log(millis/spreadFirst)/math.Log(spreadGrowth))), spreadBuckets-1)
}

// Merge adds the counts of other.
func (s *Spread) Merge(other *Spread) {
	for i, n := range other {
		s[i] += n
	}
}

// Quantiles of a duration, in milliseconds.
type Quantiles struct {
	Count int     `json:"count"`
	P50   float64 `json:"p50"`
	P95   float64 `json:"p95"`
	P99   float64 `json:"p99"`
}

// Quantiles are 0 where nothing was counted.
func (s *Spread) Quantiles() Quantiles {
	total := 0
	for _, n := range s {
		total += int(n)
	}
	return Quantiles{Count: total, P50: s.quantile(0.5, total), P95: s.quantile(0.95, total), P99: s.quantile(0.99, total)}
}

// quantile returns the geometric middle of the bucket in which share of the total is reached.
func (s *Spread) quantile(share float64, total int) float64 {
	if total == 0 {
		return 0
	}
	rank, seen := share*float64(total), 0.0
	for i, n := range s {
		if seen += float64(n); n > 0 && seen >= rank {
			return spreadFirst * math.Pow(spreadGrowth, float64(i)-0.5)
		}
	}
	return spreadFirst * math.Pow(spreadGrowth, spreadBuckets-1)
}
