package train

import (
	"math"
	"sort"

	"ockham/routing/classifier"
)

// taskMean is what is known of the rows of one task, shrunk towards the mean of all rows.
type taskMean struct {
	rows         int
	small, large float64
}

// taskMeans measures every task of rows.
func taskMeans(rows []Example, shrink float64) (means map[string]taskMean, all taskMean) {
	type sum struct{ n, small, weakN, large, strongN float64 }
	sums := map[string]*sum{}
	var total sum
	for i := range rows {
		r := &rows[i]
		s := sums[r.Task]
		if s == nil {
			s = &sum{}
			sums[r.Task] = s
		}
		for _, s := range []*sum{s, &total} {
			s.n++
			if !math.IsNaN(r.Small) {
				s.small, s.weakN = s.small+r.SmallWeight*r.Small, s.weakN+r.SmallWeight
			}
			if !math.IsNaN(r.Large) {
				s.large, s.strongN = s.large+r.LargeWeight*r.Large, s.strongN+r.LargeWeight
			}
		}
	}
	all = taskMean{len(rows), total.small / max(total.weakN, 1e-9), total.large / max(total.strongN, 1e-9)}
	means = make(map[string]taskMean, len(sums))
	for task, s := range sums {
		if task == "" {
			means[task] = taskMean{int(s.n), all.small, all.large}
			continue
		}
		means[task] = taskMean{
			int(s.n),
			(s.small + shrink*all.small) / (s.weakN + shrink),
			(s.large + shrink*all.large) / (s.strongN + shrink),
		}
	}
	return means, all
}

// soften replaces the part of an outcome that is chance by what other models' outcomes on the same
// prompt say of its difficulty. share 0 leaves outcomes as they are.
func soften(rows []Example, share float64) (small, large []float64) {
	small, large = make([]float64, len(rows)), make([]float64, len(rows))
	bySource := map[string][]int{}
	for i := range rows {
		small[i], large[i] = rows[i].Small, rows[i].Large
		if len(rows[i].Peers) > 0 {
			bySource[rows[i].Source] = append(bySource[rows[i].Source], i)
		}
	}
	if share == 0 {
		return small, large
	}
	for _, members := range bySource {
		softenSource(rows, members, share, small)
		softenSource(rows, members, share, large)
	}
	return small, large
}

// softenSource regresses the outcomes of one source on those of the peers, by ridge regression.
func softenSource(rows []Example, members []int, share float64, y []float64) {
	names := peerNames(rows, members)
	if len(members) < 20*(len(names)+1) {
		return // too few to learn from
	}
	n := 2*len(names) + 1
	inputs := func(i int) []float64 {
		x := make([]float64, n)
		for j, name := range names {
			if v, ok := rows[i].Peers[name]; ok {
				x[2*j] = v
			} else {
				x[2*j+1] = 1
			}
		}
		x[n-1] = 1
		return x
	}
	a, b := normal(n), make([]float64, n)
	for _, i := range members {
		if math.IsNaN(y[i]) {
			continue
		}
		x := inputs(i)
		for j := range x {
			b[j] += x[j] * y[i]
			for k := 0; k <= j; k++ {
				a[j][k] += x[j] * x[k]
			}
		}
	}
	beta, err := solve(a, b)
	if err != nil {
		return
	}
	for _, i := range members {
		if math.IsNaN(y[i]) {
			continue
		}
		sum := 0.0
		for j, v := range inputs(i) {
			sum += v * beta[j]
		}
		y[i] = share*min(max(sum, 0), 1) + (1-share)*y[i]
	}
}

func normal(n int) [][]float64 {
	a := make([][]float64, n)
	for i := range a {
		a[i] = make([]float64, n)
		a[i][i] = 5
	}
	return a
}

// peerNames lists the peers of a source, sorted so that training does not depend on map order.
func peerNames(rows []Example, members []int) []string {
	seen := map[string]bool{}
	for _, i := range members {
		for name := range rows[i].Peers {
			seen[name] = true
		}
	}
	names := make([]string, 0, len(seen))
	for name := range seen {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// benefits is what the large model adds in every row, softened half way.
func benefits(rows []Example, share float64) []float64 {
	small, large := soften(rows, share)
	for i := range small {
		small[i] = large[i] - small[i]
	}
	return small
}

// targets are what the heads learn from rows, and how much each counts.
func targets(rows []Example, c Config) (y, weight []vec) {
	means, _ := taskMeans(rows, c.Shrink)
	small, large := soften(rows, c.Peers)
	y, weight = make([]vec, len(rows)), make([]vec, len(rows))
	for i := range rows {
		r, t := &rows[i], means[rows[i].Task]
		y[i][classifier.HeadTaskWeak], y[i][classifier.HeadTaskStrong] = float32(t.small), float32(t.large)
		weight[i][classifier.HeadTaskWeak], weight[i][classifier.HeadTaskStrong] = 1, 1
		set := func(lane int, value, w float64) {
			if !math.IsNaN(value) {
				y[i][lane], weight[i][lane] = float32(value), float32(w)
			}
		}
		set(classifier.HeadWeak, small[i], r.SmallWeight)
		set(classifier.HeadStrong, large[i], r.LargeWeight)
		set(classifier.HeadBenefit, large[i]-small[i], min(r.SmallWeight, r.LargeWeight))
		for lane, kind := range map[int]string{classifier.HeadQA: "qa", classifier.HeadMath: "math", classifier.HeadCode: "code"} {
			if r.Kind != "" {
				set(lane, indicator(r.Kind == kind), 1)
			}
		}
	}
	return y, weight
}

func indicator(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// penalties is the penalty of each head.
func (p Penalty) penalties() (v vec) {
	for l := range v {
		v[l] = p.Kind
	}
	v[classifier.HeadTaskWeak], v[classifier.HeadTaskStrong] = p.Task, p.Task
	v[classifier.HeadWeak], v[classifier.HeadStrong] = p.Outcome, p.Outcome
	v[classifier.HeadBenefit] = p.Benefit
	return v
}
