package doctor

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// hasPolicy tells whether one of Envoy Gateway's policies places the filter.
func (s *setup) hasPolicy() bool { return len(s.extProcs()) > 0 }

// extProcs are the external processors of all EnvoyExtensionPolicies.
func (s *setup) extProcs() []node {
	var all []node
	for _, d := range s.kind("EnvoyExtensionPolicy") {
		for _, p := range d.at("spec", "extProc").list() {
			all = append(all, named(d, p))
		}
	}
	return all
}

func (s *setup) kind(kind string) []node {
	var all []node
	for _, d := range s.gateway {
		if d.at("kind").text() == kind {
			all = append(all, d)
		}
	}
	return all
}

// checkGateway looks at Envoy Gateway's policies; what they become is in its config_dump.
func checkGateway(r *report, s *setup, _ Options) {
	policies := s.extProcs()
	for i, p := range policies {
		if i > 0 {
			r.add("two-filters", p, "a second external processor stands in the policies")
		}
		checkPolicy(r, p)
	}
	if len(policies) == 0 {
		return
	}
	checkGatewayBuffers(r, s)
	checkGatewayPatches(r, s)
	for _, d := range s.kind("BackendTrafficPolicy") {
		checkBackendPolicy(r, d)
	}
}

func checkPolicy(r *report, p node) {
	mode := p.at("processingMode")
	for _, side := range []struct{ trap, name, want string }{
		{"mode-request-body", "request", "Buffered"}, {"mode-response-body", "response", "FullDuplexStreamed"},
	} {
		body := mode.at(side.name, "body")
		if body.text() != side.want {
			r.add(side.trap, body, "processingMode.%s.body is %s", side.name, body.or("unset"))
		}
	}
	if p.at("failOpen").yes() {
		r.add("fail-open", p.at("failOpen"), "failOpen is true")
	}
	if mode.at("allowModeOverride").yes() {
		r.add("mode-override", mode.at("allowModeOverride"), "answers of the service may change the mode")
	}
	if t := p.at("messageTimeout"); t.duration(200*time.Millisecond) < 5*time.Second {
		r.add("message-timeout", t, "messageTimeout is %s", t.or("left at Envoy's 200 ms"))
	}
	if a := mode.at("request", "attributes"); !has(a, "xds.route_name") {
		r.add("request-attributes", a, "xds.route_name is not sent")
	}
	checkResponseAttributes(r, mode.at("response", "attributes"))
	if !has(p.at("metadata", "writableNamespaces"), "ockham") {
		r.add("metadata", p.at("metadata"), "the service's metadata is not received")
	}
}

// checkGatewayPatches: two things that the filter needs have no field in Envoy Gateway's policy.
func checkGatewayPatches(r *report, s *setup) {
	var patched strings.Builder
	for _, d := range s.kind("EnvoyPatchPolicy") {
		for _, p := range d.at("spec", "jsonPatches").list() {
			fmt.Fprintln(&patched, p.at("operation", "jsonPath").text(), p.at("operation", "path").text())
		}
	}
	at := node{path: "EnvoyPatchPolicy"}
	if !strings.Contains(patched.String(), "grpc_service") {
		r.add("grpc-timeout", at, "no patch lifts Envoy Gateway's own limit of 10 s")
	}
	if !strings.Contains(patched.String(), "mutation_rules") && !s.routesRewriteHosts() {
		r.add("mutation-rules", at, "no patch sets mutation_rules, and the routes do not rewrite the host")
	}
}

// routesRewriteHosts tells whether an HTTPRoute writes the authority itself.
func (s *setup) routesRewriteHosts() bool {
	rewritten := false
	for _, d := range s.kind("HTTPRoute") {
		for _, rule := range d.at("spec", "rules").list() {
			for _, f := range rule.at("filters").list() {
				rewritten = rewritten || f.at("urlRewrite", "hostname").exists()
			}
		}
	}
	return rewritten
}

// checkGatewayBuffers: Envoy Gateway writes 32 KiB where nobody says otherwise.
func checkGatewayBuffers(r *report, s *setup) {
	limit := node{path: "ClientTrafficPolicy"}
	for _, d := range s.kind("ClientTrafficPolicy") {
		limit = named(d, d.at("spec", "connection", "bufferLimit"))
		if quantity(limit.text()) >= wantBody {
			return
		}
	}
	r.add("body-limit", limit, "connection.bufferLimit is %s", limit.or("left at Envoy Gateway's 32 KiB"))
}

func checkBackendPolicy(r *report, d node) {
	spec := d.at("spec")
	if spec.at("retry").exists() && spec.at("retry", "numRetries").number(2) > 0 {
		r.add("retry-policy", named(d, spec.at("retry")), "requests are retried")
	}
	if t := spec.at("timeout", "http", "requestTimeout"); t.exists() && t.duration(0) != 0 {
		r.add("route-timeout", named(d, t), "requestTimeout is %s", t.text())
	}
	if t := spec.at("timeout", "http", "streamIdleTimeout"); short(t.duration(0)) {
		r.add("idle-timeout", named(d, t), "streamIdleTimeout is %s", t.text())
	}
	if b := spec.at("circuitBreaker"); b.at("maxParallelRequests").number(1024) < wantRequests {
		r.add("bedrock-breaker", named(d, b), "maxParallelRequests is %s", b.at("maxParallelRequests").or("left at 1024"))
	}
}

// quantity reads Kubernetes' "32Mi", "50M" or a plain number of bytes.
func quantity(s string) float64 {
	for _, unit := range []struct {
		name string
		size float64
	}{{"Ki", 1 << 10}, {"Mi", 1 << 20}, {"Gi", 1 << 30}, {"k", 1e3}, {"M", 1e6}, {"G", 1e9}, {"", 1}} {
		if number, ok := strings.CutSuffix(s, unit.name); ok {
			n, _ := strconv.ParseFloat(number, 64)
			return n * unit.size
		}
	}
	return 0
}
