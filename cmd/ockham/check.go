package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"ockham/internal/config"
	"ockham/internal/policy"
	"ockham/routing"
)

func newCheckCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "check [FILE]",
		Short: "Say all that is wrong with a configuration, or what it amounts to",
		Long: "Reads a configuration as serve would, without Envoy or AWS. Every fault is told\n" +
			"with its line and what would be right; the exit status is 1 then. Without FILE,\n" +
			"the defaults are shown.",
		Example: "  ockham check ockham.yaml",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return check(c.OutOrStdout(), c.ErrOrStderr(), strings.Join(args, ""))
		},
	}
}

func check(out, errs io.Writer, path string) error {
	p, err := loadPolicy(errs, path, offline())
	if err != nil {
		return err
	}
	describe(out, p)
	return nil
}

// describe tells a policy so that it can be read aloud.
func describe(out io.Writer, p *policy.Policy) {
	c := p.Config
	fmt.Fprintf(out, "Bedrock in %s", c.Bedrock.Region)
	if len(c.Bedrock.Failover) > 0 {
		fmt.Fprintf(out, ", then %s", strings.Join(c.Bedrock.Failover, ", "))
	}
	fmt.Fprintf(out, "; nothing leaves geography %s\n\nPipes\n", c.Bedrock.Geography)
	for _, pipe := range p.Router.Pipes() {
		fmt.Fprintf(out, "  %-10s %s", pipe.Name, inOrder(pipe.Models))
		if tasks := c.Tasks[pipe.Name]; len(tasks) > 0 {
			fmt.Fprintf(out, "   for task_type %s", strings.Join(tasks, ", "))
		}
		fmt.Fprintln(out)
	}
	fmt.Fprint(out, "\nModels                                                   in     out  $/M tokens\n")
	for _, m := range p.Router.Models() {
		fmt.Fprintf(out, "  %-10s %-40s %6.3g  %6.3g", m.Name, m.ID, m.Price.In, m.Price.Out)
		if b := p.Bedrock(m); b != nil && b.EndOfLife != "" {
			fmt.Fprintf(out, "   ends %s", b.EndOfLife)
		}
		fmt.Fprintln(out)
	}
	describeRules(out, p)
}

func describeRules(out io.Writer, p *policy.Policy) {
	c := p.Config
	fmt.Fprint(out, "\nA request goes\n  to the model or pipe that it names, or by its task_type; else\n")
	for i := range c.Rules {
		fmt.Fprintf(out, "  %-10s when %s   (%s)\n", rulePick(&c.Rules[i]), c.Rules[i].When, c.RuleName(i))
	}
	asked := "nobody is asked"
	if len(c.Otherwise.Ask) > 0 {
		asked = "as the " + strings.Join(c.Otherwise.Ask, ", then the ") + " says"
	}
	fmt.Fprintf(out, "  otherwise  %s; unsure: %s\n", asked, c.Otherwise.Unsure)
	fmt.Fprintf(out, "\nUp to %s for an answer, %s in all", plural(c.Cascade.Attempts, "attempt"), c.Cascade.Time)
	if c.Cascade.CostUSD > 0 {
		fmt.Fprintf(out, ", no further one past $%.2f", c.Cascade.CostUSD)
	}
	fmt.Fprintf(out, "\nChecks: %s\n", checkNames(c.Checks))
	for _, w := range p.Warnings {
		fmt.Fprintln(out, "Note:", w)
	}
}

func rulePick(r *config.Rule) string {
	switch {
	case r.Pipe != "":
		return r.Pipe
	case r.Model != "":
		return r.Model
	case r.Ask != nil:
		return "ask " + strings.Join(r.Ask, ", ")
	}
	return "limits"
}

func inOrder(models []*routing.Model) string {
	list := make([]string, len(models))
	for i, m := range models {
		list[i] = m.Name
	}
	return strings.Join(list, " > ")
}

func checkNames(list []config.Check) string {
	names := make([]string, len(list))
	for i, c := range list {
		names[i] = c.Name
	}
	return strings.Join(names, ", ")
}
