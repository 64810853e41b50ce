package train

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"

	"ockham/routing/classifier"
)

// Tuning says how a model is fitted to an operator's own outcomes.
type Tuning struct {
	Seed   uint64  `json:"seed"`
	Boost  Boost   `json:"boost"`  // trees added to the model's own
	Shrink float64 `json:"shrink"` // rows that the model's own estimate counts for beside a task's rows
	Recurs int     `json:"recurs"` // texts without a task that begin alike are a template from this many
	Least  int     `json:"least"`  // tries of the small model without which nothing is tuned
}

// TuningDefaults suit some thousand rows: few trees, each a small step, on top of what the model knows.
func TuningDefaults() Tuning {
	return Tuning{Seed: 1, Boost: Boost{Trees: 60, Rate: 0.02, Rows: 0.8, Inputs: 0.5, Least: 30, Penalty: 20}, Shrink: 30, Recurs: 40, Least: 500}
}

// Tune fits base to an operator's outcomes. The table stays; trees are added to the small model's
// chance, the large model's chance is shifted and stretched to its outcomes, which are few, and the
// benefit follows both. Where nothing was tried, what base says stays as it is.
func Tune(base *classifier.Model, rows []Example, t Tuning) (*classifier.Model, error) {
	tries := 0
	for i := range rows {
		if !math.IsNaN(rows[i].Small) && rows[i].SmallWeight > 0 {
			tries++
		}
	}
	if tries < t.Least {
		return nil, fmt.Errorf("%d outcomes of the small model with their prompts, need at least %d", tries, t.Least)
	}
	h := base.Header()
	names := namesOf(rows, t.Recurs)
	measured := tuneTasks(base, rows, names, t.Shrink)
	h.Text = tuneLayer(h.Text, rows, inputsOf(base, rows, nil, nil), t)
	told := inputsOf(base, rows, names, measured)
	h.Task = tuneLayer(h.Task, rows, told, t)
	shiftTasks(measured, rows, names, told, h.Task, t.Shrink)
	h.Tasks, h.Templates = share(h.Tasks, h.Templates, rows, names, measured)
	config, err := json.Marshal(struct {
		Base   string `json:"base"`
		Tuning Tuning `json:"tuning"`
	}{base.Checksum(), t})
	if err != nil {
		return nil, err
	}
	h.Training = classifier.Training{Seed: t.Seed, Rows: len(rows), Sources: map[string]int{"ledger": len(rows)}, Data: Checksum(rows), Config: config}
	h.Aims, h.Unsure = tuneAims(base, rows, h)
	return base.With(h)
}

// namesOf is for each row its task or else, where it recurs often enough, its template.
func namesOf(rows []Example, recurs int) []string {
	names, count := make([]string, len(rows)), map[string]int{}
	var r classifier.Reading
	for i := range rows {
		if names[i] = rows[i].Task; names[i] == "" {
			r.Read(rows[i].Text)
			names[i] = r.Template()
			count[names[i]]++
		}
	}
	for i := range rows {
		if rows[i].Task == "" && count[names[i]] < recurs {
			names[i] = ""
		}
	}
	return names
}

// share adds what was measured to the tasks and templates that are known.
func share(tasks, templates map[string]classifier.Task, rows []Example, names []string, measured map[string]classifier.Task) (t, p map[string]classifier.Task) {
	t, p = map[string]classifier.Task{}, map[string]classifier.Task{}
	maps.Copy(t, tasks)
	maps.Copy(p, templates)
	for i, name := range names {
		switch {
		case name == "":
		case rows[i].Task != "":
			t[name] = measured[name]
		default:
			p[name] = measured[name]
		}
	}
	return t, p
}

// inputsOf reads every row; with names, what was measured on them too.
func inputsOf(m *classifier.Model, rows []Example, names []string, measured map[string]classifier.Task) []inputs {
	out := make([]inputs, len(rows))
	r := m.NewReading()
	for i := range rows {
		r.Read(rows[i].Text)
		m.Inputs(r, &out[i])
		if names == nil {
			continue
		}
		if t, ok := measured[names[i]]; ok {
			out[i][classifier.InputTaskWeak], out[i][classifier.InputTaskStrong] = float32(t.Small), float32(t.Large)
		}
	}
	return out
}

// tuneTasks measures what is named; its own rows count against what base says of their texts.
func tuneTasks(base *classifier.Model, rows []Example, names []string, shrink float64) map[string]classifier.Task {
	type sum struct{ small, weakN, large, strongN, saidWeak, saidStrong, n float64 }
	sums := map[string]*sum{}
	kinds := map[string]map[string]int{}
	for i := range rows {
		r, name := &rows[i], names[i]
		if name == "" {
			continue
		}
		s := sums[name]
		if s == nil {
			s = &sum{}
			sums[name], kinds[name] = s, map[string]int{}
		}
		said := base.Score(r.Text, r.Task)
		kinds[name][said.Kind]++
		s.n++
		s.saidWeak, s.saidStrong = s.saidWeak+said.Small, s.saidStrong+said.Large
		if !math.IsNaN(r.Small) {
			s.small, s.weakN = s.small+r.SmallWeight*r.Small, s.weakN+r.SmallWeight
		}
		if !math.IsNaN(r.Large) {
			s.large, s.strongN = s.large+r.LargeWeight*r.Large, s.strongN+r.LargeWeight
		}
	}
	out := map[string]classifier.Task{}
	for name, s := range sums {
		out[name] = classifier.Task{
			Rows: int(s.n), Kind: most(kinds[name]),
			Small: (s.small + shrink*s.saidWeak/s.n) / (s.weakN + shrink),
			Large: (s.large + shrink*s.saidStrong/s.n) / (s.strongN + shrink),
		}
	}
	return out
}

// shiftTasks sets the shifts with which the mean chance over the rows of each name comes out as measured,
// where what the tuned layer says counts for shrink rows. Few trees leave some of the way; differences
// inside a task stay as they are.
func shiftTasks(measured map[string]classifier.Task, rows []Example, names []string, in []inputs, l classifier.Layer, shrink float64) {
	type seen struct {
		odds       []float64
		sum, count float64
	}
	small, large := map[string]*seen{}, map[string]*seen{}
	note := func(in map[string]*seen, name string, odds, y, weight float64) {
		if in[name] == nil {
			in[name] = &seen{}
		}
		s := in[name]
		s.odds = append(s.odds, odds)
		if !math.IsNaN(y) {
			s.sum, s.count = s.sum+weight*y, s.count+weight
		}
	}
	for i, name := range names {
		if name != "" {
			note(small, name, l.Small.At(&in[i]), rows[i].Small, rows[i].SmallWeight)
			note(large, name, l.Large.At(&in[i]), rows[i].Large, rows[i].LargeWeight)
		}
	}
	shift := func(s *seen, shrink float64) float64 {
		said := 0.0
		for _, z := range s.odds {
			said += chance(z) / float64(len(s.odds))
		}
		return shiftTo((s.sum+shrink*said)/(s.count+shrink), s.odds)
	}
	for name, t := range measured {
		t.SmallShift, t.LargeShift = shift(small[name], shrink), shift(large[name], strongShrink*shrink)
		measured[name] = t
	}
}

// strongShrink is how much more the large model's outcomes are shrunk: they come from a few hold-outs
// that stand for many requests.
const strongShrink = 5

// shiftTo is by how much all log odds move until their mean chance is want, at most by 4.
func shiftTo(want float64, odds []float64) float64 {
	low, high := -4.0, 4.0
	for range 40 {
		middle, sum := (low+high)/2, 0.0
		for _, z := range odds {
			sum += chance(z + middle)
		}
		if sum < want*float64(len(odds)) {
			low = middle
		} else {
			high = middle
		}
	}
	return (low + high) / 2
}

// tuneLayer fits a last layer to rows.
func tuneLayer(l classifier.Layer, rows []Example, in []inputs, t Tuning) classifier.Layer {
	was := func(i int) float64 { return chance(l.Large.At(&in[i])) - chance(l.Small.At(&in[i])) }
	before := make([]float64, len(rows))
	var small, need []sample
	for i := range rows {
		before[i] = was(i)
		if !math.IsNaN(rows[i].Small) && rows[i].SmallWeight > 0 {
			small = append(small, sample{&in[i], rows[i].Small, rows[i].SmallWeight})
		}
	}
	old := l.Need
	l.Small = growOn(&l.Small, small, t.Boost, true, t.Seed)
	l.Large = shifted(l.Large, rows, in)
	for i := range rows {
		need = append(need, sample{&in[i], old.At(&in[i]) + was(i) - before[i], 1})
	}
	l.Need = growOn(&old, need, t.Boost, false, t.Seed+1)
	return l
}

func chance(odds float64) float64 { return 1 / (1 + math.Exp(-odds)) }

// shifted moves the large model's log odds until their mean chance is that of its outcomes, with a
// prior of 50 rows on no move.
func shifted(f classifier.Forest, rows []Example, in []inputs) classifier.Forest {
	const prior = 50 * 0.16 // curvature of 50 rows at a chance of 0.8
	shift := 0.0
	for range 20 {
		slope, curve := -prior*shift, prior
		for i := range rows {
			if y, w := rows[i].Large, rows[i].LargeWeight; !math.IsNaN(y) && w > 0 {
				p := chance(f.At(&in[i]) + shift)
				slope, curve = slope+w*(y-p), curve+w*p*(1-p)
			}
		}
		shift += slope / curve
	}
	f.Base += shift
	return f
}

// tuneAims sets the dial anew by what the tuned model expects of the rows: outcomes of both models on
// one prompt, by which it was set in training, are what a ledger does not have.
func tuneAims(base *classifier.Model, rows []Example, h classifier.Header) ([]classifier.Aim, classifier.Unsure) {
	in := inputsOf(base, rows, nil, nil)
	expected := make([]Example, len(rows))
	need := make([]float64, len(rows))
	for i := range rows {
		var large float64
		_, large, need[i] = h.Text.Judge(&in[i])
		expected[i] = Example{Small: large - need[i], Large: large}
	}
	config := Defaults()
	f := &fitting{config: config, rows: expected, text: judged{need: need}}
	a := f.aims()
	u := f.band(a)
	u.Known = h.Unsure.Known
	return a, u
}
