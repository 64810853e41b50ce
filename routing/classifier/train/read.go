package train

import (
	"math"
	"math/rand/v2"

	"ockham/routing/classifier"
)

// read turns the texts into features, as they are and with noise around them.
func (f *fitting) read() {
	f.views = append(f.views, look(f.rows, func(text string) string { return text }))
	for k := range f.config.Noisy {
		rng := rand.New(rand.NewPCG(f.config.Seed, uint64(k)))
		f.views = append(f.views, look(f.rows, func(text string) string { return noisy(text, rng) }))
	}
	f.norms = norms(f.views[0].dense)
	f.learnTerms()
	f.step()
}

// learnTerms notes the words that at least two texts have, and how strange each text is by them. The
// model reads over all others; training itself reads them, which ranks better than leaving them out.
func (f *fitting) learnTerms() {
	texts := map[uint64]int{}
	each := func(do func(i int, terms []uint64)) {
		var r classifier.Reading
		for i := range f.rows {
			r.Read(f.rows[i].Text)
			do(i, r.Terms)
		}
	}
	each(func(_ int, terms []uint64) {
		for _, h := range terms {
			texts[h]++
		}
	})
	var met []uint64
	for h, n := range texts {
		if n >= 2 {
			met = append(met, h)
		}
	}
	f.terms = classifier.NewSeen(len(met))
	for _, h := range met {
		f.terms.Add(h)
	}
	f.known = make([]float64, len(f.rows))
	each(func(i int, terms []uint64) {
		for _, h := range terms {
			if f.terms.Has(h) {
				f.known[i] += 1 / float64(len(terms))
			}
		}
	})
}

func look(rows []Example, change func(string) string) view {
	v := view{texts: make([]sparse, len(rows)), dense: make([][classifier.DenseSize]float32, len(rows)), in: make([]inputs, len(rows))}
	var r classifier.Reading
	for i := range rows {
		r.Read(change(rows[i].Text))
		v.texts[i] = sparse{
			words: append([]uint32(nil), r.Words...), grams: append([]uint32(nil), r.Grams...),
			w: root(len(r.Words)), g: root(len(r.Grams)),
		}
		v.dense[i] = r.Dense
	}
	return v
}

func root(n int) float32 { return float32(1 / math.Sqrt(float64(max(1, n)))) }

func norms(dense [][classifier.DenseSize]float32) (out [classifier.DenseSize]classifier.Norm) {
	for j := range out {
		var sum, squares float64
		for i := range dense {
			v := float64(dense[i][j])
			sum, squares = sum+v, squares+v*v
		}
		n := float64(len(dense))
		mean := sum / n
		spread := math.Sqrt(max(squares/n-mean*mean, 0))
		if spread < 1e-6 {
			spread = 1
		}
		out[j] = classifier.Norm{Mean: float32(mean), Spread: float32(spread)}
	}
	return out
}

// prune drops buckets that too few texts have: what they say is chance.
func (f *fitting) prune() {
	count := make([]int, classifier.Buckets)
	for _, t := range f.views[0].texts {
		for _, b := range t.words {
			count[b]++
		}
		for _, b := range t.grams {
			count[b]++
		}
	}
	keep := func(in []uint32) []uint32 {
		out := in[:0]
		for _, b := range in {
			if count[b] >= f.config.MinRows {
				out = append(out, b)
			}
		}
		return out
	}
	for _, v := range f.views {
		for i := range v.texts {
			v.texts[i].words, v.texts[i].grams = keep(v.texts[i].words), keep(v.texts[i].grams)
		}
	}
}
