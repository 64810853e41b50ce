package main

import (
	"errors"

	"github.com/spf13/cobra"

	"ockham/envoy"
	"ockham/internal/config"
)

// newRenderRateLimitCommand writes the budgets for the service that Envoy asks.
func newRenderRateLimitCommand() *cobra.Command {
	var file string
	c := &cobra.Command{
		Use:   "ratelimit",
		Short: "Write the budgets of a configuration for envoyproxy/ratelimit",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			all, err := budgets(file)
			if err != nil {
				return err
			}
			return output(c)(envoy.RateLimitYAML(all))
		},
	}
	c.Flags().StringVarP(&file, "config", "c", "", "configuration file, for its budgets")
	return c
}

// budgets reads the limits on spend of a configuration.
func budgets(file string) ([]envoy.Budget, error) {
	c, err := config.Load(file)
	if err != nil {
		return nil, err
	}
	if len(c.Budgets) == 0 {
		return nil, errors.New("the configuration has no budgets; name it with --config")
	}
	all := make([]envoy.Budget, len(c.Budgets))
	for i, b := range c.Budgets {
		all[i] = envoy.Budget{Name: b.Name, By: b.By, Only: b.Only, USD: b.USD, SoftUSD: b.SoftUSD, Window: b.Window.D()}
	}
	return all, nil
}
