package eval

import (
	"context"
	"math"

	"golang.org/x/sync/errgroup"

	"ockham/routing/classifier"
)

// Router is anything that ranks prompts: the higher the score, the more in need of the large model.
type Router struct {
	Name  string
	Score []float64 // a row each
}

// Names of the routers that are always measured.
const (
	NameClassifier = "classifier"
	NameWithTask   = "classifier, task given"
	NameTaskTable  = "task table"
	NameLength     = "length"
	NameRandom     = "random"
	NameOracle     = "oracle"
)

// Judge gives the model that judges a row; in cross-validation it is one that has not seen the row's
// cluster.
type Judge func(row int) *classifier.Model

// Scores are what a classifier says of every row, without the task and with it.
type Scores struct{ Text, Task []classifier.Score }

// ScoreRows asks the classifier about every row, on as many CPUs as there are. step is told of each.
func ScoreRows(ctx context.Context, rows []Row, judge Judge, step func()) (Scores, error) {
	s := Scores{make([]classifier.Score, len(rows)), make([]classifier.Score, len(rows))}
	const chunk = 256
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(workers())
	for from := 0; from < len(rows); from += chunk {
		g.Go(func() error {
			for i := from; i < min(from+chunk, len(rows)); i++ {
				if ctx.Err() != nil {
					return ctx.Err()
				}
				m := judge(i)
				s.Text[i], s.Task[i] = m.Score(rows[i].Prompt, ""), m.Score(rows[i].Prompt, rows[i].Task)
				step()
			}
			return nil
		})
	}
	return s, g.Wait()
}

func needs(scores []classifier.Score) []float64 {
	out := make([]float64, len(scores))
	for i := range scores {
		out[i] = scores[i].Need
	}
	return out
}

// Routers are the classifier and everything it is measured against. Always small and always large are
// no rankings: they are the two ends of every curve.
func Routers(rows []Row, judge Judge, s Scores) []Router {
	random, length, table, oracle := make([]float64, len(rows)), make([]float64, len(rows)), make([]float64, len(rows)), make([]float64, len(rows))
	for i, r := range rows {
		length[i] = float64(len(r.Prompt))
		oracle[i] = r.Large - r.Small
		table[i] = benefitOf(judge(i), r.Task)
	}
	return []Router{
		{NameClassifier, needs(s.Text)},
		{NameWithTask, needs(s.Task)},
		{NameTaskTable, table},
		{NameLength, length},
		{NameRandom, random},
		{NameOracle, oracle},
	}
}

// benefitOf is the table of measured benefit; a task that is not in it gets the mean of those that are.
func benefitOf(m *classifier.Model, task string) float64 {
	if t, ok := m.Tasks()[task]; ok {
		return t.Large - t.Small
	}
	sum, n := 0.0, 0.0
	for _, t := range m.Tasks() {
		sum, n = sum+float64(t.Rows)*(t.Large-t.Small), n+float64(t.Rows)
	}
	return sum / math.Max(n, 1)
}
