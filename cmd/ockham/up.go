package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"

	"github.com/spf13/cobra"

	"ockham/internal/config"
	"ockham/internal/stack"
	"ockham/internal/telemetry"
)

// newUpCommand runs emulator, service and Envoy together, for trying things out.
func newUpCommand() *cobra.Command {
	o := stack.Options{Version: version()}
	c := &cobra.Command{
		Use:   "up",
		Short: "Run Envoy, the service and a stand-in for Bedrock until Ctrl-C",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var level slog.LevelVar
			level.Set(slog.LevelWarn) // until it is up, which is told in words
			o.Log = telemetry.NewLogger(cmd.ErrOrStderr(), &level)
			o.Override = open
			return up(cmd.Context(), o, &level, cmd.OutOrStdout())
		},
	}
	stackFlags(c, &o)
	c.Flags().IntVar(&o.Ports.Envoy, "port", 8080, "Envoy's port")
	c.Flags().IntVar(&o.Ports.Emulator, "emulator-port", 8081, "the emulator's port")
	c.Flags().IntVar(&o.Ports.EmulatorTLS, "emulator-tls-port", 8444, "the emulator's port for TLS")
	c.Flags().IntVar(&o.Ports.Admin, "admin-port", 8082, "port of /healthz, /readyz, /metrics and the admin page")
	c.Flags().IntVar(&o.Ports.HTTP, "http-port", 8083, "port behind Envoy for models, explain, feedback and WebSocket")
	c.Flags().StringVar(&o.Endpoint, "bedrock-endpoint", "", "URL in place of the emulator's, such as a recording proxy in front of it")
	c.Flags().StringVar(&o.CAOut, "ca-out", "build/emulator-ca.pem", "where to write the certificate authority of the emulator's TLS port")
	rare(c.Flags(), "bedrock-endpoint", "ca-out", "emulator-tls-port")
	return c
}

func stackFlags(c *cobra.Command, o *stack.Options) {
	c.Flags().StringVar(&o.Envoy, "envoy", "envoy", "the Envoy binary")
	c.Flags().StringVarP(&o.Config, "config", "c", "", configHelp)
}

// open lets whoever tries things out see and ask for everything.
func open(c *config.Config) {
	c.Expose = "full"
	c.Allow.ConcreteModels = true
	c.Server.WebSocket.Enabled = true
	c.Server.WebSocket.Origins = []string{"http://localhost:*", "http://127.0.0.1:*"} // pages that are being written on this machine
	c.Telemetry.Playground = true
}

func up(ctx context.Context, o stack.Options, level *slog.LevelVar, out io.Writer) error {
	s, err := stack.Start(ctx, o)
	if err != nil {
		return err
	}
	defer s.Stop()
	fmt.Fprintf(out, `Ockham is up. Bedrock is simulated: %s answers in its place.

  prompts     %s/api/v1/generate
  admin page  %s

  curl -s %s/api/v1/generate -H 'content-type: application/json' \
    -d '{"prompt": "Summarise in one line: the meeting moved to Monday."}'

Ctrl-C ends it.
`, s.Emulator, s.URL, s.Admin, s.URL)
	level.Set(slog.LevelInfo)
	return s.Wait(ctx)
}
