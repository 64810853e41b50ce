package doctor

import (
	"net"
	"net/netip"
	"strings"
)

// wantRequests is how many requests at once a cluster must let through.
const wantRequests = 10_000

// checkProcessor looks at the service's cluster.
func checkProcessor(r *report, s *setup, o Options) {
	checked := map[string]bool{}
	for _, m := range s.withFilter() {
		name := processorCluster(m.filter)
		c, ok := s.clusters[name]
		switch {
		case checked[name] || m.filter.config().at("grpc_service", "google_grpc").exists():
			continue
		case !ok && (m.partial || len(s.clusters) == 0 || s.xds()):
			continue // it stands elsewhere
		case !ok:
			r.add("no-cluster", m.filter.config().at("grpc_service"), "no cluster is called %q", name)
			continue
		}
		checked[name] = true
		checkBreaker(r, c, "processor-breaker")
		checkProtocol(r, c)
		checkReplicas(r, c)
		checkSocket(r, c, o)
		checkEavesdroppers(r, c)
	}
}

// xds tells whether clusters may come from a control plane.
func (s *setup) xds() bool {
	d := s.bootstrap.at("dynamic_resources")
	return (d.at("cds_config").exists() || d.at("ads_config").exists()) && len(s.clusters) == len(s.bootstrap.at("static_resources", "clusters").list())
}

func checkBreaker(r *report, c node, trap string) {
	t := c.at("circuit_breakers", "thresholds")
	limits := node{path: t.path}
	for _, l := range t.list() {
		if p := l.at("priority").or("DEFAULT"); p == "DEFAULT" {
			limits = l
		}
	}
	for _, field := range []string{"max_requests", "max_pending_requests"} {
		if n := limits.at(field).number(1024); n < wantRequests {
			r.add(trap, limits.at(field), "%s of cluster %q is %d", field, c.at("name").text(), int(n))
		}
	}
}

func checkProtocol(r *report, c node) {
	h := protocolOptions(c).at("explicit_http_config", "http2_protocol_options")
	if !h.exists() {
		h = protocolOptions(c).at("use_downstream_protocol_config", "http2_protocol_options")
	}
	if !h.exists() {
		h = c.at("http2_protocol_options")
	}
	switch {
	case !h.exists():
		r.add("processor-http1", c, "cluster %q does not speak HTTP/2", c.at("name").text())
	case h.at("connection_keepalive", "interval").duration(0) == 0:
		r.add("keepalive", h, "cluster %q sends no HTTP/2 keepalive", c.at("name").text())
	}
}

func checkReplicas(r *report, c node) {
	many := len(addresses(c)) > 1
	switch c.at("type").text() {
	case "STRICT_DNS", "EDS":
		many = true
	}
	if many && !c.at("outlier_detection").exists() {
		r.add("outliers", c, "cluster %q may have several replicas and no outlier_detection", c.at("name").text())
	}
}

func checkSocket(r *report, c node, o Options) {
	for _, a := range addresses(c) {
		path, ok := strings.CutPrefix(a.text(), "unix:")
		if ok && o.Exists != nil && !o.Exists(path) {
			r.add("no-socket", a, "there is no socket %s", path)
		}
	}
}

func checkEavesdroppers(r *report, c node) {
	if c.at("transport_socket").exists() || len(c.at("transport_socket_matches").list()) > 0 {
		return
	}
	for _, a := range addresses(c) {
		if !local(a.text()) {
			r.add("plain-text", a, "cluster %q sends prompts to %s without TLS", c.at("name").text(), a.text())
		}
	}
}

// local tells whether an address cannot be listened to from elsewhere. Names of one label are compose
// services, say, and left to whoever gave them.
func local(address string) bool {
	if strings.HasPrefix(address, "unix:") {
		return true
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return true
	}
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.IsLoopback()
	}
	return !strings.Contains(host, ".")
}

// checkBedrock looks at the clusters that prompts leave by.
func checkBedrock(r *report, s *setup, _ Options) {
	checked := map[string]bool{}
	for _, m := range s.withFilter() {
		for _, rt := range m.prompts() {
			for _, c := range s.clustersOf(rt) {
				if name := c.at("name").text(); !checked[name] {
					checked[name] = true
					checkBreaker(r, c, "bedrock-breaker")
					checkTLS(r, c)
					checkErrorsEject(r, c)
				}
			}
		}
	}
}

func checkTLS(r *report, c node) {
	aws := false
	for _, a := range addresses(c) {
		aws = aws || strings.Contains(a.text(), ".amazonaws.com:")
	}
	tls := c.at("transport_socket").config()
	for _, m := range c.at("transport_socket_matches").list() {
		if t := m.at("transport_socket").config(); t.typeName() == "UpstreamTlsContext" {
			tls = t // what matches goes before the default
		}
	}
	if tls.typeName() == "UpstreamTlsContext" {
		v := tls.at("common_tls_context", "validation_context")
		combined := tls.at("common_tls_context", "combined_validation_context")
		sds := tls.at("common_tls_context", "validation_context_sds_secret_config")
		if !v.at("trusted_ca").exists() && !v.at("system_root_certs").exists() && !combined.exists() && !sds.exists() {
			r.add("bedrock-tls", tls, "cluster %q checks no certificate", c.at("name").text())
		}
		if !tls.at("sni").exists() && !protocolOptions(c).at("upstream_http_protocol_options", "auto_sni").yes() && !tls.at("auto_host_sni").yes() {
			r.add("bedrock-tls", tls, "cluster %q sends no SNI", c.at("name").text())
		}
		return
	}
	if aws {
		r.add("bedrock-tls", c, "cluster %q speaks plain text to AWS", c.at("name").text())
	}
}

// checkErrorsEject: one model's errors must not take a whole region away.
func checkErrorsEject(r *report, c node) {
	o := c.at("outlier_detection")
	if o.exists() && o.at("enforcing_consecutive_5xx").number(100) > 0 && o.at("consecutive_5xx").number(5) > 0 {
		r.add("errors-eject", o, "cluster %q leaves addresses out after 5xx answers", c.at("name").text())
	}
}
