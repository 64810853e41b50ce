package doctor

import (
	"fmt"
	"strings"
)

// setup is a configuration as the checks see it, whatever it came as.
type setup struct {
	version   version
	bootstrap node
	managers  []*manager
	clusters  map[string]node
	upstream  []node // external processors on clusters
	istio     []node
	gateway   []node
}

// manager is an HTTP connection manager: a listener's filters and routes.
type manager struct {
	node             // its configuration
	listener node    // the listener around it; empty in an EnvoyFilter
	filters  []node  // in order
	filter   node    // Ockham's; empty where there is none
	doubles  []node  // further ones
	routes   []route // all, of all virtual hosts
	partial  bool    // a patch: what is not here may stand elsewhere
}

// route is one route with what it inherits.
type route struct {
	node
	vhost   node
	config  node // the route configuration
	enabled bool // Ockham's filter is on
}

// newSetup finds out what the documents are and puts them together.
func newSetup(docs []node) (*setup, error) {
	s := &setup{clusters: map[string]node{}}
	known := false
	for _, d := range docs {
		known = s.take(d) || known
	}
	if !known {
		return nil, ErrUnreadable
	}
	s.takePatches()
	return s, nil
}

// take sorts one document in; false means that it is nothing doctor knows.
func (s *setup) take(d node) bool {
	api := d.at("apiVersion").text()
	switch {
	case strings.Contains(api, "istio.io/"):
		s.istio = append(s.istio, d)
	case strings.HasPrefix(api, "gateway.envoyproxy.io/"), strings.HasPrefix(api, "gateway.networking.k8s.io/"):
		s.gateway = append(s.gateway, d)
	case api != "":
		return false // a Deployment, say, beside them
	case d.at("static_resources").exists() || d.at("staticResources").exists() || d.at("dynamic_resources").exists():
		s.takeBootstrap(node{snake(d.value), d.path})
	default:
		return s.takeDumps(node{snake(d.value), d.path}, 0)
	}
	return true
}

// takeDumps looks for config_dumps; tools put them a few levels down.
func (s *setup) takeDumps(n node, depth int) bool {
	if n.at("configs").exists() {
		s.takeDump(n.at("configs").list())
		return true
	}
	found := false
	if depth < 4 {
		for _, child := range n.fields() {
			found = s.takeDumps(child, depth+1) || found
		}
	}
	return found
}

func (s *setup) takeBootstrap(b node) {
	s.bootstrap = b
	static := b.at("static_resources")
	for _, c := range static.at("clusters").list() {
		s.takeCluster(c)
	}
	for _, l := range static.at("listeners").list() {
		s.takeListener(l, nil)
	}
}

func (s *setup) takeDump(configs []node) {
	routes := map[string]node{}
	each := func(kind, list string, visit func(node)) {
		for _, c := range configs {
			if c.typeName() == kind {
				for _, entry := range c.at(list).list() {
					visit(entry)
				}
			}
		}
	}
	for _, c := range configs {
		if c.typeName() == "BootstrapConfigDump" {
			s.bootstrap = c.at("bootstrap")
			s.version = versionOf(s.bootstrap)
		}
	}
	for _, list := range []string{"static_route_configs", "dynamic_route_configs"} {
		each("RoutesConfigDump", list, func(n node) { routes[n.at("route_config", "name").text()] = n.at("route_config") })
	}
	for _, list := range []string{"static_clusters", "dynamic_active_clusters", "dynamic_warming_clusters"} {
		each("ClustersConfigDump", list, func(n node) { s.takeCluster(n.at("cluster")) })
	}
	each("ListenersConfigDump", "static_listeners", func(n node) { s.takeListener(n.at("listener"), routes) })
	each("ListenersConfigDump", "dynamic_listeners", func(n node) { s.takeListener(n.at("active_state", "listener"), routes) })
}

func (s *setup) takeCluster(c node) {
	s.clusters[c.at("name").text()] = c
	for _, f := range protocolOptions(c).at("http_filters").list() {
		if isProcessor(f) {
			s.upstream = append(s.upstream, f)
		}
	}
}

// protocolOptions are a cluster's HttpProtocolOptions.
func protocolOptions(c node) node {
	const key = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
	return c.at("typed_extension_protocol_options", key)
}

func (s *setup) takeListener(l node, dynamic map[string]node) {
	chains := append(l.at("filter_chains").list(), l.at("default_filter_chain"))
	for _, chain := range chains {
		for _, f := range chain.at("filters").list() {
			if c := f.config(); c.typeName() == "HttpConnectionManager" {
				s.takeManager(l, c, dynamic)
			}
		}
	}
}

func (s *setup) takeManager(l, c node, dynamic map[string]node) {
	m := &manager{node: c, listener: l, filters: c.at("http_filters").list()}
	m.find()
	config := c.at("route_config")
	if name := c.at("rds", "route_config_name").text(); name != "" {
		config = dynamic[name]
	}
	m.takeRoutes(config)
	s.managers = append(s.managers, m)
}

// find picks Ockham's filter among the external processors: by name, or as the only one.
func (m *manager) find() {
	var all, named []node
	for _, f := range m.filters {
		if !isProcessor(f) {
			continue
		}
		all = append(all, f)
		if strings.Contains(strings.ToLower(f.at("name").text()+" "+processorCluster(f)), "ockham") {
			named = append(named, f)
		}
	}
	if len(named) == 0 && len(all) == 1 {
		named = all
	}
	if len(named) > 0 {
		m.filter, m.doubles = named[0], named[1:]
	}
}

func isProcessor(f node) bool { return f.config().typeName() == "ExternalProcessor" }

// processorCluster names the cluster of an external processor.
func processorCluster(f node) string {
	s := f.config().at("grpc_service")
	return s.at("envoy_grpc", "cluster_name").or(s.at("google_grpc", "target_uri").text())
}

func (m *manager) takeRoutes(config node) {
	for _, vhost := range config.at("virtual_hosts").list() {
		for _, r := range vhost.at("routes").list() {
			m.routes = append(m.routes, route{node: r, vhost: vhost, config: config, enabled: m.enabled(config, vhost, r)})
		}
	}
}

// enabled tells whether the filter is on for a route: the innermost setting counts.
func (m *manager) enabled(scopes ...node) bool {
	on := !m.filter.at("disabled").yes()
	for _, scope := range scopes {
		per := scope.at("typed_per_filter_config", m.filter.at("name").text())
		if !per.exists() {
			continue
		}
		if per.typeName() == "FilterConfig" {
			on = !per.at("disabled").yes()
			per = per.at("config")
		}
		if per.typeName() == "ExtProcPerRoute" {
			on = !per.at("disabled").yes()
		}
	}
	return on
}

// prompts are the routes on which Ockham's filter is on and which lead somewhere.
func (m *manager) prompts() []route {
	var on []route
	for _, r := range m.routes {
		if r.enabled && r.at("route").exists() {
			on = append(on, r)
		}
	}
	return on
}

// withFilter are the managers that have Ockham's filter.
func (s *setup) withFilter() []*manager {
	var with []*manager
	for _, m := range s.managers {
		if m.filter.exists() {
			with = append(with, m)
		}
	}
	return with
}

// clustersOf are the clusters that a route leads to.
func (s *setup) clustersOf(r route) []node {
	names := []string{r.at("route", "cluster").text()}
	for _, w := range r.at("route", "weighted_clusters", "clusters").list() {
		names = append(names, w.at("name").text())
	}
	var found []node
	for _, name := range names {
		if c, ok := s.clusters[name]; ok {
			found = append(found, c)
		}
	}
	return found
}

// addresses are a cluster's, as "host:port" or "unix:path".
func addresses(c node) []node {
	var all []node
	for _, e := range c.at("load_assignment", "endpoints").list() {
		for _, l := range e.at("lb_endpoints").list() {
			a := l.at("endpoint", "address")
			if pipe := a.at("pipe", "path").text(); pipe != "" {
				all = append(all, node{"unix:" + pipe, a.path})
				continue
			}
			host, port := a.at("socket_address", "address").text(), a.at("socket_address", "port_value").text()
			all = append(all, node{fmt.Sprintf("%s:%s", host, port), a.path})
		}
	}
	return all
}
