package main

import (
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"ockham/envoy"
)

// meshFlags are the flags of what runs in a cluster.
type meshFlags struct {
	envoy envoyFlags
	mesh  envoy.Mesh
}

func (f *meshFlags) register(s *pflag.FlagSet) {
	f.envoy.registerBedrock(s)
	f.envoy.registerLimits(s)
	s.BoolVar(&f.envoy.p.WebSocket, "websocket", false, "take WebSockets on /api/v1/generate")
	s.StringVar(&f.mesh.Namespace, "namespace", "ockham", "namespace of Ockham")
	s.StringVar(&f.mesh.Name, "name", "ockham", "name of Ockham's Deployment and Service")
}

func (f *meshFlags) params() (envoy.Mesh, error) {
	p, err := f.envoy.params()
	f.mesh.Envoy = p
	return f.mesh, err
}

func newRenderSidecarCommand() *cobra.Command {
	var f meshFlags
	c := &cobra.Command{
		Use:   "istio-sidecar",
		Short: "Write what sends applications' prompts through Ockham in their Istio sidecars",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			m, err := f.params()
			if err != nil {
				return err
			}
			return output(c)(envoy.IstioSidecar(m))
		},
	}
	f.register(c.Flags())
	f.registerIstio(c.Flags(), "default")
	c.Flags().StringVar(&f.envoy.processor, "processor", "", "Ockham's ext_proc service, HOST:PORT of a Service or unix:/path in the pod (default its Service)")
	return c
}

func newRenderGatewayCommand() *cobra.Command {
	var f meshFlags
	c := &cobra.Command{
		Use:   "istio-gateway",
		Short: "Write what sends prompts through Ockham at an Istio ingress gateway",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			m, err := f.params()
			if err != nil {
				return err
			}
			return output(c)(envoy.IstioGateway(m))
		},
	}
	f.register(c.Flags())
	f.registerIstio(c.Flags(), "istio-system")
	f.registerGateway(c.Flags())
	return c
}

func newRenderEnvoyGatewayCommand() *cobra.Command {
	var f meshFlags
	c := &cobra.Command{
		Use:   "envoy-gateway",
		Short: "Write routes and policies for Envoy Gateway",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			m, err := f.params()
			if err != nil {
				return err
			}
			return output(c)(envoy.EnvoyGateway(m))
		},
	}
	f.register(c.Flags())
	f.registerGateway(c.Flags())
	f.envoy.registerJWT(c.Flags())
	c.Flags().StringVar(&f.mesh.Host, "host", "", "name that clients call (default any)")
	c.Flags().StringVar(&f.mesh.GatewayClass, "gateway-class", "eg", "class of the Gateway")
	c.Flags().BoolVar(&f.mesh.APIKeys, "api-keys-secret", false, "clients show API keys of the Secret ockham-api-keys")
	return c
}

func (f *meshFlags) registerIstio(s *pflag.FlagSet, namespace string) {
	s.StringVar(&f.mesh.Host, "host", "", "name that clients call (default: sidecars, Ockham's Service; gateways, any)")
	s.StringVar(&f.mesh.Selector, "selector", "", "labels of the pods whose Envoy gets the filter, KEY=VALUE,...")
	s.StringVar(&f.mesh.FilterNamespace, "filter-namespace", namespace, "namespace of those pods")
}

func (f *meshFlags) registerGateway(s *pflag.FlagSet) {
	s.StringVar(&f.mesh.Gateway, "gateway", "ockham", "name of the Gateway")
	s.StringVar(&f.mesh.TLSSecret, "tls-secret", "", "Secret with the Gateway's certificate; plain text without")
}

func newRenderKubernetesCommand() *cobra.Command {
	var (
		f    meshFlags
		k    envoy.Kubernetes
		form string
	)
	c := &cobra.Command{
		Use:   "kubernetes",
		Short: "Write Ockham's Deployment and all that belongs to it",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if form != "deployment" && form != "sidecar" {
				return fmt.Errorf("--form: %q is neither deployment nor sidecar", form)
			}
			k.Sidecar = form == "sidecar"
			m, err := f.params()
			if err != nil {
				return err
			}
			k.Mesh = m
			return output(c)(envoy.KubernetesYAML(k))
		},
	}
	s := c.Flags()
	f.register(s)
	f.envoy.registerJWT(s)
	s.StringVar(&f.mesh.Host, "host", "", "name of the Envoy through which requests in WebSockets go")
	s.StringVar(&form, "form", "deployment", "deployment: Ockham alone, for Envoys elsewhere; sidecar: with an Envoy in the same pod")
	s.StringVar(&k.Image, "image", "ockham:latest", "Ockham's image")
	s.StringVar(&k.EnvoyImage, "envoy-image", "", "Envoy's image (default envoyproxy/envoy:distroless-v"+envoy.Version()+")")
	s.StringVar(&k.RoleARN, "role-arn", "", "AWS role, by IRSA; EKS Pod Identity without")
	s.StringVar(&k.EnvoyNamespace, "envoy-namespace", "", "namespace from which Envoys may call (default any)")
	s.StringVar(&k.MTLSSecret, "mtls-secret", "", "Secret with tls.crt, tls.key and ca.crt for mutual TLS with Envoy; leave it to the mesh where there is one")
	s.StringVar(&k.Geography, "geography", "us", "jurisdiction that no prompt leaves")
	s.IntVar(&k.Replicas, "replicas", 2, "replicas at least")
	s.IntVar(&k.MaxReplicas, "max-replicas", 10, "replicas at most")
	return c
}

func newRenderComposeCommand() *cobra.Command {
	var (
		images envoy.Compose
		part   string
	)
	c := &cobra.Command{
		Use:   "compose",
		Short: "Write docker-compose.yml, or the Envoy configuration that it mounts",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			switch part {
			case "compose":
				return output(c)(envoy.ComposeYAML(images))
			case "envoy":
				return output(c)(envoy.Bootstrap(envoy.ComposeParams()))
			}
			return fmt.Errorf("--part: %q is neither compose nor envoy", part)
		},
	}
	c.Flags().StringVar(&part, "part", "compose", "compose: docker-compose.yml; envoy: examples/compose/envoy.yaml")
	c.Flags().StringVar(&images.Image, "image", "ockham:latest", "Ockham's image")
	c.Flags().StringVar(&images.EnvoyImage, "envoy-image", "", "Envoy's image, with a shell (default envoyproxy/envoy:v"+envoy.Version()+")")
	return c
}
