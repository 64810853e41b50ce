package emulator

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"syscall"
	"time"
)

// Listen opens a TCP address. A port that is taken is an error that names it.
func Listen(address string) (net.Listener, error) {
	listener, err := net.Listen("tcp", address)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("%s is in use by another program; choose another address", address)
	}
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", address, err)
	}
	return listener, nil
}

// Serve answers HTTP/1.1 and HTTP/2 on the listener until the context ends: without TLS if certificate is nil, and then
// HTTP/2 with prior knowledge (h2c).
func (s *Server) Serve(ctx context.Context, listener net.Listener, certificate *tls.Certificate) error {
	server := s.httpServer()
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	err := serveOn(server, listener, certificate)
	if errors.Is(err, http.ErrServerClosed) && ctx.Err() != nil {
		return nil
	}
	return err
}

func serveOn(server *http.Server, listener net.Listener, certificate *tls.Certificate) error {
	if certificate == nil {
		return server.Serve(listener)
	}
	server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{*certificate}, MinVersion: tls.VersionTLS12}
	return server.ServeTLS(listener, "", "")
}

func (s *Server) httpServer() *http.Server {
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	protocols.SetHTTP2(true)
	protocols.SetUnencryptedHTTP2(true)
	return &http.Server{
		Handler: s, Protocols: &protocols, ReadHeaderTimeout: 30 * time.Second,
		HTTP2:    &http.HTTP2Config{MaxConcurrentStreams: 10_000, MaxReceiveBufferPerConnection: 8 << 20, MaxReceiveBufferPerStream: 4 << 20},
		ErrorLog: log.New(io.Discard, "", 0), // broken connections are what clients under test make
	}
}

// Running is an emulator with listeners of its own on 127.0.0.1.
type Running struct {
	*Server
	URL    string // http://127.0.0.1:PORT
	TLSURL string // https://127.0.0.1:PORT
	CA     []byte // PEM of the certificate authority to trust for TLSURL
	stop   context.CancelFunc
	done   chan struct{}
}

// Start is New with two listeners on free ports, for tests. Close it.
func Start(config Config) (*Running, error) { return StartOn(config, "127.0.0.1:0", "127.0.0.1:0") }

// StartOn is Start with the addresses of the plain and of the TLS listener given.
func StartOn(config Config, address, tlsAddress string) (*Running, error) {
	server, err := New(config)
	if err != nil {
		return nil, err
	}
	plain, err := Listen(address)
	if err != nil {
		return nil, err
	}
	secured, err := Listen(tlsAddress)
	if err != nil {
		return nil, errors.Join(err, plain.Close())
	}
	certificate, ca, err := NewCertificate("127.0.0.1", "localhost")
	if err != nil {
		return nil, errors.Join(err, plain.Close(), secured.Close())
	}
	r := &Running{Server: server, URL: "http://" + plain.Addr().String(), TLSURL: "https://" + secured.Addr().String(), CA: ca}
	r.serve(plain, secured, certificate)
	return r, nil
}

func (r *Running) serve(plain, secured net.Listener, certificate *tls.Certificate) {
	ctx, cancel := context.WithCancel(context.Background())
	r.stop, r.done = cancel, make(chan struct{})
	go func() {
		defer close(r.done)
		other := make(chan struct{})
		go func() {
			defer close(other)
			_ = r.Serve(ctx, secured, certificate)
		}()
		_ = r.Serve(ctx, plain, nil)
		<-other
	}()
}

// Close ends all connections at once.
func (r *Running) Close() {
	r.stop()
	<-r.done
}
