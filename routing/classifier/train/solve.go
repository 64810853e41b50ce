package train

import (
	"errors"
	"math"
)

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
