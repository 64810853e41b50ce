package main

import (
	"errors"
	"time"

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
	c.Flags().StringVarP(&file, "config", "c", "", "Ockham's configuration")
	return c
}

// budgets reads the hard limits of a configuration.
func budgets(file string) ([]envoy.Budget, error) {
	c, err := config.Load(file)
	if err != nil {
		return nil, err
	}
	var all []envoy.Budget
	for _, b := range c.Budgets {
		if b.USD > 0 {
			all = append(all, envoy.Budget{Name: b.Name, By: b.By, Only: b.Only, USD: b.USD, Window: time.Duration(b.Window)})
		}
	}
	if len(all) == 0 {
		return nil, errors.New("the configuration has no budget with a hard limit (usd)")
	}
	return all, nil
}
