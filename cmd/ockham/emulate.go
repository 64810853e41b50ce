package main

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"path"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"ockham/internal/emulator"
)

// emulateOptions are the flags of ockham emulate.
type emulateOptions struct {
	config            emulator.Config
	listen, tlsListen string
	caOut, log        string
	faults, pace      []string
	firstToken, gap   time.Duration
	speed             float64
}

func newEmulateCommand() *cobra.Command {
	o := &emulateOptions{}
	cmd := &cobra.Command{
		Use:   "emulate",
		Short: "Answer as Amazon Bedrock does, on this machine",
		Long: "Answers as Amazon Bedrock's runtime does: Converse, ConverseStream, CountTokens\n" +
			"and InvokeModel, with signatures verified and faults on demand. docs/emulator.md\n" +
			"says what it knows and what can be set.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return o.run(cmd.Context(), cmd.OutOrStdout())
		},
	}
	o.flags(cmd)
	return cmd
}

func (o *emulateOptions) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&o.listen, "listen", "127.0.0.1:8081", "address for HTTP/1.1 and h2c")
	f.StringVar(&o.tlsListen, "tls-listen", "", "address for TLS, with a certificate made at start")
	f.StringVar(&o.caOut, "ca-out", "emulator-ca.pem", "file for the certificate authority that --tls-listen is to be trusted by")
	f.StringSliceVar(&o.config.Regions, "region", []string{"us-east-1"}, "regions whose signatures are accepted; the first is the emulator's own")
	f.Uint64Var(&o.config.Seed, "seed", 1, "answers and injected faults depend on it")
	f.BoolVar(&o.config.Vary, "vary", false, "answer the same request differently each time")
	f.StringArrayVar(&o.faults, "fault", nil, "inject a fault, as in `throttle=5%` or refusal=0.1@small; repeat for more")
	f.StringArrayVar(&o.config.Outcomes, "outcomes", nil, "`file` of recorded outcomes, or of requests with right and wrong answers; repeat for more")
	f.StringVar(&o.config.Rates, "rates", "", "file of success rates for the requests of --outcomes")
	f.Float64Var(&o.speed, "speed", 0, "pace of tokens: 1 as each model's own, 10 ten times as fast, 0 at once")
	f.DurationVar(&o.firstToken, "first-token", 0, "time to the first token, for every model")
	f.DurationVar(&o.gap, "token-gap", 0, "time between tokens, for every model")
	f.StringArrayVar(&o.pace, "pace", nil, "pace of the models that a pattern matches, as in `*haiku*=200ms,5ms`; repeat for more")
	f.BoolVar(&o.config.Fixed, "fixed", false, "answer every call with the same short text, for benchmarks")
	f.BoolVar(&o.config.NoVerify, "no-verify", false, "accept any signature, and none")
	f.StringVar(&o.log, "log", "", "write one line of JSON a call to this file, - for standard output")
	rare(f, "ca-out", "first-token", "fixed", "no-verify", "outcomes", "pace", "rates", "region", "token-gap", "vary")
}

func (o *emulateOptions) run(ctx context.Context, out io.Writer) error {
	if err := o.configure(); err != nil {
		return err
	}
	closeLog, err := o.openLog(out)
	if err != nil {
		return err
	}
	defer closeLog()
	server, err := emulator.New(o.config)
	if err != nil {
		return err
	}
	return o.serve(ctx, server, out)
}

// configure turns the flags that need parsing into configuration.
func (o *emulateOptions) configure() error {
	for _, text := range o.faults {
		rate, err := emulator.ParseFaultRate(text)
		if err != nil {
			return err
		}
		o.config.Faults = append(o.config.Faults, rate)
	}
	if o.speed < 0 || o.firstToken < 0 || o.gap < 0 {
		return fmt.Errorf("--speed, --first-token and --token-gap cannot be negative")
	}
	o.config.Pace = emulator.Pace{Speed: o.speed, FirstToken: o.firstToken, Token: o.gap, Models: map[string]emulator.ModelPace{}}
	for _, text := range o.pace {
		if err := o.paceModels(text); err != nil {
			return err
		}
	}
	return nil
}

func (o *emulateOptions) paceModels(text string) error {
	pattern, own, err := emulator.ParsePace(text)
	if err != nil {
		return err
	}
	matched := false
	for _, model := range emulator.Models() {
		if ok, _ := path.Match(pattern, model.ID); ok {
			o.config.Pace.Models[model.ID] = own
			matched = true
		}
	}
	if !matched {
		return fmt.Errorf("--pace %s: no model matches %q", text, pattern)
	}
	return nil
}

// openLog makes OnCall write to the log.
func (o *emulateOptions) openLog(out io.Writer) (func(), error) {
	if o.log == "" {
		return func() {}, nil
	}
	file, closeFile := out, func() {}
	if o.log != "-" {
		opened, err := os.Create(o.log)
		if err != nil {
			return nil, fmt.Errorf("--log: %w", err)
		}
		file, closeFile = opened, func() { _ = opened.Close() }
	}
	var mu sync.Mutex
	encoder := json.NewEncoder(file)
	o.config.OnCall = func(call emulator.Call) {
		mu.Lock()
		defer mu.Unlock()
		_ = encoder.Encode(call.Summary())
	}
	return closeFile, nil
}

func (o *emulateOptions) serve(ctx context.Context, server *emulator.Server, out io.Writer) error {
	plain, err := emulator.Listen(o.listen)
	if err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	if o.tlsListen != "" {
		listener, certificate, err := o.listenTLS()
		if err != nil {
			_ = plain.Close()
			return err
		}
		fmt.Fprintf(out, "Bedrock emulator on https://%s, trust %s\n", listener.Addr(), o.caOut)
		group.Go(func() error { return server.Serve(ctx, listener, certificate) })
	}
	fmt.Fprintf(out, "Bedrock emulator on http://%s\n", plain.Addr())
	group.Go(func() error { return server.Serve(ctx, plain, nil) })
	return group.Wait()
}

// listenTLS opens the port and writes the certificate to trust.
func (o *emulateOptions) listenTLS() (net.Listener, *tls.Certificate, error) {
	listener, err := emulator.Listen(o.tlsListen)
	if err != nil {
		return nil, nil, err
	}
	certificate, ca, err := emulator.NewCertificate("127.0.0.1", "::1", "localhost")
	if err == nil {
		err = os.WriteFile(o.caOut, ca, 0o644)
	}
	if err != nil {
		_ = listener.Close()
		return nil, nil, fmt.Errorf("--ca-out: %w", err)
	}
	return listener, certificate, nil
}
