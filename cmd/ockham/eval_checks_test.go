package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ockham/internal/eval/answers"
)

func TestEvalChecks(t *testing.T) {
	data := tempFile(t, "rows.jsonl", `{"id": "r1", "check": "refusal", "answer": "I'm sorry, but I cannot help with that.", "bad": 1}`+"\n")
	verdicts := filepath.Join(t.TempDir(), "verdicts.csv")
	out, errs, status := ockham(t, "", "eval", "checks", "--data", data, "--verdicts", verdicts)
	if status != 0 || !strings.Contains(strings.Join(strings.Fields(out), " "), "refusal refusal all 1 100.0 0 - 0") {
		t.Errorf("status %d, %s, got\n%s", status, errs, out)
	}
	if got, err := os.ReadFile(verdicts); err != nil || string(got) != "id,bad,reason\nr1,1,refusal\n" {
		t.Errorf("got the verdicts %q, error %v", got, err)
	}
	out, errs, _ = ockham(t, "", "eval", "checks", "--data", data, "--json")
	var report answers.Report
	if err := json.Unmarshal([]byte(out), &report); err != nil || len(report.Checks) == 0 || report.Checks[0].Caught != 1 {
		t.Errorf("--json: got %v, %s, %s", err, errs, out)
	}
}
