//go:build mesh

package mesh

import (
	"net"
	"strings"
	"testing"
)

// object is a piece of Envoy's configuration as JSON, with the field names of its protocol buffers.
type object = map[string]any

// places say where the clusters of a mesh are on this machine, by a part of their names.
type places []struct{ name, address string }

// static turns what a control plane would send into a bootstrap: routes inlined, addresses replaced, TLS
// and what only the mesh's own Envoy knows left out.
func static(t *testing.T, listener object, routes map[string]object, clusters []any, at places) []byte {
	t.Helper()
	listener["name"] = "ockham"
	listener["address"] = socket("127.0.0.1:0")
	for _, key := range []string{"bind_to_port", "listener_filters", "listener_filters_timeout", "continue_on_listener_filters_timeout", "access_log", "max_connections_to_accept_per_socket_event"} {
		delete(listener, key)
	}
	for _, m := range managers(listener) {
		inline(t, m, routes)
	}
	var kept []any
	for _, c := range clusters {
		if c := c.(object); place(c, at) {
			kept = append(kept, c)
		}
	}
	return marshal(t, object{
		"admin":            object{"address": socket("127.0.0.1:0")},
		"static_resources": object{"listeners": []any{listener}, "clusters": kept},
	})
}

func socket(address string) object {
	host, port, _ := net.SplitHostPort(address)
	return object{"socket_address": object{"address": host, "port_value": port}}
}

// managers finds the HTTP connection managers of a listener. The chain for TLS is made the default one.
func managers(listener object) []object {
	var found []object
	chains, _ := listener["filter_chains"].([]any)
	if c, ok := listener["default_filter_chain"]; ok {
		chains = append(chains, c)
	}
	for _, chain := range chains {
		chain := chain.(object)
		delete(chain, "transport_socket")
		delete(chain, "filter_chain_match")
		for _, f := range chain["filters"].([]any) {
			if c := f.(object)["typed_config"].(object); c["http_filters"] != nil {
				found = append(found, c)
			}
		}
	}
	return found
}

func inline(t *testing.T, m object, routes map[string]object) {
	t.Helper()
	if rds, ok := m["rds"].(object); ok {
		r, ok := routes[rds["route_config_name"].(string)]
		if !ok {
			t.Fatalf("no route configuration %v", rds["route_config_name"])
		}
		delete(m, "rds")
		m["route_config"] = r
	}
	delete(m, "access_log")
	delete(m, "tracing")
	var kept []any
	for _, f := range m["http_filters"].([]any) {
		if !strings.HasPrefix(f.(object)["name"].(string), "istio.") {
			kept = append(kept, f)
		}
	}
	m["http_filters"] = kept
}

// place moves a cluster to this machine; false where it has no place here.
func place(c object, at places) bool {
	for _, p := range at {
		if !strings.Contains(c["name"].(string), p.name) {
			continue
		}
		for _, key := range []string{
			"eds_cluster_config", "transport_socket", "transport_socket_matches", "cluster_type", "typed_dns_resolver_config",
			"dns_lookup_family", "dns_refresh_rate", "dns_jitter", "respect_dns_ttl", "filters", "metadata",
		} {
			delete(c, key)
		}
		c["type"] = "STATIC"
		c["load_assignment"] = object{"cluster_name": c["name"], "endpoints": []any{
			object{"lb_endpoints": []any{object{"endpoint": object{"address": socket(p.address)}}}},
		}}
		return true
	}
	return false
}
