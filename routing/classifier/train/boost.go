package train

import (
	"math"
	"math/rand/v2"
	"sort"

	"ockham/routing/classifier"
)

// Boost is how the last layer is grown.
type Boost struct {
	Trees   int     `json:"trees"`
	Rate    float64 `json:"rate"`    // how much of each tree is added
	Rows    float64 `json:"rows"`    // share of the rows that a tree sees
	Inputs  float64 `json:"inputs"`  // share of the inputs that a tree may ask about
	Least   float64 `json:"least"`   // weight of rows on either side of a question
	Penalty float64 `json:"penalty"` // on the values of leaves
}

// sample is one row for the last layer.
type sample struct {
	in     *[classifier.Inputs]float32
	y      float64
	weight float64
}

const bins = 64

// grower grows one forest by gradient boosting on binned inputs.
type grower struct {
	Boost
	rows     []sample
	logistic bool
	limits   [classifier.Inputs][]float32 // upper edges of the bins
	binned   [classifier.Inputs][]uint8
	out      []float64
	grad     []float64
	curve    []float64
	rng      *rand.Rand
}

// grow fits a forest to rows: log odds with logistic, else the value itself.
func grow(rows []sample, b Boost, logistic bool, seed uint64) classifier.Forest {
	return growOn(nil, rows, b, logistic, seed)
}

// growOn adds trees to a forest that is there; without one it starts from the mean.
func growOn(old *classifier.Forest, rows []sample, b Boost, logistic bool, seed uint64) classifier.Forest {
	g := &grower{Boost: b, rows: rows, logistic: logistic, rng: rand.New(rand.NewPCG(seed, 0x0cc4a3))}
	g.bin()
	var f classifier.Forest
	if old == nil {
		f.Base = g.base()
	} else {
		f.Base, f.Trees = old.Base, append([]classifier.Tree(nil), old.Trees...)
	}
	g.out, g.grad, g.curve = make([]float64, len(rows)), make([]float64, len(rows)), make([]float64, len(rows))
	for i := range g.out {
		g.out[i] = f.At(rows[i].in)
	}
	for range b.Trees {
		t := g.tree()
		f.Trees = append(f.Trees, t)
	}
	return f
}

// base is the output for everything when nothing is known.
func (g *grower) base() float64 {
	var sum, weight float64
	for i := range g.rows {
		sum, weight = sum+g.rows[i].weight*g.rows[i].y, weight+g.rows[i].weight
	}
	mean := sum / max(weight, 1e-9)
	if g.logistic {
		mean = min(max(mean, 1e-3), 1-1e-3)
		return math.Log(mean / (1 - mean))
	}
	return mean
}

// bin cuts every input into bins of about equal numbers of rows.
func (g *grower) bin() {
	values := make([]float32, len(g.rows))
	for j := range classifier.Inputs {
		for i := range g.rows {
			values[i] = g.rows[i].in[j]
		}
		sort.Slice(values, func(a, b int) bool { return values[a] < values[b] })
		g.limits[j] = edges(values)
		g.binned[j] = make([]uint8, len(g.rows))
		for i := range g.rows {
			v := g.rows[i].in[j]
			g.binned[j][i] = uint8(sort.Search(len(g.limits[j]), func(k int) bool { return v <= g.limits[j][k] }))
		}
	}
}

// edges are limits between different values, so that a row falls on the same side when it is judged.
func edges(sorted []float32) (out []float32) {
	for k := 1; k < bins; k++ {
		at := k * len(sorted) / bins
		if at == 0 || sorted[at] == sorted[at-1] && (len(out) > 0 && out[len(out)-1] >= sorted[at-1]) {
			continue
		}
		low := sorted[at-1]
		next := sort.Search(len(sorted), func(i int) bool { return sorted[i] > low })
		if next == len(sorted) {
			break
		}
		limit := low + (sorted[next]-low)/2
		if limit >= sorted[next] {
			limit = low
		}
		if len(out) == 0 || limit > out[len(out)-1] {
			out = append(out, limit)
		}
	}
	return out
}

// tree grows one tree on a draw of the rows and adds it to the outputs.
func (g *grower) tree() (t classifier.Tree) {
	node := make([]uint8, len(g.rows))
	var drawn []int32
	for i := range g.rows {
		s := &g.rows[i]
		p, curve := g.out[i], 1.0
		if g.logistic {
			p = 1 / (1 + math.Exp(-p))
			curve = max(p*(1-p), 1e-6)
		}
		g.grad[i], g.curve[i] = s.weight*(s.y-p), s.weight*curve
		if g.rng.Float64() < g.Rows {
			drawn = append(drawn, int32(i))
		}
	}
	var asked []int
	for j := range classifier.Inputs {
		if g.rng.Float64() < g.Inputs && len(g.limits[j]) > 0 {
			asked = append(asked, j)
		}
	}
	for level := range classifier.Depth {
		g.split(&t, node, drawn, asked, level)
	}
	g.leaves(&t, node, drawn)
	return t
}

type cell struct{ grad, curve, weight float64 }

// split finds the best question for every node of a level and sends the rows on.
func (g *grower) split(t *classifier.Tree, node []uint8, drawn []int32, asked []int, level int) {
	first, width := 1<<level-1, 1<<level
	best := make([]float64, width)
	cut := make([]int, width)
	for k := range width {
		t.Limit[first+k] = math.MaxFloat32 // no question: everything goes left
		cut[k] = bins
	}
	var hist [1 << (classifier.Depth - 1)][bins]cell
	for _, j := range asked {
		for k := range width {
			hist[k] = [bins]cell{}
		}
		column := g.binned[j]
		for _, i := range drawn {
			c := &hist[int(node[i])-first][column[i]]
			c.grad += g.grad[i]
			c.curve += g.curve[i]
			c.weight += g.rows[i].weight
		}
		for k := range width {
			if gain, at := g.question(&hist[k], len(g.limits[j])); gain > best[k] {
				best[k], cut[k] = gain, at
				t.Input[first+k], t.Limit[first+k] = uint8(j), g.limits[j][at]
			}
		}
	}
	for i := range node {
		k := int(node[i]) - first
		side := 1
		if cut[k] < bins && int(g.binned[t.Input[first+k]][i]) > cut[k] {
			side = 2
		}
		node[i] = uint8(2*int(node[i]) + side)
	}
}

// question is the best limit of one input in one node, and how much it explains.
func (g *grower) question(hist *[bins]cell, limits int) (best float64, at int) {
	var all, left cell
	for _, c := range hist {
		all.grad, all.curve, all.weight = all.grad+c.grad, all.curve+c.curve, all.weight+c.weight
	}
	explained := func(c cell) float64 { return c.grad * c.grad / (c.curve + g.Penalty) }
	whole := explained(all)
	for k := range limits {
		left.grad, left.curve, left.weight = left.grad+hist[k].grad, left.curve+hist[k].curve, left.weight+hist[k].weight
		right := cell{all.grad - left.grad, all.curve - left.curve, all.weight - left.weight}
		if left.weight < g.Least || right.weight < g.Least {
			continue
		}
		if gain := explained(left) + explained(right) - whole; gain > best {
			best, at = gain, k
		}
	}
	return best, at
}

// leaves sets the values of the leaves from the drawn rows and moves the outputs of all.
func (g *grower) leaves(t *classifier.Tree, node []uint8, drawn []int32) {
	const first = 1<<classifier.Depth - 1
	var sum [1 << classifier.Depth]cell
	for _, i := range drawn {
		c := &sum[node[i]-first]
		c.grad += g.grad[i]
		c.curve += g.curve[i]
	}
	for k := range sum {
		t.Value[k] = float32(g.Rate * sum[k].grad / (sum[k].curve + g.Penalty))
	}
	for i := range node {
		g.out[i] += float64(t.Value[node[i]-first])
	}
}
