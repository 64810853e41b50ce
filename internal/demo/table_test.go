package demo

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestTable(t *testing.T) {
	result := func(kind, pipe, model string, right bool, why ...string) Result {
		return Result{
			Case: &Case{Kind: kind}, Pipe: pipe, Model: model, Escalated: why, Tokens: 1234, CostUSD: 0.01, Right: right,
			Took: 3 * time.Millisecond, Large: Baseline{CostUSD: 0.04, Took: time.Millisecond, Right: true}, Small: Baseline{CostUSD: 0.001, Took: time.Millisecond},
		}
	}
	var out strings.Builder
	err := Table(&out, []Result{
		result("extract", "green", "haiku", true), result("extract", "green", "sonnet", true, "json"),
		result("code", "purple", "opus", false, "refusal", "loop", "empty", "language"),
	})
	if err != nil {
		t.Fatal(err)
	}
	want := `
kind         sent  answered by              escalated, why               tokens  cost $  large $  saved  right  large  small
-----------  ----  -----------------------  ---------------------------  ------  ------  -------  -----  -----  -----  -----
extract         2  haiku 1 sonnet 1         json 1                         2468  0.0200   0.0800    75%   100%   100%     0%
code            1  opus 1                   empty 1 language 1 others 2    1234  0.0100   0.0400    75%     0%   100%     0%
-----------  ----  -----------------------  ---------------------------  ------  ------  -------  -----  -----  -----  -----
green pipe      2  haiku 1 sonnet 1         1                              2468  0.0200   0.0800    75%   100%   100%     0%
purple pipe     1  opus 1                   4                              1234  0.0100   0.0400    75%     0%   100%     0%
-----------  ----  -----------------------  ---------------------------  ------  ------  -------  -----  -----  -----  -----
all             3  haiku 1 opus 1 sonnet 1  5                              3702  0.0300   0.1200    75%    67%   100%     0%
`
	got, _, _ := strings.Cut("\n"+out.String(), "\n\n")
	if diff := cmp.Diff(strings.TrimSpace(want), strings.TrimSpace(got)); diff != "" {
		t.Errorf("table (-want +got):\n%s\n%s", diff, got)
	}
	for line := range strings.Lines(out.String()) {
		if len(line) > 125 || strings.TrimRight(line, " \n") != strings.TrimRight(line, "\n") {
			t.Errorf("got a line of %d characters: %q", len(line), line)
		}
	}
}
