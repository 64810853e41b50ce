package train

import (
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"math"

	"ockham/routing/classifier"
)

// fitting is one run of training.
type fitting struct {
	config Config
	rows   []Example
	views  []view // the texts as they are, then the noisy copies
	norms  [classifier.DenseSize]classifier.Norm
	fold   []int
	text   judged          // without the task
	task   judged          // with it
	soft   []float64       // what the large model adds, part of the chance taken out
	terms  classifier.Seen // words of the texts
	known  []float64       // share of each text's words that are among them
	told   func(all int)
}

// view is one reading of every text.
type view struct {
	texts []sparse
	dense [][classifier.DenseSize]float32
	in    []inputs // of the last layer, by heads that have not seen the row
}

type inputs = [classifier.Inputs]float32

// Fit trains a model on rows. It is a function of rows and config alone: the same rows in the same
// order give the same bytes. step is told of each step that is done, and how many there are; nil is fine.
func Fit(rows []Example, config Config, step func(all int)) (*classifier.Model, error) {
	if err := config.Validate(); err != nil {
		return nil, err
	}
	rows = without(rows, config.Leave)
	if err := check(rows); err != nil {
		return nil, err
	}
	if step == nil {
		step = func(int) {}
	}
	f := &fitting{config: config, rows: rows, told: step}
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
	if !varied(func(e *Example) float64 { return e.Small }) {
		return errors.New("the small model has the same outcome in every row: nothing to learn")
	}
	if !varied(func(e *Example) float64 { return e.Large }) {
		return errors.New("the large model has the same outcome in every row: nothing to learn")
	}
	return nil
}

// step says that one more part is done: reading, a fold, the calibration or the model.
func (f *fitting) step() { f.told(f.config.Folds + 3) }

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
		f.step()
	}
	f.text, f.task = f.crossLast(nil), f.crossLast(f.othersTasks())
	f.step()
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
	f.step()
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
