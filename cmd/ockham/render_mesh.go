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

// newMeshCommand renders something for a mesh; register adds the flags that only it has.
func newMeshCommand(use, short string, render func(envoy.Mesh) ([]byte, error), register func(*meshFlags, *pflag.FlagSet)) *cobra.Command {
	var f meshFlags
	c := &cobra.Command{
		Use:   use,
		Short: short,
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			m, err := f.params()
			if err != nil {
				return err
			}
			return output(c)(render(m))
		},
	}
	f.register(c.Flags())
	register(&f, c.Flags())
	rare(c.Flags(), "idle-timeout", "max-requests", "message-timeout", "name", "profile")
	return c
}

func newRenderSidecarCommand() *cobra.Command {
	return newMeshCommand("istio-sidecar", "Write what sends prompts through Ockham in Istio sidecars",
		envoy.IstioSidecar, func(f *meshFlags, s *pflag.FlagSet) {
			f.registerIstio(s, "default")
			s.StringVar(&f.envoy.processor, "processor", "", "Ockham's ext_proc service, HOST:PORT of a Service or unix:/path in the pod (default its Service)")
		})
}

func newRenderGatewayCommand() *cobra.Command {
	return newMeshCommand("istio-gateway", "Write what sends prompts through Ockham at an Istio gateway",
		envoy.IstioGateway, func(f *meshFlags, s *pflag.FlagSet) {
			f.registerIstio(s, "istio-system")
			f.registerGateway(s)
		})
}

func newRenderEnvoyGatewayCommand() *cobra.Command {
	return newMeshCommand("envoy-gateway", "Write routes and policies for Envoy Gateway",
		envoy.EnvoyGateway, func(f *meshFlags, s *pflag.FlagSet) {
			f.registerGateway(s)
			f.envoy.registerJWT(s)
			s.StringVar(&f.mesh.Host, "host", "", "name that clients call (default any)")
			s.StringVar(&f.mesh.GatewayClass, "gateway-class", "eg", "class of the Gateway")
			s.BoolVar(&f.mesh.APIKeys, "api-keys-secret", false, "clients show API keys of the Secret ockham-api-keys")
			rare(s, "gateway-class", "jwt-audience", "jwt-claim")
		})
}

func (f *meshFlags) registerIstio(s *pflag.FlagSet, namespace string) {
	s.StringVar(&f.mesh.Host, "host", "", "name that clients call (default for sidecars Ockham's Service, for gateways any)")
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
	s.StringVar(&k.MTLSClient, "mtls-client", "", "name that Envoy's certificate must carry, as spiffe://... or in DNS (default any of the CA)")
	s.BoolVar(&k.Istio, "istio", false, "in an Istio mesh: have a sidecar injected, which encrypts the way to Ockham")
	s.StringVar(&k.Geography, "geography", "us", "jurisdiction that no prompt leaves")
	s.IntVar(&k.Replicas, "replicas", 2, "replicas at least")
	s.IntVar(&k.MaxReplicas, "max-replicas", 10, "replicas at most")
	complete(c, "form", "deployment", "sidecar")
	rare(s, "body-limit", "envoy-image", "envoy-namespace", "host", "idle-timeout", "jwks", "jwt-audience", "jwt-claim", "jwt-issuer",
		"max-requests", "message-timeout", "mtls-client", "mtls-secret", "name", "profile", "websocket")
	return c
}

func newRenderComposeCommand() *cobra.Command {
	var (
		images envoy.Compose
		part   string
	)
	c := &cobra.Command{
		Use:   "compose",
		Short: "Write docker-compose.yml, or the Envoy file that it mounts",
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
	complete(c, "part", "compose", "envoy")
	c.Flags().StringVar(&images.Image, "image", "ockham:latest", "Ockham's image")
	c.Flags().StringVar(&images.EnvoyImage, "envoy-image", "", "Envoy's image, with a shell (default envoyproxy/envoy:v"+envoy.Version()+")")
	return c
}
