//go:build clients

package telemetry

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestPromtool lets Prometheus' own tool read rules, configuration, the rules' tests, the expressions of
// the dashboard, and a scrape. It comes with the Debian package prometheus.
func TestPromtool(t *testing.T) {
	promtool(t, nil, "check", "rules", monitoring+"rules.yml")
	promtool(t, nil, "check", "config", monitoring+"prometheus.yml")
	promtool(t, nil, "test", "rules", monitoring+"rules_test.yml")
	promtool(t, nil, "check", "rules", panelsAsRules(t))

	tel := startTelemetry(t, quietConfig())
	tel.take(note{ended: &event{outcome: *escalated("r1")}})
	promtool(t, []byte(scrape(t, tel, "text/plain")), "check", "metrics")
}

func promtool(t *testing.T, input []byte, args ...string) {
	t.Helper()
	command := exec.CommandContext(t.Context(), "promtool", args...)
	command.Stdin = bytes.NewReader(input)
	if output, err := command.CombinedOutput(); err != nil {
		t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, output)
	}
}

// panelsAsRules writes the dashboard's expressions as recording rules, which promtool can parse.
func panelsAsRules(t *testing.T) string {
	t.Helper()
	exprs, _ := expressions(t)
	grafana := strings.NewReplacer("$__rate_interval", "5m", "$__range", "1h", "$instance", ".*")
	var rules []rule
	for where, expr := range exprs {
		if strings.HasPrefix(where, "panel") {
			rules = append(rules, rule{Record: "panel", Expr: grafana.Replace(expr)})
		}
	}
	list := make([]map[string]string, len(rules))
	for i, r := range rules {
		list[i] = map[string]string{"record": r.Record, "expr": r.Expr}
	}
	text, err := json.Marshal(map[string]any{"groups": []any{map[string]any{"name": "panels", "rules": list}}}) // JSON is YAML
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "panels.yml")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
