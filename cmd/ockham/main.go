// Command ockham routes prompts to the smallest Amazon Bedrock model that will do, as an Envoy external processor.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal need not wait for what the first one began
	err := run(ctx, os.Args[1:], stdio{os.Stdin, os.Stdout, os.Stderr})
	if err != nil && ctx.Err() != nil && (errors.Is(err, context.Canceled) || errors.Is(err, context.Cause(ctx))) {
		err = &statusError{exitInterrupted, errors.New("interrupted")} // what was under way does not matter
	}
	os.Exit(exitCode(err))
}

// exitCode reports err to the person at the terminal, once, and picks the process's exit status.
func exitCode(err error) int {
	if err == nil {
		return 0
	}
	var status *statusError
	if errors.As(err, &status) {
		if status.err != nil {
			fmt.Fprintln(os.Stderr, "ockham:", status.err)
		}
		return status.code
	}
	fmt.Fprintln(os.Stderr, "ockham:", err)
	return 1
}
