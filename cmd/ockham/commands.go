package main

import "github.com/spf13/cobra"

// commands lists the subcommands in the order of --help; each stands in a file of its name.
func commands() []*cobra.Command {
	return []*cobra.Command{
		newCheckCommand(),
		newDemoCommand(),
		newDoctorCommand(),
		newEmulateCommand(),
		newEvalCommand(),
		newExplainCommand(),
		newHealthCommand(),
		newInitCommand(),
		newRenderCommand(),
		newReplayCommand(),
		newServeCommand(),
		newTrainCommand(),
		newUpCommand(),
		newVersionCommand(),
	}
}
