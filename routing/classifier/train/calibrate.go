package train

import (
	"math"

	"ockham/routing/classifier"
)

// calibrated stretches and shifts the outputs of l, and those of j with it, so that the chances j gave
// to unseen rows come true (Platt's method; least squares for the benefit).
func (f *fitting) calibrated(l classifier.Layer, j *judged) classifier.Layer {
	outcome := func(of func(*Example) (y, weight float64)) (ys, weights []float64) {
		for i := range f.rows {
			y, w := of(&f.rows[i])
			ys, weights = append(ys, y), append(weights, w)
		}
		return ys, weights
	}
	y, w := outcome(func(e *Example) (float64, float64) { return e.Small, e.SmallWeight })
	stretch(&l.Small, j.small, y, w, true)
	y, w = outcome(func(e *Example) (float64, float64) { return e.Large, e.LargeWeight })
	stretch(&l.Large, j.large, y, w, true)
	y, w = outcome(func(e *Example) (float64, float64) { return e.Large - e.Small, min(e.SmallWeight, e.LargeWeight) })
	stretch(&l.Need, j.need, y, w, false)
	for i := range j.need { // as Layer.Judge does
		j.need[i] = (j.need[i] + chance(j.large[i]) - chance(j.small[i])) / 2
	}
	return l
}

// stretch fits y = a x + b, through the logistic function or not, and applies it to the forest and x.
func stretch(forest *classifier.Forest, x, y, weight []float64, logistic bool) {
	a, b := 1.0, 0.0
	for range 8 { // Newton's method in two unknowns; linear problems are done after one
		m, v := [][]float64{{1e-6, 0}, {0, 1e-6}}, []float64{0, 0}
		for i := range x {
			if math.IsNaN(y[i]) || weight[i] <= 0 {
				continue
			}
			z := a*x[i] + b
			p, curve := z, 1.0
			if logistic {
				p = 1 / (1 + math.Exp(-z))
				curve = max(p*(1-p), 1e-6)
			}
			m[0][0] += weight[i] * curve * x[i] * x[i]
			m[1][0] += weight[i] * curve * x[i]
			m[1][1] += weight[i] * curve
			v[0] += weight[i] * (y[i] - p) * x[i]
			v[1] += weight[i] * (y[i] - p)
		}
		d, err := solve(m, v)
		if err != nil {
			return
		}
		a, b = a+d[0], b+d[1]
	}
	if !(a > 0.2 && a < 5) {
		return // the estimates do not rank the outcomes: stretching would invent certainty
	}
	forest.Base = a*forest.Base + b
	for k := range forest.Trees {
		for n := range forest.Trees[k].Value {
			forest.Trees[k].Value[n] *= float32(a)
		}
	}
	for i := range x {
		x[i] = a*x[i] + b
	}
}
