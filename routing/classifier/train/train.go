package train

import (
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"math"

	"ockham/routing/classifier"
)

// Progress is told of each step that is done; nil is fine.
type Progress func(done, all int, what string)

// fitting is one run of training.
type fitting struct {
	config   Config
	rows     []Example
	texts    []sparse
	dense    [][classifier.DenseSize]float32
	norms    [classifier.DenseSize]classifier.Norm
	fold     []int
	in       [][classifier.Inputs]float32 // of the last layer, by heads that have not seen the row
	weak     []float64                    // log odds, by a last layer that has not seen the row
	strong   []float64
	need     []float64
	soft     []float64 // what the large model adds, part of the chance taken out
	progress Progress
	done     int
}

// Fit trains a model on rows. It is a function of rows and config alone: the same rows in the same
// order give the same bytes.
func Fit(rows []Example, config Config, progress Progress) (*classifier.Model, error) {
	if err := config.Validate(); err != nil {
		return nil, err
	}
	rows = without(rows, config.Leave)
	if err := check(rows); err != nil {
		return nil, err
	}
	if progress == nil {
		progress = func(int, int, string) {}
	}
	f := &fitting{config: config, rows: rows, progress: progress}
	f.read()
	f.prune()
	f.split()
	f.crossFit()
	return f.model()
}

// without drops the rows of the sources that are not trained on.
func without(rows []Example, leave []string) []Example {
	var kept []Example
	for _, r := range rows {
		keep := true
		for _, s := range leave {
			keep = keep && r.Source != s
		}
		if keep {
			kept = append(kept, r)
		}
	}
	return kept
}

// check refuses rows from which nothing can be learned.
func check(rows []Example) error {
	const least = 200
	if len(rows) < least {
		return fmt.Errorf("%d rows to train on, need at least %d", len(rows), least)
	}
	varied := func(of func(*Example) float64) bool {
		first := math.NaN()
		for i := range rows {
			v := of(&rows[i])
			if math.IsNaN(first) {
				first = v
			} else if !math.IsNaN(v) && v != first {
				return true
			}
		}
		return false
	}
	if !varied(func(e *Example) float64 { return e.Weak }) {
		return errors.New("the small model has the same outcome in every row: nothing to learn")
	}
	if !varied(func(e *Example) float64 { return e.Strong }) {
		return errors.New("the large model has the same outcome in every row: nothing to learn")
	}
	return nil
}

func (f *fitting) step(what string) {
	f.done++
	f.progress(f.done, f.config.Folds+3, what)
}

// read turns the texts into features.
func (f *fitting) read() {
	f.texts = make([]sparse, len(f.rows))
	f.dense = make([][classifier.DenseSize]float32, len(f.rows))
	var r classifier.Reading
	for i := range f.rows {
		r.Read(f.rows[i].Text)
		f.texts[i] = sparse{
			words: append([]uint32(nil), r.Words...), grams: append([]uint32(nil), r.Grams...),
			w: root(len(r.Words)), g: root(len(r.Grams)),
		}
		f.dense[i] = r.Dense
	}
	f.norms = norms(f.dense)
	f.step("texts read")
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
	for i := range f.texts {
		for _, b := range f.texts[i].words {
			count[b]++
		}
		for _, b := range f.texts[i].grams {
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
	for i := range f.texts {
		f.texts[i].words, f.texts[i].grams = keep(f.texts[i].words), keep(f.texts[i].grams)
	}
}

// split gives every cluster a fold.
func (f *fitting) split() {
	f.fold = make([]int, len(f.rows))
	for i := range f.rows {
		f.fold[i] = Fold(f.rows[i].Cluster, f.config.Seed, f.config.Folds)
	}
}

// Fold is the part of folds to which a cluster belongs.
func Fold(cluster string, seed uint64, folds int) int {
	h := fnv.New64a()
	fmt.Fprintf(h, "%d/%s", seed, cluster)
	x := h.Sum64()
	x ^= x >> 32
	x *= 0x9e3779b97f4a7c15
	return int(x >> 33 % uint64(folds))
}

// crossFit gives every row the outputs of heads, and then of a last layer, that have not seen it.
func (f *fitting) crossFit() {
	f.soft = benefits(f.rows, f.config.Peers)
	f.in = make([][classifier.Inputs]float32, len(f.rows))
	for k := range f.config.Folds {
		weights := f.heads(func(i int) bool { return f.fold[i] != k })
		for i := range f.rows {
			if f.fold[i] == k {
				f.in[i] = f.inputs(i, weights)
			}
		}
		f.step(fmt.Sprintf("fold %d", k+1))
	}
	f.weak, f.strong, f.need = make([]float64, len(f.rows)), make([]float64, len(f.rows)), make([]float64, len(f.rows))
	for k := range f.config.Folds {
		l := f.last(f.in, func(i int) bool { return f.fold[i] != k })
		for i := range f.rows {
			if f.fold[i] == k {
				f.weak[i], f.strong[i], f.need[i] = l.Weak.At(&f.in[i]), l.Strong.At(&f.in[i]), l.Need.At(&f.in[i])
			}
		}
	}
	f.step("calibration")
}

// heads solves the table on the rows that use picks.
func (f *fitting) heads(use func(int) bool) []vec {
	var rows []Example
	var texts []sparse
	for i := range f.rows {
		if use(i) {
			rows, texts = append(rows, f.rows[i]), append(texts, f.texts[i])
		}
	}
	y, weight := targets(rows, f.config)
	for i := range texts {
		texts[i].weight = weight[i]
	}
	weights, _ := ridge(texts, y, f.config.Penalty.penalties(), f.config.Steps)
	return weights
}

func (f *fitting) inputs(i int, weights []vec) (in [classifier.Inputs]float32) {
	words, grams := f.texts[i].blocks(weights)
	copy(in[:], words[:])
	copy(in[classifier.Heads:], grams[:])
	for j, v := range f.dense[i] {
		n := f.norms[j]
		in[2*classifier.Heads+j] = min(max((v-n.Mean)/n.Spread, -3), 3)
	}
	return in
}

// last fits a last layer on the rows that use picks. The benefit is learned from outcomes with part of
// their chance taken out; the chances themselves from what happened, so that they are calibrated.
func (f *fitting) last(in [][classifier.Inputs]float32, use func(int) bool) (l classifier.Layer) {
	var weak, strong, need []sample
	for i := range f.rows {
		if !use(i) {
			continue
		}
		r := &f.rows[i]
		add := func(to *[]sample, y, weight float64) {
			if !math.IsNaN(y) && weight > 0 {
				*to = append(*to, sample{&in[i], y, weight})
			}
		}
		add(&weak, r.Weak, r.WeakWeight)
		add(&strong, r.Strong, r.StrongWeight)
		add(&need, f.soft[i], min(r.WeakWeight, r.StrongWeight))
	}
	b, seed := f.config.Boost, f.config.Seed
	l.Weak, l.Strong = grow(weak, b, true, seed), grow(strong, b, true, seed+1)
	l.Need = grow(need, b, false, seed+2)
	return l
}

// withTasks adds to the inputs what was measured on each row's task on the rows of other folds.
func (f *fitting) withTasks() [][classifier.Inputs]float32 {
	in := append([][classifier.Inputs]float32(nil), f.in...)
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
			t, ok := means[f.rows[i].Task]
			if !ok {
				t = all
			}
			in[i][classifier.InputTaskWeak], in[i][classifier.InputTaskStrong] = float32(t.weak), float32(t.strong)
		}
	}
	return in
}

// model puts the parts together, on all rows.
func (f *fitting) model() (*classifier.Model, error) {
	every := func(int) bool { return true }
	table, wordScale, gramScale := quantise(f.heads(every))
	config, err := json.Marshal(f.config)
	if err != nil {
		return nil, err
	}
	h := classifier.Header{
		Training:  classifier.Training{Seed: f.config.Seed, Rows: len(f.rows), Sources: f.sources(), Data: Checksum(f.rows), Config: config},
		WordScale: wordScale, GramScale: gramScale, Dense: f.norms,
		Text: f.last(f.in, every), Task: f.last(f.withTasks(), every),
	}
	h.Tasks = f.tasks()
	h.Seen = f.seen()
	h.Aims = f.aims()
	h.Unsure = f.unsure(h.Aims)
	f.step("model")
	return classifier.New(h, table)
}

func (f *fitting) seen() classifier.Seen {
	s := classifier.NewSeen(len(f.rows))
	for i := range f.rows {
		s.Add(f.rows[i].Text)
	}
	return s
}

func (f *fitting) sources() map[string]int {
	n := map[string]int{}
	for i := range f.rows {
		n[f.rows[i].Source]++
	}
	return n
}

// quantise rounds weights to a byte each; the scale is such that one in a thousand is cut.
func quantise(weights []vec) (table []uint64, wordScale, gramScale [lanes]float32) {
	words := len(weights) - classifier.Grams
	for l := range lanes {
		wordScale[l] = scale(weights[:words], l)
		gramScale[l] = scale(weights[words:], l)
	}
	table = make([]uint64, len(weights))
	for b := range weights {
		for l := range lanes {
			s := wordScale[l]
			if b >= words {
				s = gramScale[l]
			}
			q := min(max(math.Round(float64(weights[b][l]/s)), -127), 127)
			table[b] |= uint64(int(q)+128) << (8 * l)
		}
	}
	return table, wordScale, gramScale
}
