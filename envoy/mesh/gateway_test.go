//go:build mesh

package mesh

import (
	"fmt"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"ockham/envoy"
)

// services is what Envoy Gateway must know of Kubernetes.
const services = `
---
apiVersion: v1
kind: Namespace
metadata: {name: ockham}
---
apiVersion: v1
kind: Service
metadata: {name: ockham, namespace: ockham}
spec:
  clusterIP: 10.0.0.1
  ports:
  - {name: grpc, port: 9002, protocol: TCP, targetPort: 9002, appProtocol: kubernetes.io/h2c}
  - {name: http, port: 80, protocol: TCP, targetPort: 8083}
`

func TestEnvoyGateway(t *testing.T) {
	rendered, err := envoy.EnvoyGateway(envoy.Mesh{Host: "ai.example.com", Envoy: envoy.Params{Regions: regions()}})
	if err != nil {
		t.Fatal(err)
	}
	file := write(t, "gateway.yaml", append(rendered, services...))
	out := run(t, tool(t, "egctl"), "x", "translate", "--from", "gateway-api", "--to", "xds,gateway-api", "-o", "yaml", "-f", file)
	listener, routes, clusters := dumped(t, out)
	processor, port := serve(t)
	prove(t, static(t, listener, routes, clusters, places{
		{"bedrock-us-east-1", strings.TrimPrefix(emulated.URL, "http://")}, {"envoyextensionpolicy", processor}, {"ockham-http", port},
	}), "ai.example.com")
}

// dumped reads egctl's output, in which every policy must have been accepted.
func dumped(t *testing.T, out []byte) (listener object, routes map[string]object, clusters []any) {
	t.Helper()
	if text := string(out); strings.Contains(text, `status: "False"`) {
		t.Fatalf("Envoy Gateway refuses a part:\n%s", text)
	}
	var all struct {
		XDS map[string]struct{ Configs []object } `yaml:"xds"`
	}
	d := yaml.NewDecoder(strings.NewReader(string(out)))
	for all.XDS == nil {
		if err := d.Decode(&all); err != nil {
			t.Fatalf("egctl printed no xDS: %v", err)
		}
	}
	routes = map[string]object{}
	for _, c := range all.XDS["ockham/ockham"].Configs {
		c = snake(c).(object)
		for _, entry := range list(c, "dynamic_active_clusters") {
			clusters = append(clusters, entry["cluster"])
		}
		for _, entry := range list(c, "dynamic_listeners") {
			if l := entry["active_state"].(object)["listener"].(object); l["name"] == "ockham/ockham/http" {
				listener = l
			}
		}
		for _, entry := range list(c, "dynamic_route_configs") {
			r := entry["route_config"].(object)
			routes[r["name"].(string)] = r
		}
	}
	return listener, routes, clusters
}

func list(o object, key string) []object {
	var all []object
	entries, _ := o[key].([]any)
	for _, e := range entries {
		all = append(all, e.(object))
	}
	return all
}

// snake names fields as Envoy's protocol buffers do; keys that are names stay.
func snake(v any) any {
	switch v := v.(type) {
	case map[string]any:
		m := object{}
		for key, value := range v {
			m[snakeKey(key)] = snake(value)
		}
		if strings.Contains(fmt.Sprint(m["@type"]), "envoy.config.") && m["config"] == nil {
			delete(m, "@type") // a resource; in a bootstrap its type is known
		}
		return m
	case []any:
		for i := range v {
			v[i] = snake(v[i])
		}
	}
	return v
}

func snakeKey(key string) string {
	if strings.ContainsAny(key, "./@:-") {
		return key
	}
	var b strings.Builder
	for _, r := range key {
		if r >= 'A' && r <= 'Z' {
			b.WriteByte('_')
			r += 'a' - 'A'
		}
		b.WriteRune(r)
	}
	return strings.ReplaceAll(b.String(), "consecutive5xx", "consecutive_5xx")
}
