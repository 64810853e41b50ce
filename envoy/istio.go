package envoy

import (
	"fmt"
	"net"
	"strings"
)

// MinIstio is the oldest Istio whose Envoy sends its own replies through the filter; older patch
// releases of it hold a known fault.
const MinIstio = "1.29.5"

// istioView is what Istio's templates see.
type istioView struct {
	*meshView
	MinIstio        string
	AtGateway       bool
	Context         string // of the patches
	ListenerPort    int    // 0: every port of the gateway
	Selector        string // labels, as YAML
	FilterNamespace string
}

// IstioSidecar renders what sends prompts of applications through Ockham in their sidecars. They call
// Mesh.Host, Ockham's Service by default.
func IstioSidecar(m Mesh) ([]byte, error) {
	v, err := newIstioView(m)
	if err != nil {
		return nil, err
	}
	v.Context, v.ListenerPort = "SIDECAR_OUTBOUND", 80
	or(&v.FilterNamespace, "default")
	return execute("istio-sidecar.yaml.tmpl", v)
}

// IstioGateway renders what sends prompts through Ockham at an ingress gateway.
func IstioGateway(m Mesh) ([]byte, error) {
	if m.Host == "" {
		m.Host = "*"
	}
	or(&m.Selector, "istio=ingressgateway")
	v, err := newIstioView(m)
	if err != nil {
		return nil, err
	}
	if v.Socket() {
		return nil, fmt.Errorf("processor %s: a gateway's pod has no socket of Ockham; name its Service", v.Processor)
	}
	v.Context, v.AtGateway = "GATEWAY", true
	or(&v.FilterNamespace, "istio-system")
	return execute("istio-gateway.yaml.tmpl", v)
}

func newIstioView(m Mesh) (*istioView, error) {
	m = m.withDefaults()
	m.Envoy.Processor = m.Envoy.Processor.or(Address(fmt.Sprintf("%s.%s.svc.cluster.local:%d", m.Name, m.Namespace, GRPCPort)))
	if !strings.HasPrefix(string(m.Envoy.Processor), "unix:") {
		host, port, _ := net.SplitHostPort(string(m.Envoy.Processor))
		m.Envoy.Names.Processor = fmt.Sprintf("outbound|%s||%s", port, host)
	}
	mv, err := newMeshView(m)
	if err != nil {
		return nil, err
	}
	selector, err := labels(m.Selector)
	return &istioView{meshView: mv, MinIstio: MinIstio, Selector: selector, FilterNamespace: m.FilterNamespace}, err
}

// Service is the full name of Ockham's.
func (v *istioView) Service() string { return v.Name + "." + v.Namespace + ".svc.cluster.local" }

// ClientHost is what clients call.
func (v *istioView) ClientHost() string {
	if v.Host == "" {
		return v.Service()
	}
	return v.Host
}

// Socket tells whether Ockham is in the same pod.
func (v *istioView) Socket() bool { return strings.HasPrefix(string(v.Processor), "unix:") }

// Filters are the templates of the inserted filters, in order.
func (v *istioView) Filters() []string { return []string{"keeppath", "strip", "extproc"} }

// Vhost is the name that Istio gives to the virtual host of a host.
func (v *istioView) Vhost(host string) string {
	port := 80
	if v.AtGateway && v.TLSSecret != "" {
		port = 443
	}
	return fmt.Sprintf("%s:%d", host, port)
}

type promptRoute struct{ Vhost, Route, Profile string }

// PromptRoutes are the routes on which prompts come in.
func (v *istioView) PromptRoutes() []promptRoute {
	vhost := v.Vhost(v.ClientHost())
	var all []promptRoute
	for _, p := range v.Profiles {
		all = append(all, promptRoute{vhost, p.Name, p.Name})
	}
	return append(all, promptRoute{vhost, "prompt", ""})
}

// IstioMatch is a profile's condition in a VirtualService.
func (p Profile) IstioMatch() string {
	if p.Header == ":authority" {
		return "authority: {exact: " + quote(p.Value) + "}"
	}
	return "headers: {" + quote(p.Header) + ": {exact: " + quote(p.Value) + "}}"
}

// Port is a region's.
func (r regionView) Port() string {
	_, port, _ := net.SplitHostPort(string(r.Address))
	return port
}

// labels writes "app=mail,tier=front" as entries of a YAML mapping.
func labels(selector string) (string, error) {
	if selector == "" {
		return "", nil
	}
	var entries []string
	for pair := range strings.SplitSeq(selector, ",") {
		key, value, ok := strings.Cut(pair, "=")
		if !ok || key == "" {
			return "", fmt.Errorf("selector %q: write labels as KEY=VALUE,KEY=VALUE", selector)
		}
		entries = append(entries, quote(key)+": "+quote(value))
	}
	return strings.Join(entries, ", "), nil
}
