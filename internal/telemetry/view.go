package telemetry

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// View is one look at the sums; the admin page gets it as JSON. Durations are milliseconds.
type View struct {
	Now       time.Time            `json:"now"`
	Since     time.Time            `json:"since,omitzero"` // first request
	Seq       uint64               `json:"seq"`
	Total     Totals               `json:"total"`
	Savings   Savings              `json:"savings"`
	Latency   map[string]Quantiles `json:"latency"` // over the window
	Flows     []Flow               `json:"flows"`
	Reasons   []Count              `json:"reasons"`
	Strategy  []Count              `json:"strategies"`
	Models    []ModelSums          `json:"models"`
	Charges   []ChargeSums         `json:"charges"`
	Points    []Point              `json:"points"` // the window, oldest first
	StepMS    int64                `json:"step_ms"`
	WindowMin int                  `json:"window_minutes"`
}

// Totals since start.
type Totals struct {
	Requests   int     `json:"requests"`
	Failed     int     `json:"failed"`
	Escalated  int     `json:"escalated"`
	Left       int     `json:"left"`
	CostUSD    float64 `json:"cost_usd"`
	LargestUSD float64 `json:"largest_usd"`
}

// Count is how often a word came up.
type Count struct {
	Word  string `json:"word"`
	Count int    `json:"count"`
}

// Point sums up some minutes. Its savings are those since the start, up to the point, so that their
// interval narrows from left to right.
type Point struct {
	Time time.Time `json:"time"`
	Totals
	Counterfactual float64   `json:"counterfactual"`
	Measured       *Interval `json:"measured,omitempty"`
}

// maxPoints bounds what a curve holds.
const maxPoints = 120

// View looks back window from now, a day at most.
func (s *Sums) View(now time.Time, window time.Duration) View {
	s.mu.Lock()
	defer s.mu.Unlock()
	minutes := min(max(int(window/time.Minute), 1), dayMinutes)
	points, all, step := s.points(now, minutes)
	return View{
		Now: now.UTC(), Since: s.since, Seq: s.seq, Total: s.total.totals(), Savings: s.total.evidence.Savings(),
		Latency: map[string]Quantiles{
			"took": all.took.Quantiles(), "first_token": all.first.Quantiles(),
			"decided": all.decided.Quantiles(), "held": all.held.Quantiles(),
		},
		Flows: s.sortedFlows(), Reasons: sortedCounts(s.reasons), Strategy: sortedCounts(s.ways),
		Models: s.sortedModels(), Charges: s.sortedCharges(),
		Points: points, StepMS: (time.Duration(step) * time.Minute).Milliseconds(), WindowMin: minutes,
	}
}

// points sums the window up in steps of whole minutes.
func (s *Sums) points(now time.Time, minutes int) (points []Point, all minute, step int) {
	step = (minutes + maxPoints - 1) / maxPoints
	last := now.Unix() / 60
	first := last - int64(minutes) + 1
	all = s.sum(first, last)
	so := s.total.evidence.less(all.evidence) // what had been seen before the window
	for from := first; from <= last; from += int64(step) {
		sum := s.sum(from, min(from+int64(step)-1, last))
		so = so.Plus(sum.evidence)
		savings := so.Savings()
		points = append(points, Point{
			Time: time.Unix(from*60, 0).UTC(), Totals: sum.totals(),
			Counterfactual: savings.Counterfactual, Measured: savings.Measured,
		})
	}
	return points, all, step
}

// sum adds the minutes up that are still kept.
func (s *Sums) sum(from, to int64) (sum minute) {
	for number := from; number <= to; number++ {
		if slot := &s.minutes[((number%dayMinutes)+dayMinutes)%dayMinutes]; slot.number == number {
			sum.merge(slot)
		}
	}
	return sum
}

func (m *minute) totals() Totals {
	return Totals{Requests: m.requests, Failed: m.failed, Escalated: m.escalated, Left: m.left, CostUSD: m.costUSD, LargestUSD: m.largestUSD}
}

func (s *Sums) sortedFlows() []Flow {
	all := copies(s.flows)
	slices.SortFunc(all, func(a, b Flow) int { return cmp.Or(cmp.Compare(a.Pipe, b.Pipe), cmp.Compare(a.Model, b.Model)) })
	return all
}

func (s *Sums) sortedModels() []ModelSums {
	all := copies(s.models)
	for i := range all {
		all[i].First, all[i].Took = all[i].first.Quantiles(), all[i].took.Quantiles()
	}
	slices.SortFunc(all, func(a, b ModelSums) int { return cmp.Compare(a.Model, b.Model) })
	return all
}

func (s *Sums) sortedCharges() []ChargeSums {
	all := copies(s.charges)
	slices.SortFunc(all, func(a, b ChargeSums) int { return cmp.Compare(a.What, b.What) })
	return all
}

// copies returns the values of m, which may then be read without the lock.
func copies[K comparable, V any](m map[K]*V) []V {
	all := make([]V, 0, len(m))
	for _, v := range m {
		all = append(all, *v)
	}
	return all
}

func sortedCounts(m map[string]int) []Count {
	list := make([]Count, 0, len(m))
	for _, word := range slices.Sorted(maps.Keys(m)) {
		list = append(list, Count{word, m[word]})
	}
	slices.SortStableFunc(list, func(a, b Count) int { return cmp.Compare(b.Count, a.Count) })
	return list
}
