package eval

import (
	"fmt"
	"io"
	"math"
	"strings"
)

// WriteText prints r for a person at a terminal.
func (r *Result) WriteText(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%d prompts, %s\n", r.Rows, r.How)
	fmt.Fprintf(&b, "always small %.4f   always large %.4f\n", r.Small, r.Large)
	if r.Seen > .02 {
		fmt.Fprintf(&b, "CAUTION: the model was trained on %.0f %% of these prompts; the figures flatter it. Use --cv or other rows.\n", 100*r.Seen)
	}
	r.routers(&b, "pooled", func(x RouterResult) Figures { return x.Pooled })
	if len(r.Sources) > 1 {
		r.routers(&b, "mean over sources", func(x RouterResult) Figures { return x.Macro })
	}
	r.sources(&b)
	r.chances(&b)
	r.dial(&b)
	r.leaveOut(&b)
	r.flips(&b)
	r.chart(&b)
	_, err := io.WriteString(w, b.String())
	return err
}

func (r *Result) routers(b *strings.Builder, title string, of func(RouterResult) Figures) {
	fmt.Fprintf(b, "\n%-24s %-20s %-6s %-6s %-18s %s\n", title, "APGR", "CPT50", "CPT80", "saved@95", "saved@99")
	for _, x := range r.Routers {
		f := of(x)
		fmt.Fprintf(b, "%-24s %-20s %-6s %-6s %-18s %s\n", x.Name, f.APGR.decimals(), percent(f.CPT50.Value), percent(f.CPT80.Value), f.Saved95.percents(), f.Saved99.percents())
	}
}

func (i Interval) decimals() string {
	if math.IsNaN(i.Value) {
		return "-"
	}
	return fmt.Sprintf("%.3f [%.3f, %.3f]", i.Value, i.Low, i.High)
}

func (i Interval) percents() string {
	if math.IsNaN(i.Value) {
		return "-"
	}
	return fmt.Sprintf("%.1f%% [%.0f, %.0f]", 100*i.Value, 100*i.Low, 100*i.High)
}

func percent(v float64) string {
	if math.IsNaN(v) {
		return "-"
	}
	return fmt.Sprintf("%.0f%%", 100*v)
}

func (r *Result) sources(b *strings.Builder) {
	fmt.Fprintf(b, "\n%-16s %6s %6s %6s  %-20s %-20s %s\n", "source", "rows", "small", "large", "APGR", "task given", "length")
	for _, s := range r.Sources {
		fmt.Fprintf(b, "%-16s %6d %6.3f %6.3f  %-20s %-20s %s\n", s.Name, s.Rows, s.Small, s.Large,
			r.inside(NameClassifier, s.Name), r.inside(NameWithTask, s.Name), r.inside(NameLength, s.Name))
	}
}

// inside is the APGR of a router inside a source.
func (r *Result) inside(router, source string) string {
	for _, x := range r.Routers {
		if x.Name == router {
			return x.Sources[source].decimals()
		}
	}
	return "-"
}

func (r *Result) chances(b *strings.Builder) {
	c := r.Calibration
	fmt.Fprintf(b, "\nchances, ECE: small %.3f, large %.3f; task given: small %.3f, large %.3f; unsure: %.0f%% of the prompts\n",
		c.Small.ECE, c.Large.ECE, c.SmallTask.ECE, c.LargeTask.ECE, 100*r.Unsure)
	fmt.Fprintf(b, "%-12s", "small: said")
	for _, bin := range c.Small.Bins {
		fmt.Fprintf(b, " %.2f", bin.Said)
	}
	fmt.Fprintf(b, "\n%-12s", "was")
	for _, bin := range c.Small.Bins {
		fmt.Fprintf(b, " %.2f", bin.Was)
	}
	b.WriteByte('\n')
}

func (r *Result) dial(b *strings.Builder) {
	fmt.Fprintf(b, "\n%-6s %-10s %-12s %-9s %s\n", "aim", "threshold", "kept here", "to large", "saved")
	for _, a := range r.Aims {
		fmt.Fprintf(b, "%-6.3g %-10.4f %-12.4f %-9s %s\n", a.Aim, a.Threshold, a.Kept, percent(a.Large), percent(a.Saved))
	}
}

func (r *Result) leaveOut(b *strings.Builder) {
	if len(r.Leave) == 0 {
		return
	}
	fmt.Fprintf(b, "\n%-24s %6s %-20s %s\n", "never seen in training", "rows", "APGR", "ECE small")
	for _, l := range r.Leave {
		fmt.Fprintf(b, "%-24s %6d %-20s %.3f\n", l.Source, l.Rows, l.APGR.decimals(), l.ECE)
	}
}

func (r *Result) flips(b *strings.Builder) {
	if len(r.Robust) == 0 {
		return
	}
	fmt.Fprintf(b, "\n%-22s %-6s %-9s %-9s %-9s %s\n", "change", "aim", "flipped", "to large", "to small", "APGR after")
	for _, f := range r.Robust {
		fmt.Fprintf(b, "%-22s %-6.3g %-9s %-9s %-9s %.3f\n", f.Noise, f.Aim, share(f.Flipped), share(f.ToLarge), share(f.ToSmall), f.APGR)
	}
}

func share(v float64) string { return fmt.Sprintf("%.1f%%", 100*v) }

// chart draws the frontier with characters: each router by a letter, later ones over earlier ones.
func (r *Result) chart(b *strings.Builder) {
	const width, height = 72, 18
	low, high := min(r.Small, r.Large), max(r.Small, r.Large)+.02
	if high <= low {
		return
	}
	var cells [height][width]byte
	for y := range cells {
		cells[y] = [width]byte([]byte(strings.Repeat(" ", width)))
	}
	letters := map[string]byte{NameOracle: 'o', NameRandom: '.', NameLength: 'l', NameTaskTable: 't', NameWithTask: 'T', NameClassifier: 'C'}
	for k := len(r.Routers) - 1; k >= 0; k-- {
		x := r.Routers[k]
		letter, ok := letters[x.Name]
		if !ok {
			letter = x.Name[0]
		}
		for _, p := range x.Frontier {
			row := int((high - p.Quality) / (high - low) * (height - 1))
			if row >= 0 && row < height {
				cells[row][int(p.Large*(width-1))] = letter
			}
		}
	}
	fmt.Fprintf(b, "\nquality by share of prompts on the large model (C classifier, T with task, t task table, l length, . random, o oracle)\n")
	for y := range cells {
		fmt.Fprintf(b, "%.3f |%s\n", high-float64(y)/(height-1)*(high-low), cells[y][:])
	}
	fmt.Fprintf(b, "      +%s\n       0 %%%s100 %%\n", strings.Repeat("-", width), strings.Repeat(" ", width-8))
}
