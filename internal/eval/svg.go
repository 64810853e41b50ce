package eval

import (
	"fmt"
	"html"
	"io"
	"math"
	"strings"
)

// The canvas of a plot, in pixels.
const (
	plotWidth, plotHeight   = 720, 440
	plotLeft, plotTop       = 64, 40
	plotRight, plotBottom   = 190, 56
	innerWidth, innerHeight = plotWidth - plotLeft - plotRight, plotHeight - plotTop - plotBottom
)

// Colours that stay apart in print and for the colour-blind (Okabe and Ito), and dash patterns beside.
var strokes = []struct{ colour, dash string }{
	{"#0072b2", ""},
	{"#d55e00", ""},
	{"#009e73", "6 3"},
	{"#e69f00", "2 3"},
	{"#999999", "4 4"},
	{"#cc79a7", "8 3 2 3"},
	{"#56b4e9", "3 2"},
	{"#000000", "1 2"},
}

type series struct {
	name string
	x, y []float64
	dots bool
}

// plot is one set of axes.
type plot struct {
	title, x, y              string
	xLow, xHigh, yLow, yHigh float64
	series                   []series
}

// FrontierSVG draws quality against cost for every router, with the lines of always small and always
// large.
func (r *Result) FrontierSVG(w io.Writer) error {
	p := plot{
		title: fmt.Sprintf("Cost and quality on %d prompts", r.Rows), x: "cost, share of always large", y: "quality, mean outcome",
		xLow: cost(0), xHigh: 1, yLow: min(r.Small, r.Large) - .01, yHigh: max(r.Small, r.Large) + .03,
	}
	for _, router := range r.Routers {
		s := series{name: router.Name}
		for _, pt := range router.Frontier {
			s.x, s.y = append(s.x, pt.Cost), append(s.y, pt.Quality)
		}
		p.series = append(p.series, s)
	}
	p.series = append(p.series,
		series{name: "always small", x: []float64{cost(0), 1}, y: []float64{r.Small, r.Small}},
		series{name: "always large", x: []float64{cost(0), 1}, y: []float64{r.Large, r.Large}})
	return p.write(w)
}

// ReliabilitySVG draws what was said of each model against what came of it.
func (r *Result) ReliabilitySVG(w io.Writer) error {
	p := plot{title: "Chances: said and measured", x: "said", y: "measured", xHigh: 1, yHigh: 1}
	for _, c := range []struct {
		name string
		Calibration
	}{{"small model", r.Calibration.Small}, {"large model", r.Calibration.Large}} {
		s := series{name: fmt.Sprintf("%s, ECE %.3f", c.name, c.ECE), dots: true}
		for _, b := range c.Bins {
			s.x, s.y = append(s.x, b.Said), append(s.y, b.Was)
		}
		p.series = append(p.series, s)
	}
	p.series = append(p.series, series{}, series{}, series{name: "perfect", x: []float64{0, 1}, y: []float64{0, 1}})
	return p.write(w)
}

func (p *plot) at(x, y float64) (px, py float64) {
	return plotLeft + (x-p.xLow)/(p.xHigh-p.xLow)*innerWidth,
		plotTop + (p.yHigh-min(max(y, p.yLow), p.yHigh))/(p.yHigh-p.yLow)*innerHeight
}

func (p *plot) write(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" font-family="system-ui, sans-serif" font-size="12" role="img" aria-label="%s">`+"\n",
		plotWidth, plotHeight, plotWidth, plotHeight, html.EscapeString(p.title))
	fmt.Fprintf(&b, `<rect width="%d" height="%d" fill="#ffffff"/>`+"\n", plotWidth, plotHeight)
	fmt.Fprintf(&b, `<text x="%d" y="22" font-size="15" font-weight="600">%s</text>`+"\n", plotLeft, html.EscapeString(p.title))
	p.axes(&b)
	line := 0
	for k, s := range p.series {
		if len(s.x) == 0 {
			continue
		}
		p.curve(&b, s, k)
		p.legend(&b, s, k, line)
		line++
	}
	b.WriteString("</svg>\n")
	_, err := io.WriteString(w, b.String())
	return err
}

func (p *plot) axes(b *strings.Builder) {
	for i := range 6 {
		f := float64(i) / 5
		x, y := p.xLow+f*(p.xHigh-p.xLow), p.yLow+f*(p.yHigh-p.yLow)
		px, py := p.at(x, y)
		fmt.Fprintf(b, `<path d="M%.1f %dV%d" stroke="#e5e5e5"/><text x="%.1f" y="%d" text-anchor="middle">%.2f</text>`+"\n",
			px, plotTop, plotTop+innerHeight, px, plotTop+innerHeight+18, x)
		fmt.Fprintf(b, `<path d="M%d %.1fH%d" stroke="#e5e5e5"/><text x="%d" y="%.1f" text-anchor="end">%.3f</text>`+"\n",
			plotLeft, py, plotLeft+innerWidth, plotLeft-6, py+4, y)
	}
	fmt.Fprintf(b, `<text x="%d" y="%d" text-anchor="middle">%s</text>`+"\n", plotLeft+innerWidth/2, plotHeight-14, html.EscapeString(p.x))
	fmt.Fprintf(b, `<text transform="translate(14 %d) rotate(-90)" text-anchor="middle">%s</text>`+"\n", plotTop+innerHeight/2, html.EscapeString(p.y))
}

func (p *plot) curve(b *strings.Builder, s series, k int) {
	stroke := strokes[k%len(strokes)]
	fmt.Fprintf(b, `<polyline fill="none" stroke="%s" stroke-width="2" stroke-dasharray="%s" points="`, stroke.colour, stroke.dash)
	for i := range s.x {
		px, py := p.at(s.x[i], s.y[i])
		if !math.IsNaN(py) {
			fmt.Fprintf(b, "%.1f,%.1f ", px, py)
		}
	}
	b.WriteString("\"/>\n")
	for i := range s.x {
		if px, py := p.at(s.x[i], s.y[i]); s.dots && !math.IsNaN(py) {
			fmt.Fprintf(b, `<circle cx="%.1f" cy="%.1f" r="3" fill="%s"/>`+"\n", px, py, stroke.colour)
		}
	}
}

func (p *plot) legend(b *strings.Builder, s series, k, line int) {
	stroke := strokes[k%len(strokes)]
	x, y := plotLeft+innerWidth+12, plotTop+14+20*line
	fmt.Fprintf(b, `<path d="M%d %dh22" stroke="%s" stroke-width="2" stroke-dasharray="%s"/><text x="%d" y="%d">%s</text>`+"\n",
		x, y-4, stroke.colour, stroke.dash, x+28, y, html.EscapeString(s.name))
}
