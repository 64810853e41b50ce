package train

import (
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"

	"ockham/routing/classifier"
)

// Progress is told of each step that is done; nil is fine.
type Progress func(done, all int, what string)

// fitting is one run of training.
type fitting struct {
	config   Config
	rows     []Example
	views    []view // the texts as they are, then the noisy copies
	norms    [classifier.DenseSize]classifier.Norm
	fold     []int
	text     judged          // without the task
	task     judged          // with it
	soft     []float64       // what the large model adds, part of the chance taken out
	terms    classifier.Seen // words of the texts
	known    []float64       // share of each text's words that are among them
	progress Progress
	done     int
}

// view is one reading of every text.
type view struct {
	texts []sparse
	dense [][classifier.DenseSize]float32
	in    []inputs // of the last layer, by heads that have not seen the row
}

type inputs = [classifier.Inputs]float32

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

// read turns the texts into features, as they are and with noise around them.
func (f *fitting) read() {
	f.views = append(f.views, look(f.rows, func(text string) string { return text }))
	for k := range f.config.Noisy {
		rng := rand.New(rand.NewPCG(f.config.Seed, uint64(k)))
		f.views = append(f.views, look(f.rows, func(text string) string { return noisy(text, rng) }))
	}
	f.norms = norms(f.views[0].dense)
	f.learnTerms()
	f.step("texts read")
}

// learnTerms notes the words that at least three texts have, and how strange each text is by them.
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
		if n >= 3 {
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
	for k := range f.config.Folds {
		weights := f.heads(func(i int) bool { return f.fold[i] != k })
		for i := range f.rows {
			for v := range f.views {
				if f.fold[i] == k {
					f.views[v].in[i] = f.inputs(&f.views[v], i, weights)
				}
			}
		}
		f.step(fmt.Sprintf("fold %d", k+1))
	}
	f.text, f.task = f.crossLast(nil), f.crossLast(f.othersTasks())
	f.step("calibration")
}

// judged is what last layers say of rows that they have not seen.
type judged struct{ weak, strong, need []float64 }

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
				j.weak[i], j.strong[i], j.need[i] = l.Weak.At(&in[i]), l.Strong.At(&in[i]), l.Need.At(&in[i])
			}
		}
	}
	return j
}

// told is in with what was measured on the row's task; no tasks leave it as it is.
func told(in inputs, tasks []taskMean, row int) inputs {
	if tasks != nil {
		in[classifier.InputTaskWeak], in[classifier.InputTaskStrong] = float32(tasks[row].weak), float32(tasks[row].strong)
	}
	return in
}

// heads solves the table on the rows that use picks.
func (f *fitting) heads(use func(int) bool) []vec {
	var rows []Example
	var texts []sparse
	for i := range f.rows {
		if use(i) {
			v := f.views[0]
			if i%4 == 3 { // so that no phrase of the noise stands for a task
				v = f.views[len(f.views)-1]
			}
			rows, texts = append(rows, f.rows[i]), append(texts, v.texts[i])
		}
	}
	y, weight := targets(rows, f.config)
	for i := range texts {
		texts[i].weight = weight[i]
	}
	weights, _ := ridge(texts, y, f.config.Penalty.penalties(), f.config.Steps)
	return weights
}

func (f *fitting) inputs(v *view, i int, weights []vec) (in inputs) {
	words, grams := v.texts[i].blocks(weights)
	copy(in[:], words[:])
	copy(in[classifier.Heads:], grams[:])
	for j, v := range v.dense[i] {
		n := f.norms[j]
		in[2*classifier.Heads+j] = min(max((v-n.Mean)/n.Spread, -3), 3)
	}
	return in
}

// last fits a last layer on the rows that use picks, in all views. The benefit is learned from outcomes
// with part of their chance taken out; the chances themselves from what happened, so that they are
// calibrated. tasks is what was measured on each row's task, where the layer is to be told.
func (f *fitting) last(use func(int) bool, tasks []taskMean) (l classifier.Layer) {
	var weak, strong, need []sample
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
			add(&weak, r.Weak, r.WeakWeight)
			add(&strong, r.Strong, r.StrongWeight)
			add(&need, f.soft[i], min(r.WeakWeight, r.StrongWeight))
		}
	}
	b, seed := f.config.Boost, f.config.Seed
	l.Weak, l.Strong = grow(weak, b, true, seed), grow(strong, b, true, seed+1)
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
		Text: f.calibrated(f.last(every, nil), &f.text), Task: f.calibrated(f.last(every, f.othersTasks()), &f.task),
	}
	h.Tasks, h.Kinds = f.tasks(), f.kinds()
	h.Seen, h.Terms = f.seen(), f.terms
	h.Aims = f.aims()
	h.Unsure = f.unsure(h.Aims)
	f.step("model")
	return classifier.New(h, table)
}

func (f *fitting) kinds() (shares [3]float32) {
	for i := range f.rows {
		for k, name := range [...]string{"qa", "math", "code"} {
			if f.rows[i].Kind == name {
				shares[k] += 1 / float32(len(f.rows))
			}
		}
	}
	return shares
}

func (f *fitting) seen() classifier.Seen {
	s := classifier.NewSeen(len(f.rows))
	for i := range f.rows {
		s.Add(classifier.HashText(f.rows[i].Text))
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

// quantise rounds weights to a byte each, with a scale for each head and block.
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
