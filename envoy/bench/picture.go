package main

import (
	"bytes"
	"fmt"
)

// The canvas: one panel a load, four in a row, with one bar a case.
const (
	panelWidth, panelHeight = 250, 230
	perRow                  = 4
	barTop, barBottom       = 50, 180
)

// colours keep Envoy and service apart, for the colour-blind too (Okabe and Ito).
const envoyColour, serviceColour = "#56b4e9", "#d55e00"

// picture draws the CPU time of a request, Envoy's and the service's, with the throughput as a share of
// the empty service's above.
func (res *results) picture() []byte {
	var b bytes.Buffer
	panels := res.panels()
	rows := (len(panels) + perRow - 1) / perRow
	width, height := panelWidth*min(len(panels), perRow), panelHeight*rows+24
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" font-family="system-ui, sans-serif" font-size="11" role="img" aria-label="CPU time and throughput of every case">`+"\n", width, height, width, height)
	fmt.Fprintf(&b, `<rect width="%d" height="%d" fill="#ffffff"/>`+"\n", width, height)
	for i, p := range panels {
		drawPanel(&b, p, panelWidth*(i%perRow), panelHeight*(i/perRow))
	}
	fmt.Fprintf(&b, `<rect x="16" y="%d" width="10" height="10" fill="%s"/><text x="30" y="%d">Envoy</text>`, height-18, envoyColour, height-9)
	fmt.Fprintf(&b, `<rect x="80" y="%d" width="10" height="10" fill="%s"/><text x="94" y="%d">service; µs of CPU a request, and throughput against the empty service's</text>`+"\n</svg>\n", height-18, serviceColour, height-9)
	return b.Bytes()
}

// panels puts the cases under the same load together.
func (res *results) panels() [][]found {
	return byLoad(res.Cases, func(c found) key { return c.key })
}

func drawPanel(b *bytes.Buffer, cases []found, left, top int) {
	c := cases[0]
	fmt.Fprintf(b, `<text x="%d" y="%d" font-weight="600">%s, %s, %d client(s)</text>`+"\n", left+16, top+24, c.Mode, c.Body, c.Clients)
	most := 1.0
	for _, c := range cases {
		most = max(most, c.CPUEnvoy+c.CPUService)
	}
	room := float64(panelWidth-32) / float64(len(cases))
	for i, c := range cases {
		x, wide := float64(left+16)+room*float64(i), room*.8
		y := float64(top + barBottom)
		for _, part := range []struct {
			value  float64
			colour string
		}{{c.CPUEnvoy, envoyColour}, {c.CPUService, serviceColour}} {
			h := part.value / most * (barBottom - barTop)
			y -= h
			fmt.Fprintf(b, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s"><title>%s: %.0f µs</title></rect>`+"\n", x, y, wide, h, part.colour, c.Name, part.value)
		}
		fmt.Fprintf(b, `<text x="%.1f" y="%.1f" text-anchor="middle">%.2f</text>`+"\n", x+wide/2, y-4, c.Ratio)
		fmt.Fprintf(b, `<text x="%.1f" y="%d" text-anchor="middle" font-size="9">%s</text>`+"\n", x+wide/2, top+barBottom+13+11*(i%2), c.Name)
	}
}
