package train

import (
	"math"
	"slices"
	"sort"

	"ockham/routing/classifier"
)

// tasks measures every task that has a name.
func (f *fitting) tasks() map[string]classifier.Task {
	means, _ := taskMeans(f.rows, f.config.Shrink)
	out := map[string]classifier.Task{}
	kinds := map[string]map[string]int{}
	for i := range f.rows {
		name := f.rows[i].Task
		if name == "" {
			continue
		}
		t := out[name]
		t.Rows++
		out[name] = t
		if kinds[name] == nil {
			kinds[name] = map[string]int{}
		}
		kinds[name][f.rows[i].Kind]++
	}
	for name, t := range out {
		t.Small, t.Large = means[name].small, means[name].large
		t.Kind = most(kinds[name])
		out[name] = t
	}
	return out
}

func most(count map[string]int) (best string) {
	for name, n := range count {
		if n > count[best] || n == count[best] && name < best {
			best = name
		}
	}
	return best
}

// aims measures the dial: for each share of the large model's quality the threshold that keeps it.
func (f *fitting) aims() []classifier.Aim {
	order := f.ranked()
	var small, large float64
	for _, i := range order {
		small, large = small+f.rows[i].Small, large+f.rows[i].Large
	}
	n := float64(len(order))
	least := min(small/max(large, 1e-9), 1)
	var out []classifier.Aim
	for _, aim := range append([]float64{least}, grid(least)...) {
		gain, k := small, 0
		for ; k < len(order) && gain < aim*large-1e-9; k++ {
			gain += f.rows[order[k]].Large - f.rows[order[k]].Small
		}
		out = append(out, classifier.Aim{Aim: aim, Need: f.border(order, k), Large: float64(k) / n, Quality: gain / n})
	}
	return out
}

// grid lists the settings of the dial above least: one in a hundred, finer near the end.
func grid(least float64) (out []float64) {
	for _, step := range []float64{.5, .55, .6, .65, .7, .75, .8, .82, .84, .86, .88, .9, .91, .92, .93, .94, .95, .96, .97, .975, .98, .985, .99, .995, 1} {
		if step > least+1e-6 {
			out = append(out, step)
		}
	}
	return out
}

// ranked lists the rows with both outcomes, the neediest first.
func (f *fitting) ranked() []int {
	var order []int
	for i := range f.rows {
		if !math.IsNaN(f.rows[i].Small) && !math.IsNaN(f.rows[i].Large) {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case f.text.need[a] > f.text.need[b]:
			return -1
		case f.text.need[a] < f.text.need[b]:
			return 1
		}
		return 0
	})
	return order
}

// border is the need between the first k rows and the rest.
func (f *fitting) border(order []int, k int) float64 {
	switch {
	case len(order) == 0:
		return 0
	case k == 0:
		return f.text.need[order[0]] + 1e-6
	case k == len(order):
		return f.text.need[order[k-1]] - 1e-6
	}
	return (f.text.need[order[k-1]] + f.text.need[order[k]]) / 2
}

// bandShare is the share of prompts on either side of the threshold that counts as too near to tell.
const bandShare = 0.08

// unsure is the band around the threshold of the configured aim, and the floor for strange texts.
func (f *fitting) unsure(aims []classifier.Aim) classifier.Unsure {
	u := f.band(aims)
	u.Known = f.floor()
	return u
}

// band is the two sides of the threshold.
func (f *fitting) band(aims []classifier.Aim) classifier.Unsure {
	order := f.ranked()
	at := sort.Search(len(aims)-1, func(i int) bool { return aims[i].Aim >= f.config.Aim })
	k, width := int(aims[at].Large*float64(len(order))), int(bandShare*float64(len(order)))
	return classifier.Unsure{
		High: f.border(order, max(0, k-width)),
		Low:  f.border(order, min(len(order), k+width)),
	}
}

// floor is the share of known words below which one in two hundred texts lies.
func (f *fitting) floor() float64 {
	known := slices.Sorted(slices.Values(f.known))
	return known[len(known)/200]
}
