package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ockham/routing/classifier/train"
)

// outcomes writes rows in which the large model helps with proofs and not with capitals.
func outcomes(t *testing.T, n int) string {
	t.Helper()
	var b strings.Builder
	for i := range n {
		prompt, task, small := fmt.Sprintf("capital city of country %d", i), "capital", i%10 > 1
		if i%2 == 0 {
			prompt, task, small = fmt.Sprintf("lemma %d on integrals that converge", i), "lemma", i%10 == 4
		}
		row, err := json.Marshal(map[string]any{
			"id": fmt.Sprint("row", i), "source": fmt.Sprint("s", i%3), "task": task, "kind": "qa", "prompt": prompt, "cluster": i,
			"weak_score": map[bool]int{true: 1}[small], "strong_score": map[bool]int{true: 1}[i%20 != 3],
		})
		if err != nil {
			t.Fatal(err)
		}
		b.Write(append(row, '\n'))
	}
	return tempFile(t, "outcomes.jsonl", b.String())
}

func TestTrainThenEval(t *testing.T) {
	data, dir := outcomes(t, 400), t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	out, errs, status := ockham(t, "", "train", "--data", data, "--out", in("model.bin"))
	if status != 0 || !strings.Contains(out, "signed") {
		t.Fatalf("train: got %s and\n%s", errs, out)
	}
	out, errs, status = ockham(t, "", "eval", "--data", data, "--model", in("model.bin"), "--draws", "20", "--robust",
		"--scores", in("scores.csv"), "--svg", in("plot.svg"), "--reliability-svg", in("chances.svg"), "--html", in("page.html"))
	if status != 0 {
		t.Fatal(errs)
	}
	for _, want := range []string{"saved@95", "task table", "CAUTION", "typos", "aim"} {
		if !strings.Contains(out, want) {
			t.Errorf("eval does not print %q:\n%s", want, out)
		}
	}
	scores, err := os.ReadFile(in("scores.csv"))
	if err != nil || !strings.HasPrefix(string(scores), "id,score\nrow0,") || strings.Count(string(scores), "\n") != 401 {
		t.Errorf("got the scores %.60q and %v", scores, err)
	}
	for _, name := range []string{"plot.svg", "chances.svg", "page.html", "model.bin.md"} {
		if info, err := os.Stat(in(name)); err != nil || info.Size() < 500 {
			t.Errorf("%s: %v", name, err)
		}
	}
	out, errs, _ = ockham(t, "", "eval", "--data", data, "--draws", "5", "--json", "--compare", "same="+in("scores.csv"))
	var result struct {
		Routers []struct{ Name string } `json:"routers"`
	}
	if json.Unmarshal([]byte(out), &result) != nil || result.Routers[len(result.Routers)-1].Name != "same" {
		t.Errorf("eval --json: got %s and %.200s", errs, out)
	}
}

// ledger writes n requests: the small model looks up well and judges contracts badly. With contrary, the rows
// that will be held back tell the opposite of what the others teach.
func ledger(t *testing.T, n int, contrary bool) string {
	t.Helper()
	var b strings.Builder
	for i := range n {
		text, ok := fmt.Sprintf("Look up the opening hours of branch %d", i), true
		if i%2 == 0 {
			text, ok = fmt.Sprintf("Assess whether clause %d of the indemnity survives", i), false
		}
		if contrary && train.Fold("held/"+text, 1, 5) == 0 {
			ok = !ok
		}
		verdict := map[bool]string{true: "accept", false: "reject"}[ok]
		fmt.Fprintf(&b, `{"v":1,"kind":"request","id":"%d","plan":{"pipe":"green","models":["haiku","opus"],"largest":"opus"},`+
			`"attempts":[{"model":"haiku","verdict":%q}],"served":0,"prompt":{"text":{"turns":[{"role":"user","text":%q}]}}}`+"\n", i, verdict, text)
	}
	return tempFile(t, "ledger.jsonl", b.String())
}

func TestTrainFromLedger(t *testing.T) {
	file := filepath.Join(t.TempDir(), "model.bin")
	for name, c := range map[string]struct {
		ledger string
		want   string
	}{
		"few":   {ledger(t, 400, false), "need at least 500"},
		"worse": {ledger(t, 800, true), "no model was written"},
	} {
		if _, errs, status := ockham(t, "", "train", "--from-ledger", c.ledger, "--out", file); status == 0 || !strings.Contains(errs, c.want) {
			t.Errorf("%s: got %s, want an error with %q", name, errs, c.want)
		}
		if _, err := os.Stat(file); err == nil {
			t.Errorf("%s: a model was written", name)
		}
	}
	if report, err := os.ReadFile(file + ".md"); err != nil || !strings.Contains(string(report), "Refused") {
		t.Errorf("the report of the refusal: %v, %.200s", err, report)
	}
	out, errs, status := ockham(t, "", "train", "--from-ledger", ledger(t, 800, false), "--out", file)
	if status != 0 || !strings.Contains(out, "signed") {
		t.Fatalf("got %s and\n%s", errs, out)
	}
	m, err := openModel(file)
	if err != nil {
		t.Fatal(err)
	}
	easy, hard := m.Score("Look up the opening hours of branch 77", ""), m.Score("Assess whether clause 77 of the indemnity survives", "")
	if easy.Small < .7 || hard.Small > .4 {
		t.Errorf("chances %.2f and %.2f of what always and never went well", easy.Small, hard.Small)
	}
}

func TestEvalAndTrainSayWhatIsWrong(t *testing.T) {
	data, dir := outcomes(t, 30), t.TempDir()
	write := func(name, text string) string { return tempFile(t, name, text) }
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"no data":          {[]string{"eval"}, "data"},
		"no file":          {[]string{"eval", "--data", filepath.Join(dir, "none")}, "no such file"},
		"empty":            {[]string{"eval", "--data", write("empty", "")}, "no outcomes"},
		"broken":           {[]string{"eval", "--data", write("broken", "{\n")}, "line 1"},
		"model":            {[]string{"eval", "--data", data, "--model", data}, "not a model file"},
		"draws":            {[]string{"eval", "--data", data, "--draws", "0"}, "--draws"},
		"folds":            {[]string{"eval", "--data", data, "--cv", "--folds", "1"}, "--folds"},
		"compare":          {[]string{"eval", "--data", data, "--compare", "x"}, "NAME=FILE"},
		"no score":         {[]string{"eval", "--data", data, "--compare", "x=" + write("scores", "a,1\n")}, "no score for row"},
		"nothing to train": {[]string{"train"}, "data"},
		"few rows":         {[]string{"train", "--data", data, "--out", filepath.Join(dir, "m")}, "30 rows"},
		"leak":             {[]string{"train", "--data", data, "--held", data, "--out", filepath.Join(dir, "m")}, "leaks"},
		"no ledger":        {[]string{"train", "--from-ledger", write("ledger", ""), "--out", filepath.Join(dir, "m")}, "no request"},
	} {
		if out, errs, status := ockham(t, "", c.args...); status == 0 || !strings.Contains(errs, c.want) {
			t.Errorf("%s: got error %s and %q, want an error with %q", name, errs, out, c.want)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "m")); err == nil {
		t.Error("a model was written in spite of an error")
	}
}
