package train

import (
	"math"

	"ockham/routing/classifier"
)

// judged is what last layers say of rows that they have not seen.
type judged struct{ small, large, need []float64 }

func (f *fitting) crossLast(tasks []taskMean) judged {
	n := len(f.rows)
	j := judged{make([]float64, n), make([]float64, n), make([]float64, n)}
	in := make([]inputs, n)
	for i := range in {
		in[i] = told(f.views[0].in[i], tasks, i)
	}
	for k := range f.config.Folds {
		l := f.last(func(i int) bool { return f.fold[i] != k }, tasks)
		for i := range f.rows {
			if f.fold[i] == k {
				j.small[i], j.large[i], j.need[i] = l.Small.At(&in[i]), l.Large.At(&in[i]), l.Need.At(&in[i])
			}
		}
	}
	return j
}

// told is in with what was measured on the row's task; no tasks leave it as it is.
func told(in inputs, tasks []taskMean, row int) inputs {
	if tasks != nil {
		in[classifier.InputTaskWeak], in[classifier.InputTaskStrong] = float32(tasks[row].small), float32(tasks[row].large)
	}
	return in
}

// last fits a last layer on the rows that use picks, in all views. The benefit is learned from outcomes
// with part of their chance taken out; the chances themselves from what happened, so that they are
// calibrated. tasks is what was measured on each row's task, where the layer is to be told.
func (f *fitting) last(use func(int) bool, tasks []taskMean) (l classifier.Layer) {
	var small, large, need []sample
	share := 1 / float64(len(f.views))
	for _, v := range f.views {
		for i := range f.rows {
			if !use(i) {
				continue
			}
			in := told(v.in[i], tasks, i)
			add := func(to *[]sample, y, weight float64) {
				if !math.IsNaN(y) && weight > 0 {
					*to = append(*to, sample{&in, y, weight * share})
				}
			}
			r := &f.rows[i]
			add(&small, r.Small, r.SmallWeight)
			add(&large, r.Large, r.LargeWeight)
			add(&need, f.soft[i], min(r.SmallWeight, r.LargeWeight))
		}
	}
	b, seed := f.config.Boost, f.config.Seed
	l.Small, l.Large = grow(small, b, true, seed), grow(large, b, true, seed+1)
	l.Need = grow(need, b, false, seed+2)
	return l
}

// othersTasks is for each row what was measured on its task on the rows of other folds.
func (f *fitting) othersTasks() []taskMean {
	out := make([]taskMean, len(f.rows))
	for k := range f.config.Folds {
		var others []Example
		for i := range f.rows {
			if f.fold[i] != k {
				others = append(others, f.rows[i])
			}
		}
		means, all := taskMeans(others, f.config.Shrink)
		for i := range f.rows {
			if f.fold[i] != k {
				continue
			}
			var ok bool
			if out[i], ok = means[f.rows[i].Task]; !ok {
				out[i] = all
			}
		}
	}
	return out
}
