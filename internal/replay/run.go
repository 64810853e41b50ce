package replay

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"

	"golang.org/x/sync/errgroup"

	"ockham/internal/telemetry"
)

// Options of a replay.
type Options struct {
	Policies []Policy              // one or two
	Learning func()                // told of each line at the first reading; nil: nothing
	Playing  func(total, done int) // told at the second how many of how many are done
}

const (
	chunkLines = 256
	maxBroken  = 5
	recordedAs = "as recorded"
)

// Run reads the files twice, so that a million lines need no more memory than one: first for what they
// tell of each model, then to replay every request.
func Run(ctx context.Context, files []string, o Options) (*Report, error) {
	learned, total := newFacts(), 0
	for _, path := range files {
		err := lines(ctx, path, func(line telemetry.Line, err error) {
			total++
			if err == nil {
				learned.learn(line.Text)
			}
			if o.Learning != nil {
				o.Learning()
			}
		})
		if err != nil {
			return nil, err
		}
	}
	r := &runner{options: o, facts: learned, total: total, sum: newTally(o.Policies)}
	for _, path := range files {
		if err := r.file(ctx, path); err != nil {
			return nil, err
		}
	}
	return r.report(files)
}

// lines calls do for each line of a file, compressed or not. What is wrong with one line is do's; an
// error of the file ends it.
func lines(ctx context.Context, path string, do func(telemetry.Line, error)) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	for line, err := range telemetry.Lines(f) {
		var bad *telemetry.BadLine
		if err != nil && !errors.As(err, &bad) {
			return fmt.Errorf("%s: %w", path, err)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		do(line, err)
	}
	return nil
}

// tally is what a chunk of lines adds to the report.
type tally struct {
	lines    int
	replayed int
	leftOut  map[string]int
	broken   []string
	recorded Result
	results  []Result
	changes  []*Change // recorded to the first policy, the first policy to the second
}

func newTally(policies []Policy) *tally {
	t := &tally{leftOut: map[string]int{}, recorded: newResult(recordedAs)}
	before := recordedAs
	for _, p := range policies {
		t.results = append(t.results, newResult(p.Name))
		t.changes = append(t.changes, newChange(before, p.Name))
		before = p.Name
	}
	return t
}

func (t *tally) merge(o *tally) {
	t.lines += o.lines
	t.replayed += o.replayed
	addCounts(t.leftOut, o.leftOut)
	t.broken = append(t.broken, o.broken[:min(len(o.broken), maxBroken-len(t.broken))]...)
	t.recorded.merge(&o.recorded)
	for i := range t.results {
		t.results[i].merge(&o.results[i])
		t.changes[i].merge(o.changes[i])
	}
}

type runner struct {
	options Options
	facts   *facts
	total   int
	sum     *tally
}

// numbered is a line with the file it stands in.
type numbered struct {
	path string
	line telemetry.Line
	err  error
}

// file replays one file on all CPUs. Chunks are merged in the order in which they were read, so that
// the same input gives the same report to the last digit.
func (r *runner) file(ctx context.Context, path string) error {
	group, ctx := errgroup.WithContext(ctx)
	waiting := make(chan chan *tally, 2*runtime.GOMAXPROCS(0))
	group.Go(func() error {
		defer close(waiting)
		return r.read(ctx, path, func(chunk []numbered) {
			done := make(chan *tally, 1)
			waiting <- done
			go func() { done <- r.chunk(chunk) }()
		})
	})
	group.Go(func() error {
		for done := range waiting {
			r.sum.merge(<-done)
			if r.options.Playing != nil {
				r.options.Playing(r.total, r.sum.lines)
			}
		}
		return nil
	})
	return group.Wait()
}

func (r *runner) read(ctx context.Context, path string, emit func([]numbered)) error {
	var chunk []numbered
	err := lines(ctx, path, func(line telemetry.Line, err error) {
		if chunk = append(chunk, numbered{path, line, err}); len(chunk) == chunkLines {
			emit(chunk)
			chunk = nil
		}
	})
	if len(chunk) > 0 {
		emit(chunk)
	}
	return err
}

func (r *runner) chunk(chunk []numbered) *tally {
	t := newTally(r.options.Policies)
	for _, n := range chunk {
		t.lines++
		c, err := n.parse()
		if err != nil {
			t.leave(n, err)
			continue
		}
		r.play(t, c)
	}
	return t
}

func (n *numbered) parse() (*Case, error) {
	if n.err != nil {
		return nil, n.err
	}
	return parse(n.line.Text)
}

// leave counts a line that cannot be replayed. Errors of requests name fields, never their content.
func (t *tally) leave(n numbered, err error) {
	for _, known := range []error{errNoRequest, errNoText, errCut, errPinned, errHoldOut, errNoPlan} {
		if errors.Is(err, known) {
			t.leftOut[known.Error()]++
			return
		}
	}
	t.leftOut[brokenLine]++
	if len(t.broken) < maxBroken {
		t.broken = append(t.broken, fmt.Sprintf("%s:%d: %v", n.path, n.line.Number, err))
	}
}

const brokenLine = "broken line"

func (r *runner) play(t *tally, c *Case) {
	t.replayed++
	var before *played
	if c.Recorded {
		before = asRecorded(c, r.facts)
		t.recorded.add(before)
	}
	for i := range r.options.Policies {
		now := play(&r.options.Policies[i], c, r.facts)
		if before != nil {
			t.changes[i].add(c.ID, before, &now)
		}
		t.results[i].add(&now)
		before = &now
	}
}

// asRecorded is what really happened.
func asRecorded(c *Case, f *facts) *played {
	p := &played{pipe: c.Pipe, costUSD: c.CostUSD, millis: c.Millis, timed: true, recorded: true}
	if len(c.Attempts) > 0 && !c.Attempts[0].Accepted {
		p.escalates = 1
	}
	p.quality, p.known = f.scores[c.ID]
	return p
}

// ErrNothing says that no line could be replayed.
var ErrNothing = errors.New("nothing to replay")

func (r *runner) report(files []string) (*Report, error) {
	s := r.sum
	out := &Report{Files: files, Lines: s.lines, Replayed: s.replayed, LeftOut: s.leftOut, Broken: s.broken}
	if broken := s.leftOut[brokenLine]; 10*broken > s.lines {
		return out, fmt.Errorf("%d of %d lines are broken; the first: %s", broken, s.lines, s.broken[0])
	}
	if s.replayed == 0 {
		return out, ErrNothing
	}
	if s.recorded.Requests > 0 {
		// The counterfactual of what was recorded is that of the first policy.
		s.recorded.LargestUSD = s.results[0].LargestUSD
		out.Results = append(out.Results, s.recorded)
	}
	out.Results = append(out.Results, s.results...)
	for i := range out.Results {
		out.Results[i].finish()
	}
	if last := s.changes[len(s.changes)-1]; last.requests > 0 {
		last.finish()
		out.Change = last
	}
	return out, nil
}
