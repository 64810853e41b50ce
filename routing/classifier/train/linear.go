package train

import (
	"errors"
	"math"

	"ockham/routing/classifier"
)

// sample is one row for the last layer.
type sample struct {
	in     [classifier.Inputs]float32
	y      float64
	weight float64
}

const unknowns = classifier.Inputs + 1 // and the bias

// fitLinear minimises squared error, fitLogistic cross entropy; both with a penalty on the weights.
func fitLinear(rows []sample, penalty float64) (classifier.Linear, error) {
	var a [unknowns][unknowns]float64
	var b [unknowns]float64
	for i := range rows {
		accumulate(&a, &b, &rows[i], rows[i].weight, rows[i].weight*rows[i].y)
	}
	return finish(&a, &b, penalty)
}

// fitLogistic is Newton's method; a dozen steps are ample for a convex problem of this size.
func fitLogistic(rows []sample, penalty float64) (classifier.Linear, error) {
	var l classifier.Linear
	for range 12 {
		var a [unknowns][unknowns]float64
		var b [unknowns]float64
		for i := range rows {
			z := min(max(value(&l, &rows[i].in), -12), 12)
			p := 1 / (1 + math.Exp(-z))
			curve := max(p*(1-p), 1e-5)
			accumulate(&a, &b, &rows[i], rows[i].weight*curve, rows[i].weight*(curve*z+rows[i].y-p))
		}
		next, err := finish(&a, &b, penalty)
		if err != nil {
			return l, err
		}
		l = next
	}
	return l, nil
}

func accumulate(a *[unknowns][unknowns]float64, b *[unknowns]float64, s *sample, weight, target float64) {
	var x [unknowns]float64
	for i, v := range s.in {
		x[i] = float64(v)
	}
	x[unknowns-1] = 1
	for i := range x {
		if x[i] == 0 {
			continue
		}
		b[i] += target * x[i]
		for j := 0; j <= i; j++ {
			a[i][j] += weight * x[i] * x[j]
		}
	}
}

func finish(a *[unknowns][unknowns]float64, b *[unknowns]float64, penalty float64) (l classifier.Linear, err error) {
	m := make([][]float64, unknowns)
	for i := range m {
		m[i] = a[i][:]
		if i < unknowns-1 {
			m[i][i] += penalty
		}
	}
	x, err := solve(m, b[:])
	if err != nil {
		return l, err
	}
	for i := range l.Weights {
		l.Weights[i] = float32(x[i])
	}
	l.Bias = x[unknowns-1]
	return l, nil
}

func value(l *classifier.Linear, in *[classifier.Inputs]float32) float64 {
	sum := l.Bias
	for i, v := range in {
		sum += float64(v) * float64(l.Weights[i])
	}
	return sum
}

// solve is Cholesky's method for a symmetric positive matrix, of which the lower half is read.
func solve(a [][]float64, b []float64) ([]float64, error) {
	n := len(b)
	x := append([]float64(nil), b...)
	for i := range n {
		for j := 0; j <= i; j++ {
			sum := a[i][j]
			for k := range j {
				sum -= a[i][k] * a[j][k]
			}
			if i > j {
				a[i][j] = sum / a[j][j]
				continue
			}
			if !(sum > 0) {
				return nil, errors.New("the rows do not determine the weights: too few, or all alike")
			}
			a[i][i] = math.Sqrt(sum)
		}
	}
	for i := range n {
		for k := range i {
			x[i] -= a[i][k] * x[k]
		}
		x[i] /= a[i][i]
	}
	for i := n - 1; i >= 0; i-- {
		for k := i + 1; k < n; k++ {
			x[i] -= a[k][i] * x[k]
		}
		x[i] /= a[i][i]
	}
	return x, nil
}
