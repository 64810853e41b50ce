package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
)

// stdio is what a command may read and write; tests pass buffers.
type stdio struct {
	in       io.Reader
	out, err io.Writer
}

// Exit statuses that are answers, besides 0 and the 1 of everything that went wrong.
const (
	exitFindings   = 1 // doctor
	exitUnreadable = 2 // doctor
	exitUsage      = 2 // called wrongly
	exitThreshold  = 3 // replay

	exitInterrupted = 130 // by Ctrl-C, as shells have it
)

// statusError ends the process with a status of its own, for commands whose exit code is an answer
// (doctor, replay). A nil err prints nothing.
type statusError struct {
	code int
	err  error
}

func (e *statusError) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

func (e *statusError) Unwrap() error { return e.err }

// run is the whole program behind main, so that tests use the same wiring.
func run(ctx context.Context, args []string, std stdio) error {
	root := newRootCommand()
	root.SetArgs(args)
	root.SetIn(std.in)
	root.SetOut(std.out)
	root.SetErr(std.err)
	began := false
	noteBegin(root, &began)
	c, err := root.ExecuteContextC(ctx)
	if err != nil && !began {
		return &statusError{exitUsage, fmt.Errorf("%s\n`%s --help` tells how it is called", strings.TrimSpace(err.Error()), c.CommandPath())}
	}
	return err
}

func newRootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:           "ockham",
		Short:         "Send each prompt to the smallest Bedrock model that will do",
		Long:          "Sends each prompt to the smallest Bedrock model that will do. Begin: ockham up",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.SetHelpFunc(help)
	root.AddCommand(commands()...)
	return root
}

// noteBegin has each command say when it begins: what fails before that is in how it was called.
func noteBegin(c *cobra.Command, began *bool) {
	if do := c.RunE; do != nil {
		c.RunE = func(c *cobra.Command, args []string) error {
			*began = true
			return do(c, args)
		}
	}
	for _, sub := range c.Commands() {
		noteBegin(sub, began)
	}
}
