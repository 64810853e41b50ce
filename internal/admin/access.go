package admin

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
)

// Access says who may see the port.
type Access struct {
	// Token must be shown by everyone, as a bearer token or by logging in. Without one only loopback
	// is listened on.
	Token string
	// Hosts are names, beside loopback's, under which the port is called without a token.
	Hosts []string
	// OpenMetrics serves /metrics without the token, for scrapers in a trusted network.
	OpenMetrics bool
}

// minToken is the shortest token worth the name: 16 characters cannot be guessed over a network.
const minToken = 16

// Validate refuses an address that would show the port to others.
func (a Access) Validate(address string) error {
	if a.Token != "" && len(a.Token) < minToken {
		return fmt.Errorf("admin: the token has %d characters: want at least %d", len(a.Token), minToken)
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("admin: address %q: %w", address, err)
	}
	if a.Token == "" && !isLoopback(host) {
		return fmt.Errorf("admin: %q can be reached from elsewhere: set a token (telemetry.admin_token_env names its environment variable), or listen on 127.0.0.1", address)
	}
	return nil
}

// isLoopback knows names and addresses that only this machine reaches. An empty host is every address.
func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.Unmap().IsLoopback()
}
