package envoy

import (
	"fmt"
	"net"
	"strconv"
)

// MinGateway is the oldest Envoy Gateway whose Envoy is free of known faults that matter here.
const MinGateway = "1.9"

// Mesh says what Ockham's configuration in a cluster has besides Envoy's.
type Mesh struct {
	Envoy        Params
	Namespace    string // ockham
	Name         string // of Ockham's Deployment and Service; ockham
	Host         string // name that clients call; any
	Gateway      string // ockham
	GatewayClass string // eg
	// Selector are the labels of the pods that the filter is for, as "app=mail"; all of the namespace
	// without (at a gateway: istio=ingressgateway).
	Selector string
	// FilterNamespace is that of those pods; default, istio-system for a gateway.
	FilterNamespace string
	APIKeys         bool   // clients show API keys of the Secret ockham-api-keys (Envoy Gateway)
	TLSSecret       string // Secret with the Gateway's certificate; plain text without
}

// Ports of Ockham's Service.
const (
	GRPCPort  = 9002
	HTTPPort  = 8083
	AdminPort = 8082
)

func (m Mesh) withDefaults() Mesh {
	or(&m.Namespace, "ockham")
	or(&m.Name, "ockham")
	or(&m.Gateway, "ockham")
	or(&m.GatewayClass, "eg")
	return m
}

type meshView struct {
	*view
	Mesh
	MinGateway                    string
	GRPCPort, HTTPPort, AdminPort int
	ListenerName                  string
}

func newMeshView(m Mesh) (*meshView, error) {
	m = m.withDefaults()
	for what, name := range map[string]string{
		"namespace": m.Namespace, "service": m.Name, "gateway": m.Gateway, "gateway class": m.GatewayClass,
	} {
		if err := plainName(what, name); err != nil {
			return nil, err
		}
	}
	v, err := newView(m.Envoy)
	if err != nil {
		return nil, err
	}
	v.Replies = replies(true, false)
	if m.APIKeys && v.Auth == nil {
		v.Auth = &authView{Tenant: TenantHeader}
	}
	mv := &meshView{view: v, Mesh: m, MinGateway: MinGateway, GRPCPort: GRPCPort, HTTPPort: HTTPPort, AdminPort: AdminPort, ListenerName: "http"}
	if m.TLSSecret != "" {
		mv.ListenerName = "https"
	}
	return mv, nil
}

// EnvoyGateway renders policies and routes for Envoy Gateway.
func EnvoyGateway(m Mesh) ([]byte, error) {
	v, err := newMeshView(m)
	if err != nil {
		return nil, err
	}
	return execute("envoy-gateway.yaml.tmpl", v)
}

// FilterPath finds the filter in what Envoy Gateway makes of its policy.
func (v *meshView) FilterPath() string {
	return fmt.Sprintf("..http_filters[?(@.name=='envoy.filters.http.ext_proc/envoyextensionpolicy/%s/ockham/extproc/0')].typed_config", v.Namespace)
}

// ManagerPath finds the HTTP connection manager around it.
func (v *meshView) ManagerPath() string {
	return "..[?(@.name=='envoy.filters.network.http_connection_manager')].typed_config"
}

// BodyLimitQuantity writes the largest request as Kubernetes does.
func (v *meshView) BodyLimitQuantity() string {
	if v.BodyLimit%(1<<20) == 0 {
		return strconv.Itoa(v.BodyLimit>>20) + "Mi"
	}
	return strconv.Itoa(v.BodyLimit)
}

// Target writes a region's address as an endpoint of Envoy Gateway's Backend.
func (r regionView) Target() string {
	host, port, _ := net.SplitHostPort(string(r.Address))
	if r.Address.isName() {
		return fmt.Sprintf("{fqdn: {hostname: %s, port: %s}}", quote(host), port)
	}
	return fmt.Sprintf("{ip: {address: %s, port: %s}}", quote(host), port)
}
