// Command bench measures what Ockham adds to an Envoy: in one run and in turn, on the same machine, it loads
// Envoy alone, Envoy with an external processor that does nothing, and Envoy with Ockham. Emulator,
// services, Envoys and the load each run in a process of their own, so that CPU time can be told apart.
// docs/performance.md says how to read the results.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"syscall"
	"time"
)

// options are the command line.
type options struct {
	rounds  int
	seconds float64
	only    *regexp.Regexp
	scale   bool

	ockham, envoy      string // binaries
	baseline           string // another Ockham, measured beside
	out, plot, docs    string // files to write
	compare            string // a result to compare with
	profiles           string // folder for CPU profiles of the service
	emptySocket, stats string // run as the empty service
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func parse(args []string) (*options, error) {
	o := &options{}
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.IntVar(&o.rounds, "rounds", 7, "rounds; every case is measured once in each")
	f.Float64Var(&o.seconds, "seconds", 3, "how long a case is loaded in a round")
	only := f.String("only", "", "measure only cases whose name/clients/body/mode matches, as in 'rules/1/1k'; the empty service always takes part")
	f.BoolVar(&o.scale, "scale", false, "also measure sizes, replicas, tokens and memory")
	f.StringVar(&o.ockham, "ockham", "build/bin/ockham", "the binary under test")
	f.StringVar(&o.baseline, "baseline", "", "another ockham binary: its cases are measured beside, as NAME"+baselineSuffix)
	f.StringVar(&o.envoy, "envoy", os.Getenv("ENVOY"), "the Envoy to use")
	f.StringVar(&o.out, "out", "build/bench.json", "where the results go")
	f.StringVar(&o.plot, "plot", "build/bench.svg", "where the picture goes")
	f.StringVar(&o.docs, "docs", "", "page whose figures are replaced by the results")
	f.StringVar(&o.compare, "compare", "", "earlier results; what got worse since then is told and is an error")
	f.StringVar(&o.profiles, "profiles", "", "only write a CPU profile of the service for every case that matches, into this folder")
	f.StringVar(&o.emptySocket, "empty", "", "be the empty service on this socket")
	f.StringVar(&o.stats, "stats", "", "with -empty: address of /metrics")
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	var err error
	if o.only, err = regexp.Compile(*only); err != nil {
		return nil, fmt.Errorf("-only: %w", err)
	}
	if o.rounds < 1 || o.seconds <= 0 {
		return nil, errors.New("-rounds and -seconds must be positive")
	}
	return o, nil
}

func run(ctx context.Context, args []string) error {
	o, err := parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return nil
	case err != nil:
		return err
	case o.emptySocket != "":
		return serveEmpty(ctx, o.emptySocket, o.stats)
	case o.envoy == "":
		return errors.New("no Envoy: set ENVOY or -envoy (make bench finds it)")
	}
	// Read first: it may be the file that is about to be written.
	var before *results
	if o.compare != "" {
		if before, err = readResults(o.compare); err != nil {
			return err
		}
	}
	r, err := newRig(o)
	if err != nil {
		return err
	}
	defer r.stop()
	if o.profiles != "" {
		return r.takeProfiles(ctx)
	}
	res, err := r.measure(ctx)
	if err != nil {
		return err
	}
	if err := res.publish(o); err != nil || before == nil {
		return err
	}
	return compare(os.Stdout, before, res)
}

func (o *options) length() time.Duration { return time.Duration(o.seconds * float64(time.Second)) }
