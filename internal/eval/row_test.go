package eval

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"strings"
	"testing"
)

const goodRow = `{"id":"a","source":"s","task":"t","kind":"qa","prompt":"p","weak_model":"w","strong_model":"x","weak_score":0,"strong_score":1,"cluster":7,"other_scores":{"w":1,"y":0.5,"z":null},"more":[1]}`

func TestReadRows(t *testing.T) {
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	fmt.Fprintln(z, goodRow)
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string]string{"plain": "\n" + goodRow + "\n\n", "gzip": zipped.String(), "no line end": goodRow} {
		rows, err := read(strings.NewReader(data))
		if err != nil || len(rows) != 1 {
			t.Fatalf("%s: got %d rows and %v", name, len(rows), err)
		}
		r := rows[0]
		if r.ID != "a" || r.Cluster != "7" || r.Large != 1 || len(r.Others) != 1 || r.Others["y"] != .5 {
			t.Errorf("%s: got %+v", name, r)
		}
	}
}

func TestReadTellsEveryBrokenRow(t *testing.T) {
	bad := func(old, new string) string { return strings.Replace(goodRow, old, new, 1) }
	for name, c := range map[string]struct{ data, want string }{
		"empty file":      {"", "no outcomes"},
		"blank lines":     {"\n \n", "no outcomes"},
		"not JSON":        {goodRow + "\n{\"id\":", "line 2: not JSON"},
		"a list":          {"[1]", "line 1"},
		"no prompt":       {bad(`"prompt":"p",`, ""), "line 1: no prompt"},
		"no id":           {bad(`"id":"a",`, ""), "line 1: no id"},
		"no outcome":      {bad(`"weak_score":0,`, ""), "line 1: no weak_score"},
		"null outcome":    {bad(`"strong_score":1`, `"strong_score":null`), "line 1: no strong_score"},
		"over one":        {bad(`"strong_score":1`, `"strong_score":3`), "strong_score is 3"},
		"text for number": {bad(`"weak_score":0`, `"weak_score":"0"`), "weak_score is a string"},
		"id twice":        {goodRow + "\n" + goodRow, `line 2: id "a" stands on line 1`},
		"cut gzip":        {"\x1f\x8b\x08\x00", "EOF"},
	} {
		_, err := read(strings.NewReader(c.data))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want an error with %q", name, err, c.want)
		}
	}
	_, err := read(strings.NewReader(strings.Repeat("x\n", 50)))
	if n := strings.Count(fmt.Sprint(err), "line "); n != maxBroken {
		t.Errorf("50 broken rows: %d were told, want %d", n, maxBroken)
	}
	if strings.Contains(fmt.Sprint(err), "secret") {
		t.Error("an error shows text of a row")
	}
}

func TestRowsWithoutClusterShareOneByText(t *testing.T) {
	row := func(id, prompt string) string {
		return fmt.Sprintf(`{"id":%q,"prompt":%q,"weak_score":0,"strong_score":1}`, id, prompt)
	}
	rows, err := read(strings.NewReader(row("a", "x") + "\n" + row("b", "x") + "\n" + row("c", "y")))
	if err != nil {
		t.Fatal(err)
	}
	if rows[0].Cluster != rows[1].Cluster || rows[0].Cluster == rows[2].Cluster {
		t.Errorf("got clusters %q, %q, %q", rows[0].Cluster, rows[1].Cluster, rows[2].Cluster)
	}
}

func TestLeaks(t *testing.T) {
	rows := []Row{{Prompt: "p", Cluster: "1", Line: 1}, {Prompt: "q", Cluster: "2", Line: 2}}
	if err := Leaks(rows); err != nil {
		t.Errorf("got %v for rows that do not leak", err)
	}
	leaking := append(rows, Row{Prompt: "p", Cluster: "3", Line: 3})
	if err := Leaks(leaking); err == nil || !strings.Contains(err.Error(), "lines 1 and 3") {
		t.Errorf("got %v, want the two lines", err)
	}
	if err := Shared(rows, []Row{{Cluster: "2", Line: 9}}); err == nil || !strings.Contains(err.Error(), "line 9") {
		t.Errorf("got %v, want the line of the shared cluster", err)
	}
}

func TestScoresOfOtherRouters(t *testing.T) {
	for name, c := range map[string]struct{ data, want string }{
		"header":     {"id,score\na,1.5\n", ""},
		"no header":  {"a,1.5\n", ""},
		"not number": {"id,score\na,much\n", "line 2"},
		"three":      {"a,1,2\n", "wrong number of fields"},
	} {
		got, err := readScores(strings.NewReader(c.data))
		switch {
		case c.want == "" && (err != nil || got["a"] != 1.5):
			t.Errorf("%s: got %v and %v", name, got, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: got %v, want an error with %q", name, err, c.want)
		}
	}
}

// FuzzRead: rows are read or refused, each with its line.
func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"id":"a","prompt":"x","weak_score":0,"strong_score":1}` + "\n"))
	f.Add([]byte("{}\n\n[\n"))
	f.Add([]byte("\x1f\x8b\x08"))
	f.Fuzz(func(t *testing.T, data []byte) {
		rows, err := read(bytes.NewReader(data))
		if err != nil && len(rows) > 0 {
			t.Errorf("got %d rows and %v", len(rows), err)
		}
	})
}
