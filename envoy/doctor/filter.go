package doctor

import (
	"strings"
	"time"
)

// required is the one processing mode.
var required = []struct{ trap, field, absent, want string }{
	{"mode-request-headers", "request_header_mode", "SEND", "SEND"},
	{"mode-request-body", "request_body_mode", "NONE", "BUFFERED"},
	{"mode-request-trailers", "request_trailer_mode", "SKIP", "SKIP"},
	{"mode-response-headers", "response_header_mode", "SEND", "SEND"},
	{"mode-response-body", "response_body_mode", "NONE", "FULL_DUPLEX_STREAMED"},
	{"mode-response-trailers", "response_trailer_mode", "SKIP", "SEND"},
}

// checkModes compares the processing mode, and what routes change of it.
func checkModes(r *report, s *setup, _ Options) {
	for _, m := range s.withFilter() {
		c := m.filter.config()
		checkMode(r, c.at("processing_mode"))
		if c.at("allow_mode_override").yes() {
			r.add("mode-override", c.at("allow_mode_override"), "answers of the service may change the mode")
		}
		for _, field := range []string{"observability_mode", "send_body_without_waiting_for_header_response"} {
			if c.at(field).yes() {
				r.add("mode-observability", c.at(field), "%s is on", field)
			}
		}
		for _, o := range m.overrides() {
			if mode := o.at("processing_mode"); mode.exists() {
				checkMode(r, mode)
			}
		}
	}
}

func checkMode(r *report, mode node) {
	for _, q := range required {
		got := mode.at(q.field).or(q.absent)
		if got == "DEFAULT" {
			got = q.absent
		}
		if got != q.want {
			r.add(q.trap, node{mode.value, mode.path + "." + q.field}, "%s is %s", q.field, got)
		}
	}
}

// overrides are what routes change of the filter.
func (m *manager) overrides() []node {
	var all []node
	for _, rt := range m.routes {
		for _, scope := range []node{rt.config, rt.vhost, rt.node} {
			per := scope.at("typed_per_filter_config", m.filter.at("name").text())
			if per.typeName() == "FilterConfig" {
				per = per.at("config")
			}
			if o := per.at("overrides"); o.exists() {
				all = append(all, o)
			}
		}
	}
	return all
}

// checkSafety finds what lets a request or an answer through that must not pass.
func checkSafety(r *report, s *setup, _ Options) {
	for _, m := range s.withFilter() {
		c := m.filter.config()
		for _, scope := range append(m.overrides(), c) {
			if scope.at("failure_mode_allow").yes() {
				r.add("fail-open", scope.at("failure_mode_allow"), "failure_mode_allow is true")
			}
		}
		if c.at("disable_immediate_response").yes() {
			r.add("no-immediate-response", c.at("disable_immediate_response"), "disable_immediate_response is true")
		}
		if c.at("allow_content_length_header").yes() {
			r.add("content-length", c.at("allow_content_length_header"), "allow_content_length_header is true")
		}
		if c.at("disable_clear_route_cache").yes() || c.at("route_cache_action").text() == "RETAIN" {
			r.add("route-kept", c, "the service may not clear the route")
		}
		if c.at("disable_clear_route_cache").yes() && c.at("route_cache_action").or("DEFAULT") != "DEFAULT" {
			r.add("route-cache-both", c, "disable_clear_route_cache and route_cache_action are both set")
		}
		checkMutationRules(r, m)
	}
}

// checkMutationRules: without rules the documented mode holds, in which the route rewrites the host.
func checkMutationRules(r *report, m *manager) {
	rules := m.filter.config().at("mutation_rules")
	at := node{rules.value, rules.path}
	switch {
	case rules.at("disallow_all").yes():
		r.add("mutation-rules", at, "disallow_all forbids every change")
	case rules.at("disallow_system").yes():
		r.add("mutation-rules", at, "disallow_system forbids to change the path")
	case rules.at("disallow_expression").exists():
		r.add("mutation-rules", at, "disallow_expression forbids some changes")
	case rules.at("disallow_is_error").yes():
		r.add("mutation-rules", at, "disallow_is_error fails whole requests for a header")
	case !rules.at("allow_all_routing").yes() && !m.rewritesHosts():
		r.add("mutation-rules", at, "allow_all_routing is not true, and the routes do not rewrite the host")
	case !rules.at("allow_envoy").yes() && !m.rewritesHosts():
		r.add("mutation-rules", at, "allow_envoy is not true")
	}
}

// rewritesHosts tells whether every prompt's route writes the authority itself.
func (m *manager) rewritesHosts() bool {
	for _, rt := range m.prompts() {
		if !rewritesHost(rt) {
			return false
		}
	}
	return len(m.prompts()) > 0
}

func rewritesHost(rt route) bool {
	for _, field := range []string{"host_rewrite_literal", "host_rewrite_header", "host_rewrite_path_regex", "auto_host_rewrite"} {
		if v := rt.at("route", field); v.exists() && v.text() != "false" {
			return true
		}
	}
	return false
}

// checkFilterLimits looks at the times that the filter itself allows.
func checkFilterLimits(r *report, s *setup, _ Options) {
	for _, m := range s.withFilter() {
		c := m.filter.config()
		for _, scope := range append(m.overrides(), c) {
			t := scope.at("grpc_service", "timeout")
			if t.duration(0) > 0 {
				r.add("grpc-timeout", t, "grpc_service.timeout is %s", t.text())
			}
			if scope.at("grpc_service", "google_grpc").exists() {
				r.add("google-grpc", scope.at("grpc_service"), "the service is called by google_grpc")
			}
		}
		if t := c.at("message_timeout"); t.duration(200*time.Millisecond) < 5*time.Second {
			r.add("message-timeout", t, "message_timeout is %s", t.or("left at Envoy's 200 ms"))
		}
	}
}

// checkAttributes looks at what the service is told, and may tell.
func checkAttributes(r *report, s *setup, _ Options) {
	for _, m := range s.withFilter() {
		c := m.filter.config()
		if !has(c.at("request_attributes"), "xds.route_name") {
			r.add("request-attributes", c.at("request_attributes"), "xds.route_name is not sent")
		}
		checkResponseAttributes(r, c.at("response_attributes"))
		receiving := c.at("metadata_options", "receiving_namespaces", "untyped")
		if !has(receiving, "ockham") {
			r.add("metadata", receiving, "the service's metadata is not received")
		}
		if allowed := c.at("forward_rules", "allowed_headers"); allowed.exists() {
			checkAllowed(r, allowed)
		}
	}
}

// checkResponseAttributes looks for what tells Bedrock's answers from Envoy's own, and where they came from.
func checkResponseAttributes(r *report, sent node) {
	for _, name := range []string{"response.code_details", "response.flags", "request.host"} {
		if !has(sent, name) {
			r.add("response-attributes", sent, "%s is not sent", name)
		}
	}
}

// checkAllowed: a list of allowed headers must hold those that Ockham reads.
func checkAllowed(r *report, allowed node) {
	for _, name := range []string{":path", ":method", ":authority", "content-type", "content-length", "x-request-id", ":status"} {
		if !matches(allowed.at("patterns"), name) {
			r.add("forward-rules", allowed, "%s is not forwarded", name)
		}
	}
}

// matches tells whether one of a list of string matchers may fit a name.
func matches(patterns node, name string) bool {
	for _, p := range patterns.list() {
		prefix := p.at("prefix")
		if p.at("exact").text() == name || p.at("safe_regex").exists() || prefix.exists() && strings.HasPrefix(name, prefix.text()) {
			return true
		}
	}
	return false
}

func has(list node, value string) bool {
	for _, n := range list.list() {
		if n.text() == value {
			return true
		}
	}
	return false
}
