package envoy

import (
	"errors"
	"fmt"
	"net"
	"strings"
)

// Kubernetes says what differs between deployments of Ockham in a cluster.
type Kubernetes struct {
	Mesh           Mesh
	Sidecar        bool   // Envoy in the same pod, instead of Ockham alone
	Image          string // ockham:VERSION
	EnvoyImage     string
	RoleARN        string // AWS role by IRSA; EKS Pod Identity without
	EnvoyNamespace string // from where Envoys may call; any
	MTLSSecret     string // Secret with tls.crt, tls.key and ca.crt, for mutual TLS with Envoy
	MTLSClient     string // name in Envoy's certificate; any that the CA has signed
	Istio          bool   // in a mesh: a sidecar is injected, and may reach istiod
	Replicas       int    // at least; 2
	MaxReplicas    int    // 10
	Geography      string // jurisdiction that no prompt leaves; us
}

// healthPort is where the Envoy in a pod shows that it is ready.
const healthPort = 9902

func (k Kubernetes) withDefaults() Kubernetes {
	k.Mesh = k.Mesh.withDefaults()
	or(&k.Image, "ockham:latest")
	or(&k.EnvoyImage, "envoyproxy/envoy:distroless-v"+Version())
	or(&k.Replicas, 2)
	or(&k.MaxReplicas, 10)
	or(&k.Geography, "us")
	return k
}

type kubernetesView struct {
	*meshView
	Kubernetes
	Config, Bootstrap string // the files in the ConfigMap
	HealthPort        int
	// What one pod asks for, and may have.
	CPU, Memory, MemoryLimit, GoMemory string
}

// KubernetesYAML renders a Deployment and all that belongs to it.
func KubernetesYAML(k Kubernetes) ([]byte, error) {
	k = k.withDefaults()
	mv, err := newMeshView(k.Mesh)
	if err != nil {
		return nil, err
	}
	v := &kubernetesView{
		meshView: mv, Kubernetes: k, HealthPort: healthPort,
		CPU: "500m", Memory: "256Mi", MemoryLimit: "1Gi", GoMemory: "900MiB",
	}
	if k.MTLSClient != "" && k.MTLSSecret == "" {
		return nil, errors.New("a name of Envoy's certificate needs the Secret with the service's own (mtls-secret)")
	}
	if v.view.WebSocket && !k.Sidecar && v.Host == "" {
		return nil, errors.New("WebSockets need the name of the Envoy through which their requests go (host)")
	}
	v.Config = serviceConfig(v)
	if !k.Sidecar {
		return execute("kubernetes-deployment.yaml.tmpl", v)
	}
	b, err := Bootstrap(v.sidecarParams())
	if err != nil {
		return nil, err
	}
	v.Bootstrap = strings.TrimSpace(string(b))
	return execute("kubernetes-sidecar.yaml.tmpl", v)
}

// sidecarParams are those of the Envoy in the pod.
func (v *kubernetesView) sidecarParams() Params {
	p := v.Envoy
	p.Listen = p.Listen.or("0.0.0.0:8080")
	p.Admin = "127.0.0.1:9901"
	p.Health = Address(fmt.Sprintf("0.0.0.0:%d", healthPort)) // the kubelet's probes come from outside
	p.Processor = "unix:/run/ockham/ockham.sock"
	p.HTTP = "127.0.0.1:8083"
	return p
}

// ListenPort is where clients of the pod's Envoy connect.
func (v *kubernetesView) ListenPort() string {
	_, port, _ := net.SplitHostPort(string(v.sidecarParams().Listen))
	return port
}

// serviceConfig writes Ockham's own configuration for the place.
func serviceConfig(v *kubernetesView) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("server:")
	if v.Sidecar {
		line("  listen: unix:/run/ockham/ockham.sock")
		line("  http: 127.0.0.1:%d", HTTPPort)
	} else {
		line("  listen: 0.0.0.0:%d", GRPCPort)
		line("  http: 0.0.0.0:%d", HTTPPort)
	}
	line("  admin: 0.0.0.0:%d", AdminPort)
	if v.MTLSSecret != "" && !v.Sidecar {
		line("  tls:")
		line("    cert: /etc/ockham-tls/tls.crt")
		line("    key: /etc/ockham-tls/tls.key")
		line("    client_ca: /etc/ockham-tls/ca.crt")
		if v.MTLSClient != "" {
			line("    client_name: %s", quote(v.MTLSClient))
		}
	}
	if v.view.WebSocket {
		line("  websocket: {enabled: true, envoy: %s}", quote(v.socketsGoThrough()))
	}
	if v.Auth != nil {
		line("inputs: {tenant: %s}", TenantHeader)
	}
	line("bedrock:")
	line("  region: %s", v.view.Regions[0].Name)
	if more := v.view.Regions[1:]; len(more) > 0 {
		var names []string
		for _, r := range more {
			names = append(names, r.Name)
		}
		line("  failover: [%s]", strings.Join(names, ", "))
	}
	line("  geography: %s", v.Geography)
	return strings.TrimSpace(b.String())
}

// socketsGoThrough is the Envoy through which requests in a WebSocket go.
func (v *kubernetesView) socketsGoThrough() string {
	if v.Sidecar {
		return "127.0.0.1:" + v.ListenPort()
	}
	return v.Host + ":80"
}
