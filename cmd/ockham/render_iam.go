package main

import (
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"ockham/envoy/iam"
	"ockham/internal/config"
)

// newRenderIAMCommand writes the AWS policy that a configuration needs, and no more.
func newRenderIAMCommand() *cobra.Command {
	var file, account string
	c := &cobra.Command{
		Use:   "iam",
		Short: "Write the AWS policy that a configuration needs, and no more",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			conf, err := config.Load(file)
			if err != nil {
				return err
			}
			need, err := needs(conf)
			if err != nil {
				return err
			}
			need.Account = account
			return output(c)(iam.Policy(need))
		},
	}
	c.Flags().StringVarP(&file, "config", "c", "", configHelp)
	c.Flags().StringVar(&account, "account", "", "AWS account of the inference profiles (default any)")
	return c
}

// needs lists the models that a configuration may call, and the guardrails it sends along.
func needs(c *config.Config) (iam.Need, error) {
	n := iam.Need{
		Regions: append([]string{c.Bedrock.Region}, c.Bedrock.Failover...),
		Bearer:  c.Bedrock.Signing == "bearer",
	}
	for _, name := range used(c) {
		r, err := c.Resolve(name)
		if err != nil {
			return n, err
		}
		m := iam.Model{ID: r.Model.ID, Geography: r.Geography}
		if r.Bedrock != nil {
			m.Foundation, m.Count = r.Bedrock.ID, r.Bedrock.CountTokens
		}
		n.Models = append(n.Models, m)
	}
	n.Guardrails = guardrails(c)
	return n, nil
}

// used names the models of all pipes, and those of the operator and the judge.
func used(c *config.Config) []string {
	names := map[string]bool{}
	for _, pipe := range c.Pipes {
		for _, m := range pipe.Models {
			names[m] = true
		}
	}
	for _, m := range append(c.ModelNames(), c.Judge.Model) {
		if m != "" {
			names[m] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

func guardrails(c *config.Config) []string {
	ids := map[string]bool{}
	add := func(g *config.Guardrail) {
		if g != nil {
			ids[g.ID] = true
		}
	}
	for _, m := range c.Models {
		add(m.Guardrail)
	}
	for _, p := range c.Pipes {
		add(p.Guardrail)
	}
	for _, r := range c.Routes {
		add(r.Guardrail)
	}
	return slices.Sorted(maps.Keys(ids))
}
