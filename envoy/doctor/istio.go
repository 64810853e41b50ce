package doctor

import (
	"strings"
	"time"
)

// patch is one of an EnvoyFilter's.
type patch struct {
	node
	value node
}

func (p patch) to() string        { return p.at("applyTo").text() }
func (p patch) operation() string { return p.at("patch", "operation").text() }

// patches are those of all EnvoyFilters.
func (s *setup) patches() []patch {
	var all []patch
	for _, d := range s.istio {
		if d.at("kind").text() != "EnvoyFilter" {
			continue
		}
		for _, p := range d.at("spec", "configPatches").list() {
			p.path = "EnvoyFilter " + d.at("metadata", "name").text() + p.path
			v := p.at("patch", "value")
			all = append(all, patch{p, node{snake(v.value), v.path}})
		}
	}
	return all
}

// takePatches reads what EnvoyFilters add as parts of one listener, which is what they are for.
func (s *setup) takePatches() {
	var m *manager
	all := s.patches()
	for _, p := range all {
		if p.to() == "HTTP_FILTER" && isProcessor(p.value) {
			if m == nil {
				m = &manager{partial: true}
			}
			m.filters = append(m.filters, p.value)
		}
	}
	if m == nil {
		return
	}
	m.find()
	for _, p := range all {
		switch p.to() {
		case "CLUSTER":
			if p.operation() == "ADD" {
				s.takeCluster(p.value)
			}
		case "LISTENER":
			m.listener = p.value
		case "NETWORK_FILTER":
			m.node = p.value.config()
		case "HTTP_ROUTE":
			m.routes = append(m.routes, route{node: p.value, enabled: m.enabled(p.value)})
		case "VIRTUAL_HOST":
			m.routes = append(m.routes, route{node: node{path: p.value.path}, vhost: p.value, enabled: m.enabled(p.value)})
		}
	}
	s.managers = append(s.managers, m)
}

// checkIstio looks at the placement that EnvoyFilters ask for, and at the resources around them.
func checkIstio(r *report, s *setup, _ Options) {
	raised := false
	for _, p := range s.patches() {
		if p.to() == "HTTP_FILTER" && isProcessor(p.value) {
			checkPatchPlace(r, p)
		}
		limit := p.value.at("per_connection_buffer_limit_bytes").number(p.value.at("request_body_buffer_limit").number(0))
		raised = raised || limit >= wantBody
	}
	for _, m := range s.withFilter() {
		if m.partial && !raised {
			r.add("body-limit", m.filter, "no patch raises the buffer limit; prompts above %d bytes are refused", envoyBuffer)
		}
	}
	for _, d := range s.istio {
		switch kind := d.at("kind").text(); kind {
		case "VirtualService":
			checkVirtualService(r, d)
		case "ServiceEntry":
			checkServiceEntry(r, d)
		case "DestinationRule":
			checkDestinationRule(r, d)
		}
	}
}

func checkPatchPlace(r *report, p patch) {
	c := p.at("match", "context").text()
	if c == "" || c == "ANY" {
		r.add("istio-context", p.at("match"), "the patch applies to inbound and outbound listeners and gateways alike")
	}
	sub := p.at("match", "listener", "filterChain", "filter", "subFilter", "name").text()
	switch op := p.operation(); {
	case op == "INSERT_FIRST", op == "INSERT_BEFORE" && sub == "":
		r.add("auth-after", p.at("patch"), "the filter is put before every other, authentication too")
	case op == "ADD", op == "INSERT_AFTER" && sub == "envoy.filters.http.router":
		r.add("after-router", p.at("patch"), "the filter is put behind the router")
	}
}

// aboutBedrock tells whether hosts of a resource are Bedrock's.
func aboutBedrock(d node) bool {
	hosts := append(d.at("spec", "hosts").list(), d.at("spec", "host"))
	for _, http := range d.at("spec", "http").list() {
		for _, to := range http.at("route").list() {
			hosts = append(hosts, to.at("destination", "host"))
		}
	}
	for _, h := range hosts {
		if strings.Contains(h.text(), "bedrock-runtime") {
			return true
		}
	}
	return false
}

// named puts the resource's name before the path of a place in it.
func named(d, n node) node {
	n.path = d.at("kind").text() + " " + d.at("metadata", "name").text() + n.path
	return n
}

func checkVirtualService(r *report, d node) {
	if !aboutBedrock(d) {
		return
	}
	for _, http := range d.at("spec", "http").list() {
		if len(http.at("route").list()) == 0 {
			continue
		}
		if attempts := http.at("retries", "attempts"); attempts.number(2) != 0 {
			r.add("retry-policy", named(d, http.at("retries")), "retries.attempts is %s", attempts.or("left at Istio's 2"))
		}
		if t := http.at("timeout"); t.duration(0) > 0 && t.duration(0) < 5*time.Minute {
			r.add("route-timeout", named(d, t), "the route's timeout is %s", t.text())
		}
		if http.at("rewrite", "uri").exists() || http.at("rewrite", "uriRegexRewrite").exists() {
			r.add("path-rewrite", named(d, http.at("rewrite")), "the route changes the path")
		}
	}
}

func checkServiceEntry(r *report, d node) {
	if !aboutBedrock(d) {
		return
	}
	for _, p := range d.at("spec", "ports").list() {
		if protocol := strings.ToUpper(p.at("protocol").text()); strings.HasPrefix(protocol, "HTTP") && protocol != "HTTPS" {
			return
		}
	}
	r.add("istio-https", named(d, d.at("spec", "ports")), "no port of the ServiceEntry has the protocol HTTP")
}

func checkDestinationRule(r *report, d node) {
	if !aboutBedrock(d) {
		return
	}
	tls := d.at("spec", "trafficPolicy", "tls")
	for _, p := range d.at("spec", "trafficPolicy", "portLevelSettings").list() {
		if p.at("tls").exists() {
			tls = p.at("tls")
		}
	}
	if mode := tls.at("mode").text(); mode != "SIMPLE" && mode != "MUTUAL" {
		r.add("bedrock-tls", named(d, tls), "the rule does not start TLS")
	}
}
