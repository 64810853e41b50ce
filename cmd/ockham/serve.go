package main

import (
	"context"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"syscall"

	"github.com/spf13/cobra"

	"ockham/internal/gateway"
	"ockham/internal/telemetry"
)

// newServeCommand runs the service beside somebody's Envoy.
func newServeCommand() *cobra.Command {
	var o gateway.Options
	c := &cobra.Command{
		Use:   "serve",
		Short: "Run the ext_proc service, the HTTP port and the admin port",
		Long: `Runs the ext_proc service that Envoy asks about every prompt, the HTTP port
behind it and the admin port. Works without any file; docs/reference/config.md
has what one may say. SIGTERM lets running requests finish, SIGHUP reads the
configuration again (as does a change of the file).`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.Log = telemetry.NewLogger(cmd.ErrOrStderr(), &o.Level)
			o.Version = version()
			return serve(cmd.Context(), &o)
		},
	}
	c.Flags().StringVarP(&o.Config, "config", "c", "", configHelp)
	c.Flags().StringVar(&o.CA, "ca", "", "PEM file of certificates to trust at Bedrock's endpoint besides the system's")
	return c
}

// ballast is memory that is never touched, so that it costs none, but that the collector counts: it waits
// until so much more is garbage. A service between requests holds little, and would collect a thousand
// times a minute; one that holds many bodies is collected as before.
const ballast = 32 << 20

func serve(ctx context.Context, o *gateway.Options) error {
	weight := make([]byte, ballast)
	defer runtime.KeepAlive(&weight[0])
	forgetZeros(weight) // Go has written them where that memory was used before
	g, err := gateway.New(ctx, o)
	if err != nil {
		return err
	}
	debug.FreeOSMemory() // reading the configuration and its checks took more than serving needs
	forgetStart()
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	defer signal.Stop(hangups)
	go func() {
		for {
			select {
			case <-ctx.Done():
				return
			case <-hangups:
				_ = g.Reload() // told in the log and in /readyz
			}
		}
	}()
	return g.Run(ctx)
}
