package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"ockham/internal/config"
	"ockham/internal/policy"
	"ockham/internal/progress"
	"ockham/internal/replay"
)

// replayFlags are what replay is told.
type replayFlags struct {
	configs []string
	json    bool
	svg     string

	cost, latency, quality, flips float64
	unservable                    int
}

// newReplayCommand runs policies over recorded requests.
func newReplayCommand() *cobra.Command {
	var f replayFlags
	c := &cobra.Command{
		Use:   "replay [flags] FILE...",
		Short: "Run a policy, or two, over recorded requests: cost, quality, time",
		Long: `Runs a policy over a ledger that was written with prompts, over rows with
outcomes (prompt, weak_score, strong_score), over bodies of POST
/api/v1/generate, or over objects with such a body under "request"; JSON lines,
gzipped or not. No model is asked. A ledger is compared with what was recorded,
a second --config with the first. With a threshold (--max-...) the exit status
is 3 when a change is beyond it, or cannot be measured.

Cost and latency follow the cascade: with what the ledger tells of the models on
that request, and with each model's average where the request did not try it;
other input is priced at the estimate that explain gives. Quality is the outcome
of the model tried first, or feedback on the answer that would have been the
same. The judge says what it said then; where it was not asked, the policy does
without it and the table tells how often.`,
		Example: "  ockham replay --config new.yaml ledger-*.jsonl ledger.jsonl\n" +
			"  ockham replay --config old.yaml --config new.yaml \\\n      --max-cost 0.05 --max-quality-drop 0.01 rows.jsonl.gz",
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, files []string) error {
			return f.run(c, files)
		},
	}
	flags := c.Flags()
	flags.StringArrayVarP(&f.configs, "config", "c", nil, configHelp+"; give it twice to compare two")
	flags.BoolVar(&f.json, "json", false, "print JSON")
	flags.StringVar(&f.svg, "svg", "", "draw cost, pipes, latency and quality into this file")
	flags.Float64Var(&f.cost, "max-cost", 0, "largest relative change of cost: 0.05 is 5 % more, -0.1 demands 10 % less")
	flags.Float64Var(&f.latency, "max-latency", 0, "largest relative change of mean latency")
	flags.Float64Var(&f.quality, "max-quality-drop", 0, "largest fall of the mean outcome")
	flags.Float64Var(&f.flips, "max-flips", 0, "largest share of requests that change their pipe")
	flags.IntVar(&f.unservable, "max-unservable", 0, "most requests that the policy cannot serve")
	return c
}

func (f *replayFlags) run(c *cobra.Command, files []string) error {
	policies, err := f.policies(c.ErrOrStderr())
	if err != nil {
		return err
	}
	report, err := f.replay(c.Context(), c.ErrOrStderr(), files, policies)
	if errors.Is(err, replay.ErrNothing) {
		return fmt.Errorf("%w: %s", err, leftOut(report))
	}
	if err != nil {
		return err
	}
	if err := f.write(c.OutOrStdout(), report); err != nil {
		return err
	}
	if failures := f.gate(c).Check(report); len(failures) > 0 {
		return &statusError{code: exitThreshold, err: errors.New(strings.Join(failures, "; "))}
	}
	return nil
}

// policies loads one configuration or two. Hold-outs are off: they are drawn by chance, and would be
// taken for flips.
func (f *replayFlags) policies(errs io.Writer) ([]replay.Policy, error) {
	if len(f.configs) > 2 {
		return nil, fmt.Errorf("--config is given %d times, at most two can be compared", len(f.configs))
	}
	if len(f.configs) == 0 {
		f.configs = []string{""}
	}
	deps := policy.Deps{Scorer: policy.Classifier, Check: policy.NewCheck, Asker: replay.Judge{}, Override: withoutHoldOut}
	var policies []replay.Policy
	for _, path := range f.configs {
		p, err := loadPolicy(errs, path, deps)
		if err != nil {
			return nil, err
		}
		policies = append(policies, replay.Policy{Name: cmp.Or(path, "built-in policy"), Router: p.Router})
	}
	return policies, nil
}

func withoutHoldOut(c *config.Config) {
	c.HoldOut = 0
	for name, route := range c.Routes {
		route.HoldOut = nil
		c.Routes[name] = route
	}
}

func (f *replayFlags) replay(ctx context.Context, errs io.Writer, files []string, policies []replay.Policy) (*replay.Report, error) {
	bar := progress.New(errs)
	defer bar.Close()
	done := 0
	return replay.Run(ctx, files, replay.Options{
		Policies: policies,
		Learning: func() { bar.Add("reading", 0, 1) },
		Playing: func(total, now int) {
			bar.Add("replaying", total, now-done)
			done = now
		},
	})
}

func leftOut(r *replay.Report) string {
	var reasons []string
	for reason, n := range r.LeftOut {
		reasons = append(reasons, fmt.Sprintf("%s, %s", plural(n, "line"), reason))
	}
	if len(reasons) == 0 {
		return "the input is empty"
	}
	return strings.Join(append(reasons, r.Broken...), "; ")
}

func (f *replayFlags) write(out io.Writer, report *replay.Report) error {
	if err := writeFile(f.svg, report.WriteSVG); err != nil {
		return err
	}
	if !f.json {
		return report.WriteText(out)
	}
	return printJSON(out, report)
}

// gate holds the thresholds that were given; 0 is one too.
func (f *replayFlags) gate(c *cobra.Command) *replay.Gate {
	g := &replay.Gate{}
	for name, set := range map[string]func(){
		"max-cost": func() { g.CostIncrease = &f.cost }, "max-latency": func() { g.LatencyIncrease = &f.latency },
		"max-quality-drop": func() { g.QualityDrop = &f.quality }, "max-flips": func() { g.Flipped = &f.flips },
		"max-unservable": func() { g.Unservable = &f.unservable },
	} {
		if c.Flags().Changed(name) {
			set()
		}
	}
	return g
}
