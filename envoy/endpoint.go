package envoy

import (
	"fmt"
	"net"
	"net/url"
)

// endpoint is a URL as Envoy needs it: an address, and TLS or not.
type endpoint struct {
	url     *url.URL
	address Address
}

func parseEndpoint(s string) (endpoint, error) {
	u, err := url.Parse(s)
	if err != nil || u.Hostname() == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return endpoint{}, fmt.Errorf("%q is no http:// or https:// URL", s)
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return endpoint{u, Address(net.JoinHostPort(u.Hostname(), port))}, nil
}

// tls is nil for http. ca is the file to trust, "" for the system's.
func (e endpoint) tls(ca string) *upstreamTLS {
	if e.url.Scheme != "https" {
		return nil
	}
	return newUpstreamTLS(ClientTLS{CA: ca, ServerName: e.url.Hostname()})
}
