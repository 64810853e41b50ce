package eval

import (
	_ "embed"
	"html/template"
	"io"
	"strings"
)

//go:embed report.html
var page string

// WriteHTML writes a page of its own: tables and plots, no script, nothing loaded.
func (r *Result) WriteHTML(w io.Writer) error {
	var frontier, reliability strings.Builder
	if err := r.FrontierSVG(&frontier); err != nil {
		return err
	}
	if err := r.ReliabilitySVG(&reliability); err != nil {
		return err
	}
	t, err := template.New("report").Funcs(template.FuncMap{
		"decimals": Interval.decimals, "percents": Interval.percents, "percent": percent, "share": share,
	}).Parse(page)
	if err != nil {
		return err
	}
	return t.Execute(w, map[string]any{
		"Result":      r,
		"Frontier":    template.HTML(frontier.String()),    //nolint:gosec // written above, its text is escaped
		"Reliability": template.HTML(reliability.String()), //nolint:gosec // as above
	})
}
