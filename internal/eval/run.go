package eval

import (
	"context"
	"fmt"

	"ockham/routing/classifier"
	"ockham/routing/classifier/train"
)

// Options say what to measure.
type Options struct {
	Model  *classifier.Model
	Others []Router // further routers, by their scores
	Draws  int      // of the bootstrap
	Seed   uint64
	// Folds above 1 cross-validates: every row is judged by a model trained without its cluster, and
	// Model is not used.
	Folds  int
	Leave  bool // leave one source out
	Robust bool
	Train  train.Config // for Folds and Leave
	// Step is told of each piece of work that is done: what it was and how many there are of it. It is
	// called from many goroutines.
	Step func(what string, all int)
}

// robustAims are the settings of the dial at which decisions under noise are compared.
var robustAims = [...]float64{.95, .98}

// Run measures rows.
func Run(ctx context.Context, rows []Row, opt Options) (*Result, Scores, error) {
	if err := Check(rows); err != nil {
		return nil, Scores{}, err
	}
	judge, how, err := opt.judge(ctx, rows)
	if err != nil {
		return nil, Scores{}, err
	}
	scores, err := ScoreRows(ctx, rows, judge, opt.steps("prompts", len(rows)))
	if err != nil {
		return nil, scores, err
	}
	draws := NewDraws(rows, opt.Draws, opt.Seed)
	ends := Rank(Outcomes(rows), make([]float64, len(rows))).Curve(nil)
	r := &Result{
		Rows: len(rows), Sources: Parts(rows), Small: ends.small, Large: ends.large, How: how,
		Routers:     Measure(rows, append(Routers(rows, judge, scores), opt.Others...), draws),
		Calibration: calibrations(rows, scores), Aims: aims(rows, scores.Text, judge),
	}
	r.about(rows, scores, judge, opt)
	if opt.Leave {
		if r.Leave, err = LeaveOneSourceOut(ctx, rows, opt.Train, draws, opt.steps("sources", len(r.Sources))); err != nil {
			return nil, scores, err
		}
	}
	if opt.Robust {
		all := (len(Noises()) + 1) * len(rows)
		if r.Robust, err = Robust(ctx, rows, judge, robustAims[:], opt.steps("changed prompts", all)); err != nil {
			return nil, scores, err
		}
	}
	return r, scores, nil
}

// judge is the model, or the models of a cross-validation.
func (opt *Options) judge(ctx context.Context, rows []Row) (Judge, string, error) {
	if opt.Folds < 2 {
		return func(int) *classifier.Model { return opt.Model }, "judged by the model", nil
	}
	if err := Leaks(rows); err != nil {
		return nil, "", err
	}
	judge, err := CrossValidate(ctx, rows, opt.Train, opt.Folds, opt.steps("folds", opt.Folds))
	return judge, fmt.Sprintf("each judged by one of %d models that has not seen its cluster", opt.Folds), err
}

// about fills in what is told of the model.
func (r *Result) about(rows []Row, s Scores, judge Judge, opt Options) {
	if opt.Folds < 2 {
		r.Model = opt.Model.Checksum()
	}
	each := 1 / float64(len(rows))
	for i := range rows {
		if s.Text[i].Unsure {
			r.Unsure += each
		}
		if judge(i).Seen(rows[i].Prompt) {
			r.Seen += each
		}
	}
}

func (opt *Options) steps(what string, all int) func() {
	if opt.Step == nil {
		return func() {}
	}
	return func() { opt.Step(what, all) }
}

// MetricsOf measures one model on rows, without intervals.
func MetricsOf(ctx context.Context, rows []Row, m *classifier.Model) (Metrics, error) {
	s, err := ScoreRows(ctx, rows, func(int) *classifier.Model { return m }, func() {})
	if err != nil {
		return Metrics{}, err
	}
	return Rank(Outcomes(rows), needs(s.Text)).Curve(nil).Metrics(), nil
}
