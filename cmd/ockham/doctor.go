package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"ockham/envoy/doctor"
)

type doctorFlags struct {
	json         bool
	here         bool
	envoyVersion string
	live         string
	headers      []string
}

// newDoctorCommand finds what is wrong with somebody's configuration.
func newDoctorCommand() *cobra.Command {
	var f doctorFlags
	c := &cobra.Command{
		Use:   "doctor [FILE|URL]",
		Short: "Find what is wrong in the configuration of Envoy or Istio",
		Long: `Reads a bootstrap, a config_dump, resources of Istio or policies of Envoy
Gateway from a file ("-" is standard input), or asks a running Envoy's admin
interface at a URL, and says what is wrong for Ockham. With --live it also sends
requests, none of which reaches a model, and tells each stage. It ends with 0
when nothing is wrong, 1 when something is, and 2 when it cannot read what it
was given.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 && f.live == "" {
				return &statusError{exitUnreadable, errors.New("give a FILE, a URL, or --live URL")}
			}
			return f.run(c, args)
		},
	}
	c.Flags().BoolVar(&f.json, "json", false, "print findings as JSON")
	c.Flags().BoolVar(&f.here, "here", false, "the configuration is for this machine: look for its UNIX sockets")
	c.Flags().StringVar(&f.envoyVersion, "envoy-version", "", "Envoy that is to run the configuration, where it does not say so itself")
	c.Flags().StringVar(&f.live, "live", "", "URL where clients connect, to be tried out")
	c.Flags().StringArrayVar(&f.headers, "header", nil, "header for --live, `'NAME: VALUE'`; repeat for more")
	return c
}

// diagnosis is all that doctor found.
type diagnosis struct {
	Findings []doctor.Finding `json:"findings"`
	Stages   []doctor.Stage   `json:"stages,omitempty"`
}

func (f *doctorFlags) run(c *cobra.Command, args []string) error {
	d := diagnosis{Findings: []doctor.Finding{}}
	if len(args) == 1 {
		findings, err := f.examine(c.Context(), c.InOrStdin(), args[0])
		if err != nil {
			return &statusError{exitUnreadable, err}
		}
		d.Findings = append(d.Findings, findings...)
	}
	if f.live != "" {
		headers, err := parseHeaders(f.headers)
		if err != nil {
			return &statusError{exitUnreadable, err}
		}
		d.Stages = doctor.Live(c.Context(), f.live, headers)
	}
	if err := d.print(c.OutOrStdout(), f.json); err != nil {
		return err
	}
	if !d.healthy() {
		return &statusError{code: exitFindings}
	}
	return nil
}

func (f *doctorFlags) examine(ctx context.Context, stdin io.Reader, from string) ([]doctor.Finding, error) {
	options := doctor.Options{EnvoyVersion: f.envoyVersion}
	if f.here {
		options.Exists = func(path string) bool { _, err := os.Stat(path); return err == nil }
	}
	if strings.HasPrefix(from, "http://") || strings.HasPrefix(from, "https://") {
		running, err := doctor.Fetch(ctx, from)
		if err != nil {
			return nil, fmt.Errorf("asking Envoy's admin interface (see `ockham help render envoy` for --admin): %w", err)
		}
		options.EnvoyVersion = running.Version
		findings, err := doctor.Examine(running.Config, options)
		return append(findings, running.Symptoms()...), err
	}
	data, err := readConfig(stdin, from)
	if err != nil {
		return nil, err
	}
	findings, err := doctor.Examine(data, options)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", from, err)
	}
	return findings, nil
}

func readConfig(stdin io.Reader, from string) ([]byte, error) {
	if from != "-" {
		file, err := os.Open(from)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		stdin = file
	}
	return io.ReadAll(io.LimitReader(stdin, doctor.MaxInput+1))
}

func parseHeaders(list []string) (http.Header, error) {
	h := http.Header{}
	for _, line := range list {
		name, value, ok := strings.Cut(line, ":")
		if !ok || strings.TrimSpace(name) == "" {
			return nil, errors.New(`--header: write "NAME: VALUE"`) // the line may hold a secret
		}
		h.Add(strings.TrimSpace(name), strings.TrimSpace(value))
	}
	return h, nil
}

func (d *diagnosis) healthy() bool {
	for _, s := range d.Stages {
		if !s.OK {
			return false
		}
	}
	return len(d.Findings) == 0
}

func (d *diagnosis) print(w io.Writer, asJSON bool) error {
	if asJSON {
		return printJSON(w, d)
	}
	var b strings.Builder
	for _, s := range d.Stages {
		mark := "ok  "
		if !s.OK {
			mark = "FAIL"
		}
		fmt.Fprintf(&b, "%s  %s (%s): %s\n", mark, s.Name, s.Took.Round(time.Millisecond), s.Told)
	}
	for _, f := range d.Findings {
		fmt.Fprintf(&b, "%s\n  at    %s\n  seen  %s\n  harm  %s\n  fix   %s\n\n", f.Trap, f.Where, f.What, f.Harm, f.Fix)
	}
	switch {
	case len(d.Findings) > 0:
		b.WriteString(plural(len(d.Findings), "finding") + "\n")
	case d.healthy():
		b.WriteString("nothing found\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}
