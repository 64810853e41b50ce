package telemetry

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"

	"ockham/extproc"
	"ockham/routing"
)

var update = flag.Bool("update", false, "rewrite the reference of metrics")

const (
	referencePage = "../../docs/operations-metrics.md"
	monitoring    = "../../examples/monitoring/"
)

// complete is telemetry with every source published.
func complete(t *testing.T) *Telemetry {
	t.Helper()
	cfg := quietConfig()
	cfg.Ledger.Path = t.TempDir() + "/ledger.jsonl"
	_, cfg.OTLP.Endpoint = grpcCollector(t)
	cfg.OTLP.Logs = true
	tel := startTelemetry(t, cfg)
	tel.Publish(Sources{
		Events: func() map[string]int64 { return map[string]int64{"judge_failed": 1} },
		Config: func() ConfigState { return ConfigState{Loaded: start} },
		Load:   func() extproc.LoadState { return extproc.LoadState{Busy: 1} },
	})
	return tel
}

// TestReference: the table in the docs is the code's.
func TestReference(t *testing.T) {
	var table strings.Builder
	table.WriteString("| metric | kind | unit | labels | what it is |\n|---|---|---|---|---|\n")
	made := complete(t).registry.made
	slices.SortStableFunc(made, func(a, b Instrument) int { return strings.Compare(a.Name, b.Name) })
	for _, m := range made {
		labels := make([]string, len(m.Labels))
		for i, l := range m.Labels {
			labels[i] = "`" + strings.ReplaceAll(l, ".", "_") + "`"
		}
		fmt.Fprintf(&table, "| `%s` | %s | %s | %s | %s |\n", m.Name, m.Kind, unitWord(m.Unit), strings.Join(labels, ", "), m.Help)
	}
	page, err := os.ReadFile(referencePage)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := bytes.Cut(page, []byte("-update -->\n"))
	_, tail, ended := bytes.Cut(rest, []byte("<!-- end -->"))
	if !ok || !ended {
		t.Fatal("the page has lost the marks around its table")
	}
	want := string(head) + "-update -->\n" + table.String() + "<!-- end -->" + string(tail)
	if *update {
		if err := os.WriteFile(referencePage, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, string(page)); diff != "" {
		t.Errorf("%s is not what the code says; run with -update (-want +got):\n%s", referencePage, diff)
	}
}

func unitWord(unit string) string {
	switch unit {
	case "s":
		return "seconds"
	case "By":
		return "bytes"
	case "1", "":
		return ""
	}
	return strings.Trim(unit, "{}")
}

// families are the names on /metrics once everything has happened.
func families(t *testing.T) map[string]bool {
	t.Helper()
	tel := complete(t)
	for i := range 120 {
		o := escalated(fmt.Sprint(i))
		o.Plan.HoldOut = i%2 == 0
		o.Unchecked, o.Restarted, o.Left, o.Error = true, true, true, "internal"
		o.Attempts[0].Mended, o.Attempts[0].Skipped = []string{"json"}, []extproc.Skip{{Check: "hook", Why: "it hangs"}}
		o.Attempts[0].Then, o.Attempts[0].Hedge = "escalate: to sonnet", true
		o.Attempts[0].Tokens = routing.Tokens{In: 1, Out: 1, CacheRead: 1, CacheWrite: 1}
		tel.take(note{ended: &event{outcome: *o}})
	}
	tel.take(note{ended: &event{outcome: extproc.Outcome{Served: -1, Error: "not_found"}}})
	tel.take(note{feedback: &feedback{id: "1", score: 1}})
	names := map[string]bool{}
	for _, line := range scraped(scrape(t, tel, "text/plain"), "") {
		if !strings.HasPrefix(line, "#") {
			name, _, _ := strings.Cut(line, " ")
			name, _, _ = strings.Cut(name, "{")
			names[name] = true
		}
	}
	for _, m := range tel.registry.made { // every instrument shows
		prefix := strings.ReplaceAll(m.Name, ".", "_")
		if !slices.ContainsFunc(slices.Collect(maps.Keys(names)), func(n string) bool { return strings.HasPrefix(n, prefix) }) {
			t.Errorf("%s never shows on /metrics", m.Name)
		}
	}
	return names
}

// rule is one of Prometheus' rules.
type rule struct {
	Record string `yaml:"record"`
	Alert  string `yaml:"alert"`
	Expr   string `yaml:"expr"`

	Annotations map[string]string `yaml:"annotations"`
}

// rules are all of rules.yml.
func rules(t *testing.T) (list []rule) {
	t.Helper()
	var file struct {
		Groups []struct {
			Rules []rule `yaml:"rules"`
		} `yaml:"groups"`
	}
	if err := yaml.Unmarshal(read(t, monitoring+"rules.yml"), &file); err != nil {
		t.Fatal(err)
	}
	for _, g := range file.Groups {
		list = append(list, g.Rules...)
	}
	return list
}

// expressions are those of the rules and of Grafana's dashboard, by where they stand.
func expressions(t *testing.T) (exprs map[string]string, recorded map[string]bool) {
	t.Helper()
	exprs, recorded = map[string]string{}, map[string]bool{}
	for _, r := range rules(t) {
		exprs["rule "+r.Record+r.Alert] = r.Expr
		recorded[r.Record] = true
	}
	var board any
	if err := json.Unmarshal(read(t, monitoring+"grafana-dashboard.json"), &board); err != nil {
		t.Fatal(err)
	}
	collect(exprs, "panel", board)
	return exprs, recorded
}

// collect finds every expression of a dashboard, wherever it stands: panels, rows, annotations.
func collect(exprs map[string]string, where string, node any) {
	switch node := node.(type) {
	case []any:
		for i, each := range node {
			collect(exprs, fmt.Sprintf("%s.%d", where, i), each)
		}
	case map[string]any:
		for key, each := range node {
			if text, ok := each.(string); ok && key == "expr" {
				exprs[where] = text
			}
			collect(exprs, where+"."+key, each)
		}
	}
}

// TestEveryAlertSaysWhatToDo: its annotation names a heading of docs/alerts.md with something below it,
// and no heading is left over.
func TestEveryAlertSaysWhatToDo(t *testing.T) {
	told := map[string]bool{}
	for _, section := range strings.Split(string(read(t, "../../docs/alerts.md")), "\n### ")[1:] {
		name, text, _ := strings.Cut(section, "\n")
		told[name] = len(strings.TrimSpace(text)) > 40
	}
	for _, r := range rules(t) {
		if r.Alert == "" {
			continue
		}
		if want := "docs/alerts.md#" + strings.ToLower(r.Alert); r.Annotations["runbook"] != want || r.Annotations["summary"] == "" || !told[r.Alert] {
			t.Errorf("%s has summary %q and runbook %q, want %s, with text there", r.Alert, r.Annotations["summary"], r.Annotations["runbook"], want)
		}
		delete(told, r.Alert)
	}
	for name := range told {
		t.Errorf("docs/alerts.md has a heading %s, which is no alert", name)
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// TestRulesAndDashboardKnowTheMetrics: every metric and label that they name exists.
func TestRulesAndDashboardKnowTheMetrics(t *testing.T) {
	names, labels := families(t), map[string]bool{"le": true, "instance": true, "job": true}
	for _, m := range complete(t).registry.made {
		for _, l := range m.Labels {
			labels[strings.ReplaceAll(l, ".", "_")] = true
		}
	}
	exprs, recorded := expressions(t)
	if len(exprs) < 40 {
		t.Fatalf("found %d expressions, want those of all rules and panels", len(exprs))
	}
	metric := regexp.MustCompile(`\b(ockham|gen_ai)[_:][a-z0-9_:]+`)
	matcher := regexp.MustCompile(`([a-z_]+)\s*(=~|!~|!=|=)"`)
	grouped := regexp.MustCompile(`by \(([^)]*)\)`)
	for where, expr := range exprs {
		bare := regexp.MustCompile(`by \([^)]*\)|\{[^}]*\}`).ReplaceAllString(expr, "")
		for _, name := range metric.FindAllString(bare, -1) {
			if !names[name] && !recorded[name] {
				t.Errorf("%s names %s, which is not on /metrics", where, name)
			}
		}
		var used []string
		for _, match := range matcher.FindAllStringSubmatch(expr, -1) {
			used = append(used, match[1])
		}
		for _, match := range grouped.FindAllStringSubmatch(expr, -1) {
			used = append(used, strings.FieldsFunc(match[1], func(r rune) bool { return r == ',' || r == ' ' })...)
		}
		for _, l := range used {
			if !labels[l] {
				t.Errorf("%s uses the label %s, which no metric has", where, l)
			}
		}
	}
}
