package main

import (
	"context"
	"io"

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
	exitThreshold  = 3 // replay
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
	root := &cobra.Command{
		Use:   "ockham",
		Short: "Send each prompt to the smallest Bedrock model that will do",
		Long: `Sends each prompt to the smallest Amazon Bedrock model that will do, as a filter of the Envoy or Istio you have.

  ockham up                    try it: Envoy, the service and a stand-in for Bedrock, on this machine
  ockham init                  write a configuration to start from
  ockham explain "a prompt"    what would be done with a prompt, and why
  ockham render envoy          Envoy's side of it; also Istio, Envoy Gateway, Kubernetes
  ockham serve                 run it

Exit status: 0 well, 1 wrong or faults found; doctor: 1 findings, 2 unreadable; replay: 3 past a threshold.`,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.SetArgs(args)
	root.SetIn(std.in)
	root.SetOut(std.out)
	root.SetErr(std.err)
	root.AddCommand(commands()...)
	return root.ExecuteContext(ctx)
}
