package main

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"ockham/bedrock"
)

// release is set by `make release`.
var release = "dev"

func version() string { return release }

func newVersionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Tell the version of this build and the date of its prices",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "ockham %s (%s, %s/%s), model catalogue and prices as of %s\n",
				version(), runtime.Version(), runtime.GOOS, runtime.GOARCH, bedrock.CatalogueDate)
			return err
		},
	}
}
