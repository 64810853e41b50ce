package main

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// --help is one screen of 24 lines and 80 columns: what a command is for, how it is called, and the flags that most
// people want. `ockham help COMMAND` says all there is to say.

const screen, columns = 24, 80

// groups are the headings under which the commands stand, in the order in which people come to need them.
var groups = []struct {
	title    string
	commands []func() *cobra.Command
}{
	{"Try it", []func() *cobra.Command{newUpCommand, newDemoCommand, newEmulateCommand}},
	{"Set it up", []func() *cobra.Command{newInitCommand, newCheckCommand, newExplainCommand, newRenderCommand, newDoctorCommand}},
	{"Run it", []func() *cobra.Command{newServeCommand, newHealthCommand, newVersionCommand}},
	{"Make it better", []func() *cobra.Command{newReplayCommand, newEvalCommand, newTrainCommand}},
}

// commands lists the subcommands in the order of --help; each stands in a file of its name.
func commands() (list []*cobra.Command) {
	for _, g := range groups {
		for _, add := range g.commands {
			list = append(list, add())
		}
	}
	return list
}

// rare marks flags that few people need: --help names them, and only `ockham help` explains them.
func rare(flags *pflag.FlagSet, names ...string) {
	for _, name := range names {
		f := flags.Lookup(name)
		f.Annotations = map[string][]string{"rare": nil}
	}
}

// help answers `ockham help COMMAND` with all there is, and --help with as much of it as a screen holds.
func help(c *cobra.Command, _ []string) {
	about := strings.Split(strings.TrimSpace(cmp.Or(c.Long, c.Short)), "\n\n")
	text := helpText(c, about, true)
	for n := len(about); c.Flags().Changed("help") && strings.Count(text, "\n") >= screen && n > 0; n-- {
		text = helpText(c, about[:n], false)
	}
	fmt.Fprint(c.OutOrStdout(), text)
}

// helpText explains every flag, or names the rare ones only.
func helpText(c *cobra.Command, about []string, everything bool) string {
	var out strings.Builder
	fmt.Fprintf(&out, "%s\n\n", strings.Join(about, "\n\n"))
	switch {
	case !c.HasParent():
		helpGroups(&out)
		fmt.Fprint(&out, "\n`ockham COMMAND --help` tells more, `ockham completion --help` of your shell.\n"+exits)
		return out.String()
	case c.HasExample():
		fmt.Fprintf(&out, "%s\n", c.Example)
	default:
		fmt.Fprintf(&out, "  %s\n", strings.TrimSuffix(c.UseLine(), " [flags]"))
	}
	if c.HasAvailableSubCommands() {
		fmt.Fprintln(&out)
		for _, sub := range c.Commands() {
			helpCommand(&out, sub)
		}
	}
	helpFlags(&out, c, everything)
	return out.String()
}

// exits are the statuses with which every command ends.
const exits = "Exit status: 0 well, 1 failed or found faults, 2 called wrongly, 3 over a limit.\n"

func helpGroups(out io.Writer) {
	for _, g := range groups {
		fmt.Fprintln(out, g.title)
		for _, add := range g.commands {
			helpCommand(out, add())
		}
	}
}

func helpCommand(out io.Writer, c *cobra.Command) {
	fmt.Fprintf(out, "  %-*s %s\n", max(8, c.NamePadding()), c.Name(), c.Short)
}

func helpFlags(out io.Writer, c *cobra.Command, everything bool) {
	shown := pflag.NewFlagSet("", pflag.ContinueOnError)
	var rest []string
	c.LocalFlags().VisitAll(func(f *pflag.Flag) {
		_, few := f.Annotations["rare"]
		switch {
		case f.Name == "help":
		case few && !everything:
			rest = append(rest, "--"+f.Name)
		default:
			shown.AddFlag(f)
		}
	})
	if shown.HasFlags() {
		fmt.Fprintf(out, "\n%s", shown.FlagUsagesWrapped(columns))
	}
	if len(rest) > 0 {
		fmt.Fprintf(out, "\nAlso, see `%s`:\n%s\n", strings.Replace(c.CommandPath(), "ockham", "ockham help", 1), wrap(rest))
	}
}

// wrap puts words into indented lines.
func wrap(words []string) string {
	lines := []string{" "}
	for _, w := range words {
		last := len(lines) - 1
		if len(lines[last])+1+len(w) > columns {
			lines, last = append(lines, " "), last+1
		}
		lines[last] += " " + w
	}
	return strings.Join(lines, "\n")
}

// complete tells shells what a flag may be.
func complete(c *cobra.Command, flag string, values ...string) {
	_ = c.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
}

// family is a command that only gathers others; a name that none of them has is a mistake, not a wish for help.
func family(c *cobra.Command) {
	c.Args = func(c *cobra.Command, args []string) error {
		if len(args) == 0 {
			return nil
		}
		var names []string
		for _, sub := range c.Commands() {
			names = append(names, sub.Name())
		}
		return fmt.Errorf("there is no %s %s; there are %s", c.CommandPath(), args[0], strings.Join(names, ", "))
	}
	c.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
}
