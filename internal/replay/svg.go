package replay

import (
	"fmt"
	"html"
	"io"
	"maps"
	"math"
	"slices"
	"strings"
)

// The canvas: panels side by side, each with one bar a result.
const (
	panelWidth, panelHeight = 260, 250
	barTop, barBottom       = 56, 190
	colours                 = "#0072b2 #d55e00 #009e73 #cc79a7" // apart for the colour-blind (Okabe and Ito)
)

// panel is one figure of every result. A value below 0 is unknown.
type panel struct {
	title  string
	values []float64
	labels []string
}

// WriteSVG draws cost, pipes, latency and quality of every result.
func (r *Report) WriteSVG(w io.Writer) error {
	panels := r.panels()
	var b strings.Builder
	width := panelWidth * (len(panels) + 1)
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" font-family="system-ui, sans-serif" font-size="12" role="img" aria-label="Replay of %d requests">`+"\n",
		width, panelHeight, width, panelHeight, r.Replayed)
	fmt.Fprintf(&b, `<rect width="%d" height="%d" fill="#ffffff"/>`+"\n", width, panelHeight)
	r.pipePanel(&b)
	for i, p := range panels {
		r.draw(&b, &p, panelWidth*(i+1))
	}
	b.WriteString("</svg>\n")
	_, err := io.WriteString(w, b.String())
	return err
}

func (r *Report) panels() []panel {
	cost := panel{title: "Cost a request, US dollars"}
	latency := panel{title: "Mean latency, ms"}
	quality := panel{title: "Quality, mean outcome"}
	for i := range r.Results {
		x := &r.Results[i]
		cost.add(x.CostUSD/math.Max(float64(x.Requests-x.Unservable), 1), "$%.3g")
		if x.Latency.Count > 0 {
			latency.add(x.Mean, "%.0f")
		} else {
			latency.add(-1, "")
		}
		if x.Quality != nil {
			quality.add(x.Quality.Mean, "%.3f")
		} else {
			quality.add(-1, "")
		}
	}
	return []panel{cost, latency, quality}
}

func (p *panel) add(v float64, format string) {
	p.values = append(p.values, v)
	if v < 0 {
		p.labels = append(p.labels, "unknown")
		return
	}
	p.labels = append(p.labels, fmt.Sprintf(format, v))
}

func (r *Report) draw(b *strings.Builder, p *panel, left int) {
	fmt.Fprintf(b, `<text x="%d" y="28" font-weight="600">%s</text>`+"\n", left+16, html.EscapeString(p.title))
	most := max(slices.Max(p.values), 1e-12)
	for i, v := range p.values {
		height := max(v, 0) / most * (barBottom - barTop)
		x, wide := r.slot(left, i)
		fmt.Fprintf(b, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s"/>`+"\n", x, barBottom-height, wide, height, colour(i))
		fmt.Fprintf(b, `<text x="%.1f" y="%.1f" text-anchor="middle">%s</text>`+"\n", x+wide/2, barBottom-height-6, p.labels[i])
	}
	r.axis(b, left)
}

// pipePanel stacks the shares of the pipes.
func (r *Report) pipePanel(b *strings.Builder) {
	fmt.Fprintf(b, `<text x="16" y="28" font-weight="600">Pipes, share of requests</text>`+"\n")
	for i := range r.Results {
		x, wide := r.slot(0, i)
		top := float64(barBottom)
		for k, name := range slices.Sorted(maps.Keys(r.Results[i].Pipes)) {
			part := float64(r.Results[i].Pipes[name]) / float64(max(r.Results[i].Requests, 1))
			height := part * (barBottom - barTop)
			top -= height
			fmt.Fprintf(b, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s"><title>%s: %.1f %%</title></rect>`+"\n",
				x, top, wide, height, pipeColour(name, k), html.EscapeString(name), 100*part)
			if height > 14 {
				fmt.Fprintf(b, `<text x="%.1f" y="%.1f" text-anchor="middle" fill="#ffffff">%s %.0f %%</text>`+"\n", x+wide/2, top+height/2+4, html.EscapeString(name), 100*part)
			}
		}
	}
	r.axis(b, 0)
}

// slot is where the bar of result i stands.
func (r *Report) slot(left, i int) (x, wide float64) {
	room := float64(panelWidth-32) / float64(len(r.Results))
	return float64(left+16) + room*(float64(i)+0.08), room * 0.84
}

func (r *Report) axis(b *strings.Builder, left int) {
	fmt.Fprintf(b, `<path d="M%d %dH%d" stroke="#888888"/>`+"\n", left+16, barBottom, left+panelWidth-16)
	for i := range r.Results {
		x, wide := r.slot(left, i)
		fmt.Fprintf(b, `<text x="%.1f" y="%d" text-anchor="middle">%s</text>`+"\n", x+wide/2, barBottom+18+16*(i%2), html.EscapeString(clip(r.Results[i].Name)))
	}
}

func clip(name string) string {
	if r := []rune(name); len(r) > 20 {
		return "…" + string(r[len(r)-19:])
	}
	return name
}

func colour(i int) string { c := strings.Fields(colours); return c[i%len(c)] }

func pipeColour(name string, k int) string {
	switch name {
	case "green":
		return "#1a8f63"
	case "purple":
		return "#7a4fd6"
	}
	return colour(k)
}
