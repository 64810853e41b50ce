// Package istio turns Istio's resources into the configuration of one Envoy, by Istio's own generator.
// It is a module of its own, because Istio's dependencies would be ours otherwise.
package istio

import (
	"flag"
	"os"
	"testing"

	bootstrap "github.com/envoyproxy/go-control-plane/envoy/config/bootstrap/v3"
	cluster "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	endpoint "github.com/envoyproxy/go-control-plane/envoy/config/endpoint/v3"
	route "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"istio.io/istio/pilot/pkg/model"
	"istio.io/istio/pilot/test/xds"
)

var (
	in    = flag.String("in", "", "Istio's resources, YAML")
	kube  = flag.String("kube", "", "Kubernetes' resources, YAML")
	out   = flag.String("out", "", "where the bootstrap goes, JSON")
	proxy = flag.String("proxy", "sidecar", "sidecar or router")
)

// TestTranslate writes what Istio would send to one proxy: all listeners, routes and clusters, as a
// bootstrap without control plane.
func TestTranslate(t *testing.T) {
	s := xds.NewFakeDiscoveryServer(t, xds.FakeOptions{ConfigString: read(t, *in), KubernetesObjectString: read(t, *kube)})
	p := s.SetupProxy(node())
	routes := map[string]*route.RouteConfiguration{}
	for _, r := range s.Routes(p) {
		routes[r.Name] = r
	}
	endpoints := map[string]*endpoint.ClusterLoadAssignment{}
	for _, e := range s.Endpoints(p) {
		endpoints[e.ClusterName] = e
	}
	static := &bootstrap.Bootstrap_StaticResources{}
	static.Listeners = s.Listeners(p)
	for _, c := range s.Clusters(p) {
		static.Clusters = append(static.Clusters, withEndpoints(c, endpoints))
	}
	write(t, static, routes)
}

func node() *model.Proxy {
	if *proxy == "router" {
		return &model.Proxy{
			Type: model.Router, ConfigNamespace: "istio-system", IPAddresses: []string{"10.3.3.3"},
			Labels:   map[string]string{"istio": "ingressgateway"},
			Metadata: &model.NodeMetadata{Namespace: "istio-system", Labels: map[string]string{"istio": "ingressgateway"}},
		}
	}
	return &model.Proxy{
		Type: model.SidecarProxy, ConfigNamespace: "default", IPAddresses: []string{"10.3.3.3"},
		Labels:   map[string]string{"app": "mail"},
		Metadata: &model.NodeMetadata{Namespace: "default", Labels: map[string]string{"app": "mail"}},
	}
}

// withEndpoints puts into a cluster what Envoy would ask the control plane for.
func withEndpoints(c *cluster.Cluster, endpoints map[string]*endpoint.ClusterLoadAssignment) *cluster.Cluster {
	if c.EdsClusterConfig == nil {
		return c
	}
	c.ClusterDiscoveryType = &cluster.Cluster_Type{Type: cluster.Cluster_STATIC}
	c.EdsClusterConfig = nil
	c.LoadAssignment = endpoints[c.Name]
	if c.LoadAssignment == nil {
		c.LoadAssignment = &endpoint.ClusterLoadAssignment{ClusterName: c.Name}
	}
	return c
}

// write puts the routes beside the bootstrap: whoever runs it inlines them.
func write(t *testing.T, static *bootstrap.Bootstrap_StaticResources, routes map[string]*route.RouteConfiguration) {
	t.Helper()
	all := `{"static_resources":` + marshal(t, static) + `,"routes":{`
	comma := ""
	for name, r := range routes {
		all += comma + `"` + name + `":` + marshal(t, r)
		comma = ","
	}
	if err := os.WriteFile(*out, []byte(all+"}}"), 0o600); err != nil {
		t.Fatal(err)
	}
}

func marshal(t *testing.T, m proto.Message) string {
	t.Helper()
	b, err := protojson.MarshalOptions{UseProtoNames: true}.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func read(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
