package eval

import (
	"context"
	"fmt"

	"ockham/routing/classifier"
	"ockham/routing/classifier/train"
)

// CrossValidate trains a model for each fold of the rows' clusters; each row is judged by the one that
// has seen neither it nor its near-duplicates.
func CrossValidate(ctx context.Context, rows []Row, config train.Config, folds int, step func()) (Judge, error) {
	fold := make([]int, len(rows))
	for i, r := range rows {
		fold[i] = train.Fold("cv/"+r.Cluster, config.Seed, folds)
	}
	models := make([]*classifier.Model, folds)
	for k := range folds {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		m, err := train.Fit(Examples(keep(rows, func(i int) bool { return fold[i] != k })), config, nil)
		if err != nil {
			return nil, fmt.Errorf("fold %d of %d: %w", k+1, folds, err)
		}
		models[k] = m
		step()
	}
	return func(row int) *classifier.Model { return models[fold[row]] }, nil
}

// LeaveOut is what a model makes of a source of which it has seen nothing.
type LeaveOut struct {
	Source string   `json:"source"`
	Rows   int      `json:"rows"`
	APGR   Interval `json:"apgr"`
	ECE    float64  `json:"ece"` // of the small model's chance
}

// LeaveOneSourceOut trains a model for each source on the rows of all others and measures it there.
// Clusters that reach into the source are left out of the training.
func LeaveOneSourceOut(ctx context.Context, rows []Row, config train.Config, draws Draws, step func()) ([]LeaveOut, error) {
	parts, names := bySource(rows)
	if len(parts) < 2 {
		return nil, fmt.Errorf("leave one source out: all rows are of one source, %q", names[0])
	}
	var out []LeaveOut
	for k, part := range parts {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		near := map[string]bool{}
		for _, i := range part {
			near[rows[i].Cluster] = true
		}
		others := keep(rows, func(i int) bool { return rows[i].Source != names[k] && !near[rows[i].Cluster] })
		m, err := train.Fit(Examples(others), config, nil)
		if err != nil {
			return nil, fmt.Errorf("without %s: %w", names[k], err)
		}
		l, err := leaveOut(ctx, pick(rows, part), m, draws.part(part))
		if err != nil {
			return nil, err
		}
		l.Source = names[k]
		out = append(out, l)
		step()
	}
	return out, nil
}

func leaveOut(ctx context.Context, rows []Row, m *classifier.Model, draws Draws) (LeaveOut, error) {
	s, err := ScoreRows(ctx, rows, func(int) *classifier.Model { return m }, func() {})
	if err != nil {
		return LeaveOut{}, err
	}
	apgr := draws.Figures(Rank(Outcomes(rows), needs(s.Text))).APGR
	return LeaveOut{Rows: len(rows), APGR: apgr, ECE: calibrations(rows, s).Small.ECE}, nil
}

func keep(rows []Row, use func(int) bool) []Row {
	var out []Row
	for i := range rows {
		if use(i) {
			out = append(out, rows[i])
		}
	}
	return out
}

// Leaks lists near-duplicates that clusters do not hold together: rows of the same text in different
// clusters. Such rows would stand on both sides of a split, and flatter whatever is measured.
func Leaks(rows []Row) error {
	first := map[string]int{}
	for i, r := range rows {
		j, ok := first[r.Prompt]
		if !ok {
			first[r.Prompt] = i
			continue
		}
		if rows[j].Cluster != r.Cluster {
			return fmt.Errorf("lines %d and %d hold the same prompt in two clusters, %q and %q: clusters leak, no split of these rows is honest",
				rows[j].Line, r.Line, rows[j].Cluster, r.Cluster)
		}
	}
	return nil
}

// Shared reports the first cluster of held that stands in rows too.
func Shared(rows, held []Row) error {
	seen := map[string]int{}
	for _, r := range rows {
		seen[r.Cluster] = r.Line
	}
	for _, r := range held {
		if line, ok := seen[r.Cluster]; ok {
			return fmt.Errorf("cluster %q leaks: line %d of the rows to train on and line %d of those held back", r.Cluster, line, r.Line)
		}
	}
	return nil
}
