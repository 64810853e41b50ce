package train

import (
	"ockham/routing/classifier"
)

// lanes are the targets solved for at once: one pass over the texts serves them all.
const lanes = classifier.Heads

type vec [lanes]float32

// sparse is one text: the buckets of its words and byte groups. Every word has the value w, every
// group the value g, so that both blocks have length one whatever the size of the text.
type sparse struct {
	words, grams []uint32
	w, g         float32
	weight       vec // how much the text counts, lane by lane; nought where the outcome is unknown
}

// ridge finds the weights that minimise |Xv - y|^2 + penalty |v|^2 for every lane, by conjugate
// gradients on the normal equations. It is deterministic: nothing is drawn and the order is fixed.
func ridge(rows []sparse, y []vec, penalty vec, steps int) (weights []vec, mean vec) {
	mean = average(rows, y)
	residual := make([]vec, len(rows))
	for i := range y {
		for l := range lanes {
			residual[i][l] = rows[i].weight[l] * (y[i][l] - mean[l])
		}
	}
	weights = make([]vec, classifier.Buckets)
	r := make([]vec, classifier.Buckets)
	transpose(rows, residual, r)
	p := append([]vec(nil), r...)
	ap := make([]vec, classifier.Buckets)
	old := dot(r, r)
	for range steps {
		apply(rows, p, ap, penalty)
		alpha := quotient(old, dot(p, ap))
		for i := range weights {
			for l := range lanes {
				weights[i][l] += alpha[l] * p[i][l]
				r[i][l] -= alpha[l] * ap[i][l]
			}
		}
		next := dot(r, r)
		beta := quotient(next, old)
		for i := range p {
			for l := range lanes {
				p[i][l] = r[i][l] + beta[l]*p[i][l]
			}
		}
		old = next
	}
	return weights, mean
}

// apply sets out to (X'X + penalty) p.
func apply(rows []sparse, p, out []vec, penalty vec) {
	for i := range out {
		for l := range lanes {
			out[i][l] = penalty[l] * p[i][l]
		}
	}
	for i := range rows {
		v := rows[i].dot(p)
		for l := range lanes {
			v[l] *= rows[i].weight[l]
		}
		rows[i].add(out, v)
	}
}

func transpose(rows []sparse, v, out []vec) {
	for i := range rows {
		rows[i].add(out, v[i])
	}
}

// dot is the product of the text with weights, both blocks together.
func (s *sparse) dot(weights []vec) vec {
	w, g := s.blocks(weights)
	for l := range lanes {
		w[l] += g[l]
	}
	return w
}

// blocks is the product of the text with weights, block by block.
func (s *sparse) blocks(weights []vec) (words, grams vec) {
	for _, b := range s.words {
		v := &weights[b]
		for l := range lanes {
			words[l] += v[l]
		}
	}
	for _, b := range s.grams {
		v := &weights[b]
		for l := range lanes {
			grams[l] += v[l]
		}
	}
	for l := range lanes {
		words[l] *= s.w
		grams[l] *= s.g
	}
	return words, grams
}

func (s *sparse) add(out []vec, v vec) {
	scaled := func(f float32) (x vec) {
		for l := range lanes {
			x[l] = f * v[l]
		}
		return x
	}
	addAll(out, s.words, scaled(s.w))
	addAll(out, s.grams, scaled(s.g))
}

func addAll(out []vec, buckets []uint32, v vec) {
	for _, b := range buckets {
		o := &out[b]
		for l := range lanes {
			o[l] += v[l]
		}
	}
}

func dot(a, b []vec) (sum [lanes]float64) {
	for i := range a {
		for l := range lanes {
			sum[l] += float64(a[i][l]) * float64(b[i][l])
		}
	}
	return sum
}

func quotient(a, b [lanes]float64) (q vec) {
	for l := range lanes {
		if b[l] > 0 {
			q[l] = float32(a[l] / b[l])
		}
	}
	return q
}

func average(rows []sparse, y []vec) (mean vec) {
	var sum, weight [lanes]float64
	for i := range y {
		for l := range lanes {
			w := float64(rows[i].weight[l])
			sum[l] += w * float64(y[i][l])
			weight[l] += w
		}
	}
	for l := range lanes {
		mean[l] = float32(sum[l] / max(weight[l], 1e-9))
	}
	return mean
}
