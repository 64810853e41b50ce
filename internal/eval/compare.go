package eval

import (
	"fmt"
	"math"

	"ockham/routing/classifier"
	"ockham/routing/classifier/train"
)

// Chances measures a model's chances against what happened, on rows held back from its training.
type Chances struct {
	Tries   int     // rows with an outcome of the small model
	LogLoss float64 // of the small model's chance, less is better
	Brier   float64 // mean squared error of it
	ECE     float64
	AUC     float64 // how well it ranks good above bad, 0.5 is chance
	// Said and Was are the large model's mean chance and outcome, weighed by how likely each was seen.
	LargeSaid float64
	LargeWas  float64
}

// JudgeChances measures m on rows.
func JudgeChances(m *classifier.Model, rows []train.Example) Chances {
	var c Chances
	var said, was []float64
	weight := 0.0
	for i := range rows {
		r := &rows[i]
		s := m.Score(r.Text, r.Task)
		if !math.IsNaN(r.Small) {
			said, was = append(said, s.Small), append(was, r.Small)
		}
		if !math.IsNaN(r.Large) && r.LargeWeight > 0 {
			weight += r.LargeWeight
			c.LargeSaid += r.LargeWeight * s.Large
			c.LargeWas += r.LargeWeight * r.Large
		}
	}
	c.LargeSaid, c.LargeWas = c.LargeSaid/math.Max(weight, 1e-9), c.LargeWas/math.Max(weight, 1e-9)
	c.Tries = len(said)
	if c.Tries == 0 {
		return c
	}
	for i, p := range said {
		p = min(max(p, 1e-6), 1-1e-6)
		c.LogLoss -= (was[i]*math.Log(p) + (1-was[i])*math.Log(1-p)) / float64(len(said))
		c.Brier += (p - was[i]) * (p - was[i]) / float64(len(said))
	}
	c.ECE, c.AUC = Calibrate(said, was).ECE, auc(said, was)
	return c
}

// auc is the chance that a good outcome was given a higher chance than a bad one; outcomes from one
// half up are good.
func auc(said, was []float64) float64 {
	order := rising(said)
	var good, bad, above float64
	for from := 0; from < len(order); {
		to, goods, bads := from, 0.0, 0.0
		for ; to < len(order) && said[order[to]] == said[order[from]]; to++ {
			if was[order[to]] >= .5 {
				goods++
			} else {
				bads++
			}
		}
		above += goods * (bad + bads/2)
		good, bad, from = good+goods, bad+bads, to
	}
	if good == 0 || bad == 0 {
		return math.NaN()
	}
	return above / (good * bad)
}

// Worse says why after must not replace before; nil where it may.
func Worse(before, after Chances) error {
	switch {
	case after.Tries == 0:
		return fmt.Errorf("no outcome was held back: nothing shows that the new model is better")
	case !(after.LogLoss <= before.LogLoss):
		return fmt.Errorf("the new model is worse on %d held-back rows: log loss %.4f, before %.4f", after.Tries, after.LogLoss, before.LogLoss)
	case !math.IsNaN(after.AUC) && after.AUC < before.AUC-.01:
		return fmt.Errorf("the new model ranks worse on %d held-back rows: AUC %.3f, before %.3f", after.Tries, after.AUC, before.AUC)
	}
	return nil
}

// HoldBack keeps one cluster in five out of training.
func HoldBack(rows []train.Example, seed uint64) (kept, held []train.Example) {
	for _, r := range rows {
		if train.Fold("held/"+r.Cluster, seed, 5) == 0 {
			held = append(held, r)
		} else {
			kept = append(kept, r)
		}
	}
	return kept, held
}
