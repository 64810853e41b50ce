package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"ockham/internal/config"
	"ockham/internal/progress"
	"ockham/routing"
)

// This file tells a plan to a person. Every line answers one question: what was seen, who decided,
// who is tried, what it costs, what guards it.

type teller struct {
	out    io.Writer
	paint  func(style, text string) string
	plan   *routing.Plan
	prompt *routing.Prompt
}

// painter colours text on a terminal that wants it, and nowhere else.
func painter(out io.Writer) func(style, text string) string {
	if !progress.IsTerminal(out) || os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" {
		return func(_, text string) string { return text }
	}
	return func(style, text string) string { return "\x1b[" + style + "m" + text + "\x1b[0m" }
}

const (
	bold   = "1"
	faint  = "2"
	green  = "1;32"
	purple = "1;35"
)

func (t *teller) tell() {
	t.decision()
	t.steps()
	t.models()
	t.guards()
}

func (t *teller) decision() {
	p := t.plan
	where := "pipe " + t.pipe(p.Pipe)
	switch {
	case p.Pipe == "":
		where = "model " + t.paint(bold, p.Models[0].Name)
	case p.HoldOut:
		where = "model " + t.paint(bold, p.Models[0].Name) + ", as part of the hold-out"
	}
	fmt.Fprintf(t.out, "%s %s   decided by %s: %s\n", t.paint(bold, "→"), where, p.Strategy, p.Reason)
}

// pipe paints the two pipes that everyone has in their colours.
func (t *teller) pipe(name string) string {
	switch name {
	case "green":
		return t.paint(green, name)
	case "purple":
		return t.paint(purple, name)
	}
	return t.paint(bold, name)
}

func (t *teller) steps() {
	fmt.Fprintf(t.out, "\n%s\n", t.paint(bold, "Steps"))
	wide := 0
	for _, s := range t.plan.Steps {
		wide = max(wide, len(s.Result))
	}
	wide = min(wide, 28)
	for i, s := range t.plan.Steps {
		fmt.Fprintf(t.out, "  %d  %-12s  %-*s  %s\n", i+1, s.Step, wide, s.Result, t.paint(faint, s.Reason))
	}
}

func (t *teller) models() {
	p := t.plan
	fmt.Fprintf(t.out, "\n%s\n", t.paint(bold, "Models, in order"))
	for i, m := range p.Models {
		fmt.Fprintf(t.out, "  %d  %-12s  %-40s  %s a call\n", i+1, m.Name, m.ID, dollars(routing.CallCost(m, t.prompt, &p.Features)))
	}
	fmt.Fprintf(t.out, "  expected %s", t.paint(bold, dollars(p.ExpectedCostUSD)))
	if p.Largest != nil {
		largest := routing.CallCost(p.Largest, t.prompt, &p.Features)
		fmt.Fprintf(t.out, ", escalations included; always %s: %s", p.Largest.Name, dollars(largest))
		if saved := 1 - p.ExpectedCostUSD/largest; largest > 0 && saved > 0 {
			fmt.Fprintf(t.out, " (%.0f %% saved)", 100*saved)
		}
	}
	fmt.Fprintln(t.out)
}

func dollars(usd float64) string {
	if usd < 0.01 {
		return fmt.Sprintf("$%.6f", usd)
	}
	return fmt.Sprintf("$%.4f", usd)
}

func (t *teller) guards() {
	p := t.plan
	told := strings.Join(p.Judging.Names(), ", ")
	if told == "" {
		told = "none"
	}
	if p.Pinned {
		told += " (only reported: a model that was asked for is not left)"
	}
	fmt.Fprintf(t.out, "\n%s     %s\n", t.paint(bold, "Checks"), told)
	for _, line := range afterRejection(p) {
		fmt.Fprintf(t.out, "           %s\n", line)
	}
	fmt.Fprintf(t.out, "%s       %s\n", t.paint(bold, "Hold"), hold(p.Hold))
	fmt.Fprintf(t.out, "%s      %s\n", t.paint(bold, "Ahead"), ahead(p))
	fmt.Fprintf(t.out, "%s  first token %s, whole answer %s, all attempts %s\n", t.paint(bold, "Deadlines"), brief(p.Deadlines.FirstToken), brief(p.Deadlines.Answer), brief(p.Deadlines.Total))
	fmt.Fprintf(t.out, "%s     %s", t.paint(bold, "Limits"), plural(p.Limits.Attempts, "attempt"))
	if p.Limits.CostUSD > 0 {
		fmt.Fprintf(t.out, ", no further one past $%.2f", p.Limits.CostUSD)
	}
	fmt.Fprintln(t.out)
}

// afterRejection tells what follows the rejection of an answer, by what is done: of the first model's, and
// of a later one's where that is something else.
func afterRejection(p *routing.Plan) (lines []string) {
	plan := routing.Explained(p).Plan
	add := func(of string, rejections map[routing.Reason]routing.ExplainedChoice) {
		reasons := map[string][]string{}
		for reason, choice := range rejections {
			reasons[choice.Do] = append(reasons[choice.Do], string(reason))
		}
		for _, do := range []string{routing.DoRepair, routing.DoEscalate, routing.DoServe} {
			if list := reasons[do]; len(list) > 0 {
				slices.Sort(list)
				lines = append(lines, fmt.Sprintf("%srejected for %s: %s", of, strings.Join(list, ", "), do))
			}
		}
	}
	add("", plan.Rejections)
	for _, model := range plan.Models {
		add("at "+model+", ", plan.LaterRejections[model])
	}
	return lines
}

// ahead tells what is done before an answer is there.
func ahead(p *routing.Plan) string {
	early, hedge := "a plain answer is judged when it is whole", "the next model is called when the one before it is rejected or late"
	if p.Early {
		early = "a plain answer is judged as it is written, and given up at its first bad token"
	}
	if p.Hedge > 0 {
		hedge = "the next model is called " + brief(p.Hedge) + " before the one before it is late"
	}
	return early + "; " + hedge
}

func hold(h routing.Hold) string {
	if h.Full {
		return "a stream is judged whole before any of it is released"
	}
	return fmt.Sprintf("the first %d tokens of a stream, or %s of it, are judged before any is released", h.Tokens, brief(h.Time))
}

// brief writes 2m0s as 2m.
func brief(d time.Duration) string { return config.Duration(d).String() }
