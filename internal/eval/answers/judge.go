// Package answers measures checks on labelled answers: what each catches and what it flags wrongly, and what a
// cascade reaches that goes by them.
package answers

import (
	"context"
	"encoding/csv"
	"io"
	"strconv"

	"ockham/routing"
	"ockham/routing/checks"
)

// Judged is a row with what one way of checks made of it.
type Judged struct {
	*Row
	way     *way
	verdict routing.Verdict
}

// flagged tells whether the answer, as the model wrote it, was found wanting.
func (j Judged) flagged() bool { return j.verdict.Reason != "" }

// way is one way of judging the rows of a kind.
type way struct {
	Name    string
	Main    bool // whose verdicts are written
	names   []string
	options checks.Options
	asData  func(*Row) bool // which rows it is for; nil for all
	noData  bool            // leave out what the row gives as data
	strict  bool            // do not mend
	checks  []routing.Check
}

// waysOf lists the ways of judging a row, by the word with which the row names its fault.
func waysOf(word string) []way {
	one := func(name string) []way { return []way{{Name: name, Main: true, names: []string{name}}} }
	switch word {
	case "json", "schema":
		both := []string{"json", "schema"}
		return []way{{Name: "json, schema", Main: true, names: both}, {Name: "json, schema, no repair", names: both, strict: true}}
	case "tool_args", "tools":
		return []way{
			{Name: "tools", Main: true, names: []string{"tools"}},
			{Name: toolsAllSigns, names: []string{"tools"}, options: checks.Options{AllSigns: true}},
		}
	case "grounded":
		return append(one("grounded"), way{Name: "numbers", names: []string{"numbers"}})
	case "format":
		return append(one("format"), way{
			Name: "format, from the prompt", names: []string{"format"}, noData: true,
			asData: func(r *Row) bool { return r.constraints != "" },
		})
	case "truncated", "cut":
		return one("cut")
	case "refusal", "language", "loop", "code", "empty", "malformed", "echo", "numbers":
		return one(word)
	}
	return nil
}

const toolsAllSigns = "tools, all signs"

// Judge judges each row by all ways that there are for it, and tells step of each row; the first way is the
// main one.
func Judge(ctx context.Context, rows []Row, step func()) ([]Judged, error) {
	ways := map[string][]way{}
	judged := make([]Judged, 0, len(rows))
	for i := range rows {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		row := &rows[i]
		if ways[row.Check] == nil {
			made, err := makeWays(row.Check)
			if err != nil {
				return nil, err
			}
			ways[row.Check] = made
		}
		for k := range ways[row.Check] {
			way := &ways[row.Check][k]
			if way.asData == nil || way.asData(row) {
				judged = append(judged, Judged{row, way, way.judge(row)})
			}
		}
		step()
	}
	return judged, nil
}

func makeWays(word string) ([]way, error) {
	ways := waysOf(word)
	for i := range ways {
		for _, name := range ways[i].names {
			c, err := checks.New(name, ways[i].options)
			if err != nil {
				return nil, err
			}
			ways[i].checks = append(ways[i].checks, c)
		}
	}
	return ways, nil
}

// judge asks the checks in turn: the first that rejects decides, else the first that had to mend.
func (s *way) judge(row *Row) routing.Verdict {
	p, a := row.prompt(!s.noData), row.answer()
	var last routing.Verdict
	for _, c := range s.checks {
		look := c.Start(p)
		if look == nil {
			continue
		}
		v := look(a)
		if s.strict && v.Reason != "" {
			v.Decision, v.Text = routing.Reject, ""
		}
		if v.Decision == routing.Reject {
			return v
		}
		if last.Reason == "" {
			last = v
		}
	}
	return last
}

// WriteVerdicts writes id,bad,reason of every row. By default the verdicts on tool calls go by what is certain,
// with allSigns by everything that the check notices.
func WriteVerdicts(to io.Writer, judged []Judged, allSigns bool) error {
	w := csv.NewWriter(to)
	_ = w.Write([]string{"id", "bad", "reason"}) // an error shows in Error
	for _, j := range judged {
		main := j.way.Main
		if allSigns && j.way.names[0] == "tools" {
			main = j.way.Name == toolsAllSigns
		}
		if main {
			_ = w.Write([]string{j.ID, strconv.Itoa(one(j.flagged())), string(j.verdict.Reason)})
		}
	}
	w.Flush()
	return w.Error()
}
