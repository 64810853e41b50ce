package doctor

import (
	"slices"
	"strings"
)

// checkHeaders looks at what a listener believes of its clients, and does to their paths.
func checkHeaders(r *report, s *setup, _ Options) {
	for _, m := range s.withFilter() {
		if m.partial {
			continue
		}
		if !m.at("use_remote_address").yes() && !m.mesh() {
			r.add("trusts-clients", m.at("use_remote_address"), "use_remote_address is not true")
		}
		if c := m.at("internal_address_config"); len(c.at("cidr_ranges").list()) > 0 && !m.strips("x-envoy-") {
			r.add("trusts-clients", c, "internal_address_config makes clients internal")
		}
		if !m.strips("x-ockham-") && !m.mesh() {
			r.add("forged-headers", m.at("early_header_mutation_extensions"), "x-ockham-* of clients are not removed")
		}
		action := m.at("path_with_escaped_slashes_action")
		if v := action.text(); v != "" && v != "KEEP_UNCHANGED" && v != "IMPLEMENTATION_SPECIFIC_DEFAULT" {
			r.add("escaped-slashes", action, "path_with_escaped_slashes_action is %s", v)
		}
		if m.at("merge_slashes").yes() {
			r.add("escaped-slashes", m.at("merge_slashes"), "merge_slashes is true")
		}
	}
}

// mesh tells whether the listener is a sidecar's outbound one: its clients are the application itself.
func (m *manager) mesh() bool {
	return m.listener.at("traffic_direction").text() == "OUTBOUND"
}

// strips tells whether clients' headers of a prefix are removed, by the listener or a filter before ours.
func (m *manager) strips(prefix string) bool {
	found := false
	look := func(n node) {
		n.walk(func(n node) {
			if p := n.at("remove_on_match", "key_matcher", "prefix").text(); p != "" && strings.HasPrefix(prefix, p) {
				found = true
			}
		})
	}
	look(m.at("early_header_mutation_extensions"))
	for _, f := range m.filters {
		if f.path == m.filter.path {
			break
		}
		look(f.config())
	}
	return found
}

// The smallest limit that takes what Bedrock takes, and what Envoy has where nothing is said.
const (
	wantBody    = 25_000_000
	envoyBuffer = 1 << 20
)

// checkBodyLimit finds the largest prompt that gets through.
func checkBodyLimit(r *report, s *setup, _ Options) {
	for _, m := range s.withFilter() {
		if m.partial && !m.listener.exists() {
			continue
		}
		limit := m.listener.at("per_connection_buffer_limit_bytes")
		size := limit.number(envoyBuffer)
		if size >= wantBody {
			continue
		}
		if raised := m.routesRaise(); raised < wantBody {
			r.add("body-limit", limit, "prompts above %d bytes are refused", int(max(size, raised)))
		}
	}
}

// routesRaise is the smallest request_body_buffer_limit of all routes on which prompts arrive; 0 when
// one of them has none.
func (m *manager) routesRaise() float64 {
	smallest := 0.0
	for i, rt := range m.arrivals() {
		limit := rt.at("request_body_buffer_limit").number(
			rt.at("per_request_buffer_limit_bytes").number(
				rt.vhost.at("request_body_buffer_limit").number(
					rt.vhost.at("per_request_buffer_limit_bytes").number(0))))
		if i == 0 || limit < smallest {
			smallest = limit
		}
	}
	return smallest
}

// arrivals are the routes on which clients' requests come in: all on which the filter is on, but for
// those that only a planned request can match.
func (m *manager) arrivals() []route {
	var in []route
	for _, rt := range m.routes {
		if rt.enabled && (len(m.routes) == 1 || !strings.HasPrefix(rt.at("match", "prefix").text(), "/model/") || rt.hasDomain("*")) {
			in = append(in, rt)
		}
	}
	return in
}

func (rt route) hasDomain(domain string) bool {
	return slices.ContainsFunc(rt.vhost.at("domains").list(), func(n node) bool { return n.text() == domain })
}
