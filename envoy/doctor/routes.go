package doctor

import (
	"strings"
	"time"
)

// longestHold is how long an answer may be held, all attempts together.
const longestHold = 2 * time.Minute

// checkRoutes looks at the routes that prompts take.
func checkRoutes(r *report, s *setup, _ Options) {
	for _, m := range s.withFilter() {
		checkIdle(r, m)
		for _, rt := range m.prompts() {
			checkTimes(r, m, rt)
			checkRetries(r, rt)
			checkRewrites(r, m, rt)
			checkUpgrade(r, m, rt)
		}
		for _, rt := range m.routes {
			checkHTTPPort(r, rt)
		}
		if len(m.routes) > 0 && !m.partial && !m.leadsToModels() {
			r.add("no-model-route", m.at("route_config"), "no route with the filter on matches /model/")
		}
	}
}

func checkIdle(r *report, m *manager) {
	if t := m.at("stream_idle_timeout"); t.exists() && short(t.duration(0)) {
		r.add("idle-timeout", t, "stream_idle_timeout is %s", t.text())
	}
	if t := m.at("common_http_protocol_options", "max_stream_duration"); t.duration(0) > 0 {
		r.add("stream-duration", t, "max_stream_duration is %s", t.text())
	}
}

// short tells whether a time ends a hold; 0 is none.
func short(d time.Duration) bool { return d > 0 && d < longestHold }

func checkTimes(r *report, m *manager, rt route) {
	action := rt.at("route")
	if t := action.at("timeout"); (t.exists() || !m.partial) && t.duration(15*time.Second) != 0 && !m.limitsStandOn(rt) {
		r.add("route-timeout", t, "the route's timeout is %s", t.or("left at Envoy's 15 s"))
	}
	if t := action.at("idle_timeout"); short(t.duration(0)) {
		r.add("idle-timeout", t, "the route's idle_timeout is %s", t.text())
	}
	if t := action.at("max_stream_duration", "max_stream_duration"); t.duration(0) > 0 {
		r.add("stream-duration", t, "max_stream_duration is %s", t.text())
	}
}

// limitsStandOn tells whether a route's timeout has to do what Ockham's deadline cannot: where Envoy drops
// its x-envoy-* headers. It must be longer than all attempts together.
func (m *manager) limitsStandOn(rt route) bool {
	rules := m.filter.config().at("mutation_rules", "allow_envoy").yes()
	return !rules && rewritesHost(rt) && rt.at("route", "timeout").duration(0) > longestHold
}

func checkRetries(r *report, rt route) {
	for _, p := range []node{rt.at("route", "retry_policy"), rt.vhost.at("retry_policy")} {
		if p.exists() && p.at("num_retries").number(1) > 0 && (p.at("retry_on").text() != "" || p.at("retry_priority").exists()) {
			r.add("retry-policy", p, "requests are retried on %s", p.at("retry_on").text())
		}
	}
	for _, p := range []node{rt.at("route", "hedge_policy"), rt.vhost.at("hedge_policy")} {
		if p.exists() {
			r.add("retry-policy", p, "requests are hedged")
		}
	}
}

// signedHeaders are those that a route must leave alone.
var signedHeaders = []string{"host", ":authority", "authorization", "content-type", "x-amz-"}

func checkRewrites(r *report, m *manager, rt route) {
	action := rt.at("route")
	for _, field := range []string{"prefix_rewrite", "regex_rewrite", "path_rewrite", "path_rewrite_policy"} {
		if action.at(field).exists() {
			r.add("path-rewrite", action.at(field), "the route changes the path by %s", field)
		}
	}
	if rewritesHost(rt) && m.filter.config().at("mutation_rules", "allow_all_routing").yes() {
		r.add("host-rewrite", action, "the route writes the host itself")
	}
	if action.at("cluster_header").exists() && !m.strips(action.at("cluster_header").text()) {
		r.add("cluster-header", action.at("cluster_header"), "the cluster is named by the header %s", action.at("cluster_header").text())
	}
	for _, scope := range []node{rt.node, rt.vhost, rt.config} {
		for _, h := range scope.at("request_headers_to_add").list() {
			checkSigned(r, h, h.at("header", "key").text())
		}
		for _, h := range scope.at("request_headers_to_remove").list() {
			checkSigned(r, h, h.text())
		}
	}
}

func checkSigned(r *report, at node, name string) {
	for _, signed := range signedHeaders {
		if strings.HasPrefix(strings.ToLower(name), signed) {
			r.add("signed-header", at, "the route changes %s after it was signed", name)
		}
	}
}

// checkUpgrade finds WebSockets that run into the filter, which waits for the end of a body then.
func checkUpgrade(r *report, m *manager, rt route) {
	for _, u := range append(rt.at("route", "upgrade_configs").list(), m.at("upgrade_configs").list()...) {
		on := u.at("enabled").or("true") == "true"
		if on && rt.takes("/api/v1/generate") && strings.EqualFold(u.at("upgrade_type").text(), "websocket") && !m.mesh() && !m.offers(rt) {
			r.add("websocket", u, "a route takes WebSockets with the filter on")
		}
	}
}

// takes tells whether a route may match a path.
func (rt route) takes(path string) bool {
	match := rt.at("match")
	prefix := match.at("prefix").or(match.at("path_separated_prefix").text())
	return match.at("path").text() == path || prefix != "" && strings.HasPrefix(path, prefix) || match.at("safe_regex").exists()
}

// offers tells whether a route before rt takes the upgrades, with the filter off.
func (m *manager) offers(rt route) bool {
	for _, other := range m.routes {
		if other.path == rt.path {
			return false
		}
		for _, h := range other.at("match", "headers").list() {
			if !other.enabled && strings.EqualFold(h.at("name").text(), "upgrade") {
				return true
			}
		}
	}
	return false
}

// checkHTTPPort finds Ockham's own pages behind the filter.
func checkHTTPPort(r *report, rt route) {
	match := rt.at("match")
	path := match.at("path").or(match.at("prefix").or(match.at("path_separated_prefix").text()))
	for _, own := range []string{"/api/v1/explain", "/api/v1/feedback", "/v1/models"} {
		if path == own && rt.enabled && rt.at("route").exists() {
			r.add("filter-on-http-port", rt.node, "the filter is on for %s", own)
		}
	}
}

// leadsToModels tells whether a planned request finds a route.
func (m *manager) leadsToModels() bool {
	for _, rt := range m.prompts() {
		match := rt.at("match")
		switch prefix := match.at("prefix").or(match.at("path_separated_prefix").text()); {
		case strings.HasPrefix("/model/", prefix) && prefix != "", strings.HasPrefix(prefix, "/model"), match.at("safe_regex").exists():
			return true
		}
	}
	return false
}
