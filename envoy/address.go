package envoy

import (
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// Address is "host:port", or "unix:/path" for a socket.
type Address string

// ParseAddress checks an address as given by a person.
func ParseAddress(s string) (Address, error) {
	if path, ok := strings.CutPrefix(s, "unix:"); ok {
		if path == "" {
			return "", fmt.Errorf("%q: no path after the scheme", s)
		}
		return Address(s), nil
	}
	_, port, err := net.SplitHostPort(s)
	if err != nil {
		return "", fmt.Errorf("%q is neither host:port nor unix:/path", s)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return "", fmt.Errorf("%q: port %q is no number from 0 to 65535", s, port)
	}
	return Address(s), nil
}

// IsSet tells an address from its zero value.
func (a Address) IsSet() bool { return a != "" }

// YAML writes the address as Envoy's core.v3.Address, on one line.
func (a Address) YAML() string {
	if path, ok := strings.CutPrefix(string(a), "unix:"); ok {
		return fmt.Sprintf("{pipe: {path: %s}}", quote(path))
	}
	host, port, _ := net.SplitHostPort(string(a))
	return fmt.Sprintf("{socket_address: {address: %s, port_value: %s}}", quote(host), port)
}

// Discovery is the cluster type that finds this address.
func (a Address) Discovery() string {
	if a.isName() {
		return "STRICT_DNS"
	}
	return "STATIC"
}

// Many says whether the address may stand for several replicas: a name in DNS may.
func (a Address) Many() bool { return a.isName() }

func (a Address) isName() bool {
	if strings.HasPrefix(string(a), "unix:") {
		return false
	}
	host, _, _ := net.SplitHostPort(string(a))
	_, err := netip.ParseAddr(host)
	return err != nil
}

func (a Address) or(value Address) Address {
	if a.IsSet() {
		return a
	}
	return value
}
