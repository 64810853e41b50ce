package eval

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strings"

	"ockham/internal/telemetry"
	"ockham/routing"
	"ockham/routing/classifier/train"
)

// LedgerOptions name the two models whose chances are learned. An empty name is found in the ledger:
// the largest model of its plans, and the model most often tried first that is not the largest.
type LedgerOptions struct{ Small, Large string }

// Ledger is what a ledger teaches.
type Ledger struct {
	Rows         []train.Example
	Small, Large string

	Requests  int // records of requests with a plan
	Pinned    int // left out: the client chose the model
	NoText    int // left out: the prompt was not written
	Unjudged  int // left out: neither model's answer was judged
	Feedback  int // outcomes that a client's feedback decided
	HeldOut   int // requests that the hold-out sent to the largest model
	Drawn     int // requests that it could have sent there
	SmallTold int // outcomes of the small model
	LargeTold int // outcomes of the large model that count
	Bad       []error
}

// ledgerFile is one file of records; its hold-out had one share.
type ledgerFile struct {
	records []*telemetry.Record
	share   float64
}

// ReadLedgers reads ledger files. Broken lines are told and left out; a file of which more than one
// line in ten is broken is refused.
func ReadLedgers(paths []string, opt LedgerOptions) (*Ledger, error) {
	l := &Ledger{Small: opt.Small, Large: opt.Large}
	said := map[string]float64{}
	var files []ledgerFile
	for _, path := range paths {
		f, err := l.open(path, said)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		files = append(files, f)
	}
	if l.Requests == 0 {
		return nil, errors.New("no request with a plan in the ledger")
	}
	if err := l.findModels(files); err != nil {
		return nil, err
	}
	first := firstModels(files)
	for _, f := range files {
		for _, r := range f.records {
			l.add(r, f.share, first, said)
		}
	}
	if len(l.Rows) == 0 {
		return nil, fmt.Errorf("none of %d requests can be learned from: %d were written without their prompt (see the ledger's setting for prompts), in %d neither model was judged, in %d the client chose the model",
			l.Requests, l.NoText, l.Unjudged, l.Pinned)
	}
	l.level()
	return l, nil
}

func (l *Ledger) open(path string, said map[string]float64) (ledgerFile, error) {
	f, err := os.Open(path)
	if err != nil {
		return ledgerFile{}, err
	}
	defer f.Close()
	return l.read(f, path, said)
}

func (l *Ledger) read(from io.Reader, path string, said map[string]float64) (out ledgerFile, err error) {
	drawn, held, bad := 0, 0, 0
	for r, err := range telemetry.ReadLedger(from) {
		var line *telemetry.BadLine
		switch {
		case errors.As(err, &line):
			bad++
			if len(l.Bad) < maxBroken {
				l.Bad = append(l.Bad, fmt.Errorf("%s: %w", path, err))
			}
			continue
		case err != nil:
			return out, err
		}
		if r.Feedback != nil && r.Feedback.Score >= 0 && r.Feedback.Score <= 1 {
			said[r.ID] = r.Feedback.Score
		}
		if r.Plan == nil {
			continue
		}
		l.Requests++
		out.records = append(out.records, r)
		if r.Plan.Drawn {
			drawn++
			held += int(indicator(r.Plan.HoldOut))
		}
	}
	if bad > 0 && 10*bad > len(out.records) {
		return out, fmt.Errorf("%d of %d lines are no records; the first: %w", bad, bad+len(out.records), l.Bad[0])
	}
	l.Drawn, l.HeldOut = l.Drawn+drawn, l.HeldOut+held
	out.share = float64(held) / math.Max(float64(drawn), 1)
	return out, nil
}

func indicator(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// findModels fills in the names that were not given.
func (l *Ledger) findModels(files []ledgerFile) error {
	largest, tried := map[string]int{}, map[string]int{}
	for _, f := range files {
		for _, r := range f.records {
			if r.Plan.Largest != "" {
				largest[r.Plan.Largest]++
			}
		}
	}
	if l.Large == "" {
		l.Large = most(largest)
	}
	for _, f := range files {
		for _, r := range f.records {
			if !r.Plan.Pinned && len(r.Attempts) > 0 && r.Attempts[0].Model != l.Large {
				tried[r.Attempts[0].Model]++
			}
		}
	}
	if l.Small == "" {
		l.Small = most(tried)
	}
	switch {
	case l.Large == "":
		return errors.New("no plan names a largest model")
	case l.Small == "":
		return fmt.Errorf("no model but the largest, %s, was ever tried first", l.Large)
	case l.Small == l.Large:
		return fmt.Errorf("the small and the large model are both %s", l.Small)
	}
	return nil
}

func most(count map[string]int) (best string) {
	for name, n := range count {
		if n > count[best] || n == count[best] && name < best {
			best = name
		}
	}
	return best
}

// firstModels is the model with which each pipe begins.
func firstModels(files []ledgerFile) map[string]string {
	first := map[string]string{}
	for _, f := range files {
		for _, r := range f.records {
			if !r.Plan.HoldOut && !r.Plan.Pinned && len(r.Plan.Models) > 0 {
				first[r.Plan.Pipe] = r.Plan.Models[0]
			}
		}
	}
	return first
}

// add turns one request into a row. How likely an outcome was to be seen decides how much it counts:
// the large model's is always seen where the pipe begins with it, and elsewhere only by the hold-out,
// whose rows stand for all that it could have taken. What it answered after the small model failed is
// not used: that happens on hard prompts only, and would make it look small. The small model's outcome
// is seen where the pipe begins with it, but for the hold-out's share.
func (l *Ledger) add(r *telemetry.Record, share float64, first map[string]string, said map[string]float64) {
	if r.Plan.Pinned {
		l.Pinned++
		return
	}
	if r.Prompt == nil || r.Prompt.Text == nil {
		l.NoText++
		return
	}
	text := asked(r.Prompt.Text)
	row := train.Example{ // equal texts are one cluster; the ledger's hashes differ between processes
		Text: text, Task: r.Plan.Features.Task, Source: "ledger", Cluster: text,
		Small: math.NaN(), Large: math.NaN(),
	}
	row.Small = l.outcome(r, l.Small, said)
	row.SmallWeight = 1
	if r.Plan.Drawn {
		row.SmallWeight = 1 / math.Max(1-share, .01)
	}
	always := first[r.Plan.Pipe] == l.Large
	switch {
	case always:
		row.Large, row.LargeWeight = l.outcome(r, l.Large, said), 1
	case r.Plan.HoldOut && share > 0:
		row.Large, row.LargeWeight = l.outcome(r, l.Large, said), 1/share
	}
	if math.IsNaN(row.Small) && math.IsNaN(row.Large) {
		l.Unjudged++
		return
	}
	l.SmallTold += int(indicator(!math.IsNaN(row.Small)))
	l.LargeTold += int(indicator(!math.IsNaN(row.Large)))
	l.Rows = append(l.Rows, row)
}

// asked is the text that the router showed the classifier.
func asked(t *telemetry.PromptText) string {
	p := &routing.Prompt{}
	for _, turn := range t.Turns {
		p.Turns = append(p.Turns, routing.Turn{Role: turn.Role, Text: turn.Text})
	}
	return routing.Asked(p)
}

// outcome is how well a model did, NaN where it was not tried or not judged. Feedback on the answer
// that was served counts more than the verdict of the checks.
func (l *Ledger) outcome(r *telemetry.Record, model string, said map[string]float64) float64 {
	if s, ok := said[r.ID]; ok && r.Served >= 0 && r.Served < len(r.Attempts) && r.Attempts[r.Served].Model == model {
		l.Feedback++
		return s
	}
	for i := len(r.Attempts) - 1; i >= 0; i-- {
		a := r.Attempts[i]
		if a.Model != model || routing.Reason(a.Reason).NoAnswer() {
			continue
		}
		switch {
		case a.Verdict == "accept" && !r.Unchecked:
			return 1
		case strings.HasPrefix(a.Verdict, "reject"):
			return 0
		}
	}
	return math.NaN()
}

// level scales the large model's weights so that together they count for as many rows as they are
// worth (Kish's effective number): a few hold-outs that stand for many are still few.
func (l *Ledger) level() {
	var sum, squares float64
	for i := range l.Rows {
		if !math.IsNaN(l.Rows[i].Large) {
			w := l.Rows[i].LargeWeight
			sum, squares = sum+w, squares+w*w
		}
	}
	for i := range l.Rows {
		if squares > 0 {
			l.Rows[i].LargeWeight *= sum / squares
		}
	}
}
