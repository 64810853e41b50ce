package main

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"text/template"

	"github.com/spf13/cobra"

	"ockham/internal/config"
)

//go:embed init.yaml.tmpl
var initTemplate string

// places are where the service can stand, each with what is to be done after init.
var places = map[string]string{
	"envoy": `  ockham serve --config %[1]s                     # the service, on loopback; in another terminal:
  ockham render envoy --http 127.0.0.1:8083 > envoy.yaml && envoy -c envoy.yaml`,
	"sidecar": `  ockham serve --config %[1]s                     # the service, on its socket; in another terminal:
  ockham render envoy --processor unix:/run/ockham/ockham.sock --http 127.0.0.1:8083 > envoy.yaml && envoy -c envoy.yaml`,
	"kubernetes": `  ockham render kubernetes > ockham.k8s.yaml           # put %[1]s in place of its ConfigMap's text
  ockham render istio-sidecar, istio-gateway or envoy-gateway for the Envoys that are to ask it`,
}

// starter is what the configuration is written from.
type starter struct {
	File, Place, Region, Geography string
	Models                         []starterModel
	Green, Purple                  []string
	Attempts                       int
}

type starterModel struct {
	Name, ID string
	In, Out  float64
}

func newInitCommand() *cobra.Command {
	s := starter{}
	var models []string
	var force bool
	c := &cobra.Command{
		Use:   "init [FILE]",
		Short: "Write a commented configuration to start from",
		Long: "Writes a commented configuration for the chosen models and place, ockham.yaml by\n" +
			"default (- is standard output), and tells what to do next. Models are haiku,\n" +
			"sonnet, opus or ids of the catalogue, cheapest first: the green pipe gets all of\n" +
			"them, the purple one all but the first.",
		Example: "  ockham init\n  ockham init --region eu-central-1 \\\n      --models amazon.nova-micro-v1:0,amazon.nova-pro-v1:0 --place sidecar",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			file := append(args, "ockham.yaml")[0]
			if s.File = file; file == "-" {
				s.File = "ockham.yaml"
			}
			text, err := s.render(models)
			if err != nil {
				return err
			}
			if file == "-" {
				_, err = c.OutOrStdout().Write(text)
				return err
			}
			if err := create(file, text, force); err != nil {
				return err
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "%s is written. Next:\n\n  ockham check %[1]s\n  ockham explain --config %[1]s \"a prompt\"\n"+places[s.Place]+"\n", file)
			return err
		},
	}
	c.Flags().StringSliceVar(&models, "models", []string{"haiku", "sonnet", "opus"}, "models, cheapest first")
	c.Flags().StringVar(&s.Region, "region", "us-east-1", "AWS region of Bedrock")
	c.Flags().StringVar(&s.Geography, "geography", "", "jurisdiction that no prompt leaves (default that of the region)")
	c.Flags().StringVar(&s.Place, "place", "envoy", "envoy: on loopback beside it; sidecar: on a UNIX socket; kubernetes: a Service of its own")
	c.Flags().BoolVar(&force, "force", false, "write over a file that is there")
	complete(c, "place", "envoy", "sidecar", "kubernetes")
	complete(c, "geography", "us", "eu", "apac", "au", "jp", "us-gov", "global")
	return c
}

// render writes the configuration's text, of which it has made sure that the service takes it.
func (s *starter) render(models []string) ([]byte, error) {
	if _, ok := places[s.Place]; !ok {
		return nil, fmt.Errorf("--place %s: there are envoy, sidecar and kubernetes", s.Place)
	}
	if s.Geography == "" {
		s.Geography = config.GeographyOf(s.Region)
	}
	if s.Geography == "" {
		return nil, fmt.Errorf("--region %s: not a region whose geography is known; say it with --geography (us, eu, apac, au, jp, us-gov or global)", s.Region)
	}
	if err := s.pick(models); err != nil {
		return nil, err
	}
	t := template.Must(template.New("init").Funcs(template.FuncMap{
		"join": func(names []string) string { return strings.Join(names, ", ") },
	}).Parse(initTemplate))
	var text bytes.Buffer
	if err := t.Execute(&text, s); err != nil {
		return nil, err
	}
	_, err := config.LoadText(s.File, text.Bytes())
	return text.Bytes(), err
}

func (s *starter) pick(models []string) error {
	if len(models) == 0 {
		return errors.New("--models: name at least one, cheapest first")
	}
	c := config.Default()
	c.Bedrock.Region, c.Bedrock.Geography = s.Region, s.Geography
	for _, id := range models {
		r, err := c.Resolve(strings.TrimSpace(id))
		if err != nil {
			return fmt.Errorf("--models: %w (ids: docs/reference/models.md)", err)
		}
		name := shortName(r.Bedrock.ID, s.Green)
		s.Models = append(s.Models, starterModel{name, r.Model.ID, r.Model.Price.In, r.Model.Price.Out})
		s.Green = append(s.Green, name)
	}
	s.Purple = s.Green[min(1, len(s.Green)-1):]
	s.Attempts = min(c.Cascade.Attempts, len(s.Green)+1) // one to spare: another region, or a repair
	return nil
}

// shortName makes of a catalogue id what people call the model, "haiku" or "nova-micro"; of two versions the
// second keeps its number.
func shortName(id string, taken []string) string {
	_, name, _ := strings.Cut(id, ".")
	name, _, _ = strings.Cut(name, ":")
	name = strings.TrimSuffix(strings.TrimSuffix(strings.TrimPrefix(name, "claude-"), "-v1"), "-instruct")
	for _, known := range []string{"haiku", "sonnet", "opus", "fable"} {
		if strings.HasPrefix(name, known) && !slices.Contains(taken, known) {
			return known
		}
	}
	return name
}

// create writes a file that must not be there yet, unless it may be written over.
func create(path string, text []byte, force bool) error {
	flags := os.O_WRONLY | os.O_CREATE | os.O_EXCL
	if force {
		flags = os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	}
	f, err := os.OpenFile(path, flags, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s is there already; name another file, or say --force to write over it", path)
	}
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Close())
}
