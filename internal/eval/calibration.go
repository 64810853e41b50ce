package eval

import (
	"cmp"
	"math"
	"slices"

	"ockham/routing/classifier"
)

// Bin is one bar of a reliability curve: what was said on average, and what came of it.
type Bin struct {
	Rows int     `json:"rows"`
	Said float64 `json:"said"`
	Was  float64 `json:"was"`
}

// Calibration says whether chances are what they claim to be.
type Calibration struct {
	ECE  float64 `json:"ece"`  // mean distance between said and was, over bins of equal size
	Bins []Bin   `json:"bins"` // by rising chance
}

const reliabilityBins = 15

// Calibrate compares chances with outcomes.
func Calibrate(said, was []float64) Calibration {
	order := rising(said)
	var c Calibration
	n := min(reliabilityBins, len(order))
	for k := range n {
		var b Bin
		for _, i := range order[k*len(order)/n : (k+1)*len(order)/n] {
			b.Rows++
			b.Said += said[i]
			b.Was += was[i]
		}
		b.Said, b.Was = b.Said/float64(b.Rows), b.Was/float64(b.Rows)
		c.ECE += math.Abs(b.Said-b.Was) * float64(b.Rows) / float64(len(order))
		c.Bins = append(c.Bins, b)
	}
	return c
}

// rising lists the places of values from the lowest to the highest, equal ones in their order.
func rising(values []float64) []int {
	order := make([]int, len(values))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(values[a], values[b]) })
	return order
}

// Calibrations are those of both models, with and without the task.
type Calibrations struct {
	Small     Calibration `json:"weak"`
	Large     Calibration `json:"strong"`
	SmallTask Calibration `json:"weak_task"`
	LargeTask Calibration `json:"strong_task"`
}

func calibrations(rows []Row, s Scores) Calibrations {
	of := func(scores []classifier.Score, said func(classifier.Score) float64, was func(Row) float64) Calibration {
		a, b := make([]float64, len(rows)), make([]float64, len(rows))
		for i := range rows {
			a[i], b[i] = said(scores[i]), was(rows[i])
		}
		return Calibrate(a, b)
	}
	small, large := func(s classifier.Score) float64 { return s.Small }, func(s classifier.Score) float64 { return s.Large }
	smallWas, largeWas := func(r Row) float64 { return r.Small }, func(r Row) float64 { return r.Large }
	return Calibrations{
		Small: of(s.Text, small, smallWas), Large: of(s.Text, large, largeWas),
		SmallTask: of(s.Task, small, smallWas), LargeTask: of(s.Task, large, largeWas),
	}
}
