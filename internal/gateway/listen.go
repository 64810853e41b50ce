package gateway

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"strings"
	"syscall"

	"ockham/internal/config"
)

// listen opens an address, "host:port" or "unix:/path". what names it in errors, as the configuration
// calls it.
func listen(what, address string) (net.Listener, error) {
	path, isSocket := strings.CutPrefix(address, "unix:")
	if !isSocket {
		l, err := net.Listen("tcp", address)
		if errors.Is(err, syscall.EADDRINUSE) {
			return nil, fmt.Errorf("%s: %s is in use; stop what listens there, or choose another port", what, address)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", what, err)
		}
		return l, nil
	}
	if err := removeStale(path); err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	// The socket is made for its owner and group alone from the first moment on: whoever can connect
	// can read every prompt.
	old := syscall.Umask(0o117)
	l, err := net.Listen("unix", path)
	syscall.Umask(old)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	return l, nil
}

// removeStale removes a socket that a killed service left behind, and nothing else.
func removeStale(path string) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case info.Mode().Type() != fs.ModeSocket:
		return fmt.Errorf("%s exists and is no socket", path)
	}
	if c, err := net.Dial("unix", path); err == nil {
		c.Close()
		return fmt.Errorf("%s is in use by another process", path)
	}
	return os.Remove(path)
}

// serverTLS reads certificates anew for each handshake, so that rotated ones are taken without a restart.
func serverTLS(c *config.TLS) (*tls.Config, error) {
	if _, err := tlsOf(c); err != nil { // faults show at start
		return nil, err
	}
	return &tls.Config{
		MinVersion:         tls.VersionTLS12,
		GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) { return tlsOf(c) },
	}, nil
}

func tlsOf(c *config.TLS) (*tls.Config, error) {
	pair, err := tls.LoadX509KeyPair(c.Cert, c.Key)
	if err != nil {
		return nil, fmt.Errorf("server.tls: %w", err)
	}
	t := &tls.Config{
		MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{pair}, NextProtos: []string{"h2"},
	}
	if c.ClientCA == "" {
		return t, nil
	}
	pem, err := os.ReadFile(c.ClientCA)
	if err != nil {
		return nil, fmt.Errorf("server.tls.client_ca: %w", err)
	}
	t.ClientCAs, t.ClientAuth = x509.NewCertPool(), tls.RequireAndVerifyClientCert
	if !t.ClientCAs.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("server.tls.client_ca: %s holds no certificate", c.ClientCA)
	}
	if c.ClientName != "" {
		t.VerifyConnection = func(s tls.ConnectionState) error { return hasName(s.PeerCertificates[0], c.ClientName) }
	}
	return t, nil
}

// hasName tells whether a client's certificate carries the name that may speak to us.
func hasName(cert *x509.Certificate, name string) error {
	for _, u := range cert.URIs {
		if u.String() == name {
			return nil
		}
	}
	for _, d := range cert.DNSNames {
		if d == name {
			return nil
		}
	}
	return errors.New("the client's certificate is not for the configured name")
}
