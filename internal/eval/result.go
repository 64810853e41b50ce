package eval

import (
	"runtime"
	"slices"

	"ockham/routing/classifier"
)

func workers() int { return max(1, runtime.GOMAXPROCS(0)) }

// Result is everything that is measured on a set of rows; --json writes it.
type Result struct {
	Rows        int            `json:"rows"`
	Sources     []Part         `json:"sources"`
	Small       float64        `json:"weak"`   // quality of always the small model
	Large       float64        `json:"strong"` // quality of always the large model
	How         string         `json:"how"`    // which model judged which rows
	Model       string         `json:"model"`  // checksum
	Seen        float64        `json:"seen"`   // share of the prompts that the model was trained on
	Routers     []RouterResult `json:"routers"`
	Calibration Calibrations   `json:"calibration"`
	Unsure      float64        `json:"unsure"` // share of rows in the unsure band
	Aims        []AimResult    `json:"aims"`
	Robust      []Flips        `json:"robust,omitempty"`
	Leave       []LeaveOut     `json:"leave_one_source_out,omitempty"`
}

// Part is one source of the rows.
type Part struct {
	Name  string  `json:"name"`
	Rows  int     `json:"rows"`
	Small float64 `json:"weak"`
	Large float64 `json:"strong"`
}

// RouterResult is what one router reaches.
type RouterResult struct {
	Name     string              `json:"name"`
	Pooled   Figures             `json:"pooled"`
	Macro    Figures             `json:"macro"`   // mean over sources
	Sources  map[string]Interval `json:"sources"` // APGR inside each source
	Frontier []Point             `json:"frontier"`
}

// Point is one place on the frontier of cost and quality.
type Point struct {
	Large   float64 `json:"large"`   // share of the prompts on the large model
	Cost    float64 `json:"cost"`    // of always large
	Quality float64 `json:"quality"` // mean outcome
}

// AimResult says what a setting of the dial does on these rows.
type AimResult struct {
	Aim       float64 `json:"aim"` // share of the large model's quality, where the threshold was set
	Threshold float64 `json:"threshold"`
	Kept      float64 `json:"kept"`  // share of the large model's quality on these rows
	Large     float64 `json:"large"` // share of the prompts on the large model
	Saved     float64 `json:"saved"` // cost saved against always large
}

// Measure compares routers on rows. Draws gives the intervals.
func Measure(rows []Row, routers []Router, draws Draws) []RouterResult {
	parts, names := bySource(rows)
	out := make([]RouterResult, len(routers))
	for k, r := range routers {
		ranking := Rank(Outcomes(rows), r.Score)
		rank := func(part []int) Ranking { return Rank(Outcomes(pick(rows, part)), pick(r.Score, part)) }
		out[k] = RouterResult{
			Name: r.Name, Pooled: draws.Figures(ranking), Macro: draws.Macro(parts, rank),
			Sources: map[string]Interval{}, Frontier: frontier(ranking.Curve(nil)),
		}
		for i, part := range parts {
			out[k].Sources[names[i]] = draws.part(part).Figures(rank(part)).APGR
		}
	}
	return out
}

// part is the draws as seen by some of the rows.
func (d Draws) part(part []int) Draws {
	out := Draws{make([][]int, len(d.weights))}
	for k, w := range d.weights {
		out.weights[k] = pick(w, part)
	}
	return out
}

// bySource lists the rows of each source, sources by name.
func bySource(rows []Row) (parts [][]int, names []string) {
	members := map[string][]int{}
	for i, r := range rows {
		if members[r.Source] == nil {
			names = append(names, r.Source)
		}
		members[r.Source] = append(members[r.Source], i)
	}
	slices.Sort(names)
	for _, name := range names {
		parts = append(parts, members[name])
	}
	return parts, names
}

// Parts describes the sources of rows.
func Parts(rows []Row) []Part {
	parts, names := bySource(rows)
	out := make([]Part, len(parts))
	for k, part := range parts {
		out[k] = Part{Name: names[k], Rows: len(part)}
		for _, i := range part {
			out[k].Small += rows[i].Small / float64(len(part))
			out[k].Large += rows[i].Large / float64(len(part))
		}
	}
	return out
}

// frontier is the curve at every hundredth of the prompts.
func frontier(c Curve) []Point {
	out := make([]Point, 101)
	for i := range out {
		share := float64(i) / 100
		out[i] = Point{share, cost(share), c.Quality(share)}
	}
	return out
}

// aims translates the dial and says what each setting does on rows.
func aims(rows []Row, scores []classifier.Score, judge Judge) []AimResult {
	var out []AimResult
	var large float64
	for _, r := range rows {
		large += r.Large
	}
	for _, a := range judge(0).Aims() {
		if a.Aim < .9 {
			continue
		}
		quality, large := 0.0, 0.0
		for i, r := range rows {
			if scores[i].Need > judge(i).Threshold(a.Aim) {
				quality, large = quality+r.Large, large+1
			} else {
				quality += r.Small
			}
		}
		large /= float64(len(rows))
		out = append(out, AimResult{a.Aim, a.Need, quality / large, large, 1 - cost(large)})
	}
	return out
}
