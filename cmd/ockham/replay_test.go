package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ockham/internal/replay"
)

const replayRows = `{"id":"a","prompt":"Summarise: the meeting moved to Monday.","weak_score":1,"strong_score":1}
{"id":"b","prompt":"Prove that there are infinitely many primes, step by step.","weak_score":0,"strong_score":1}
`

func TestReplayGates(t *testing.T) {
	rows := tempFile(t, "rows.jsonl", replayRows)
	green := tempFile(t, "green.yaml", "rules: [{when: 'true', pipe: green}]\n")
	purple := tempFile(t, "purple.yaml", "rules: [{when: 'true', pipe: purple}]\n")
	broken := tempFile(t, "broken.yaml", "rules: [{when: 'tokens >', pipe: grn}]\n")
	tests := []struct {
		name string
		args []string
		want string
		code int
	}{
		{"one policy", []string{rows}, "2 of 2 lines replayed", 0},
		{"two policies", []string{"-c", green, "-c", purple, rows}, "green to purple: 2", 0},
		{"too dear", []string{"-c", green, "-c", purple, "--max-cost", "0.05", rows}, "cost changes by", exitThreshold},
		{"cheaper", []string{"-c", purple, "-c", green, "--max-cost", "0", rows}, "purple to green: 2", 0},
		{"worse", []string{"-c", purple, "-c", green, "--max-quality-drop", "0.1", rows}, "quality falls by 0.5000", exitThreshold},
		{"latency is unknown", []string{"-c", purple, "-c", green, "--max-latency", "1", rows}, "latency is not known", exitThreshold},
		{"three policies", []string{"-c", green, "-c", green, "-c", green, rows}, "at most two", 1},
		{"broken policy", []string{"-c", broken, rows}, "broken.yaml", 1},
		{"no file", []string{"none.jsonl"}, "none.jsonl", 1},
		{"no argument", nil, "requires at least 1 arg", exitUsage},
		{"empty file", []string{tempFile(t, "empty.jsonl", "")}, "nothing to replay: the input is empty", 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			out, errs, code := ockham(t, "", append([]string{"replay"}, test.args...)...)
			if out += errs; code != test.code || !strings.Contains(out, test.want) {
				t.Errorf("got exit code %d, want %d, and %q in:\n%s", code, test.code, test.want, out)
			}
		})
	}
}

func TestReplayWritesJSONAndSVG(t *testing.T) {
	drawing := filepath.Join(t.TempDir(), "replay.svg")
	out, _, code := ockham(t, "", "replay", "--json", "--svg", drawing, tempFile(t, "rows.jsonl", replayRows))
	var report replay.Report
	if err := json.Unmarshal([]byte(out), &report); err != nil || code != 0 || report.Replayed != 2 {
		t.Errorf("exit code %d, error %v, report %+v; want a report of 2 requests", code, err, report)
	}
	if got, err := os.ReadFile(drawing); err != nil || !bytes.HasPrefix(got, []byte("<svg")) {
		t.Errorf("the drawing begins with %.20q, error %v", got, err)
	}
}
