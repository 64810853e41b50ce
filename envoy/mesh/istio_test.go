//go:build mesh

package mesh

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ockham/envoy"
)

// kube is what Istio must know of Kubernetes: Ockham's Service, and one pod behind it.
const kube = `
apiVersion: v1
kind: Namespace
metadata: {name: ockham}
---
apiVersion: v1
kind: Service
metadata: {name: ockham, namespace: ockham}
spec:
  clusterIP: 10.0.0.1
  selector: {app.kubernetes.io/name: ockham}
  ports:
  - {name: grpc, port: 9002, protocol: TCP, targetPort: 9002}
  - {name: http, port: 80, protocol: TCP, targetPort: 8083}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: ockham-1, namespace: ockham, labels: {kubernetes.io/service-name: ockham}}
addressType: IPv4
endpoints: [{addresses: [10.9.9.9], conditions: {ready: true}}]
ports:
- {name: grpc, port: 9002, protocol: TCP}
- {name: http, port: 8083, protocol: TCP}
`

func TestIstio(t *testing.T) {
	const service = "ockham.ockham.svc.cluster.local"
	tests := map[string]struct {
		render func(envoy.Mesh) ([]byte, error)
		mesh   envoy.Mesh
		proxy  string
		host   string
	}{
		"sidecar":             {envoy.IstioSidecar, envoy.Mesh{}, "sidecar", service},
		"sidecar with socket": {envoy.IstioSidecar, envoy.Mesh{Selector: "app=mail", Envoy: envoy.Params{Processor: "unix:/run/ockham/ockham.sock"}}, "sidecar", service},
		"gateway":             {envoy.IstioGateway, envoy.Mesh{Host: "ai.example.com"}, "router", "ai.example.com"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			tt.mesh.Envoy.Regions = regions()
			rendered, err := tt.render(tt.mesh)
			if err != nil {
				t.Fatal(err)
			}
			listener, routes, clusters := translate(t, rendered, tt.proxy)
			processor, port := serve(t)
			prove(t, static(t, listener, routes, clusters, places{
				{"bedrock-runtime", strings.TrimPrefix(emulated.URL, "http://")},
				{"outbound|9002||" + service, processor},
				{"outbound|80||" + service, port},
				{"ockham", processor},
			}), tt.host)
		})
	}
}

// translate asks Istio's own generator what it would send to a proxy.
func translate(t *testing.T, rendered []byte, proxy string) (listener object, routes map[string]object, clusters []any) {
	t.Helper()
	out := filepath.Join(t.TempDir(), "xds.json")
	run(t, tool(t, "istio-xds"), "-test.run", "TestTranslate",
		"-in", write(t, "istio.yaml", rendered), "-kube", write(t, "kube.yaml", []byte(kube)), "-proxy", proxy, "-out", out)
	data, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	var xds struct {
		Static struct {
			Listeners []object
			Clusters  []any
		} `json:"static_resources"`
		Routes map[string]object
	}
	if err := json.Unmarshal(data, &xds); err != nil {
		t.Fatal(err)
	}
	for _, l := range xds.Static.Listeners {
		if strings.HasPrefix(l["name"].(string), "0.0.0.0_80") {
			return l, xds.Routes, xds.Static.Clusters
		}
	}
	t.Fatalf("Istio made no listener for port 80")
	return nil, nil, nil
}

func TestIstioctlAcceptsTheExamples(t *testing.T) {
	files, err := filepath.Glob("../../examples/istio/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("examples: %v, %d files", err, len(files))
	}
	for _, file := range files {
		run(t, tool(t, "istioctl"), "validate", "-f", file)
	}
}
