package envoy_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	ext_proc "github.com/envoyproxy/go-control-plane/envoy/service/ext_proc/v3"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"

	"ockham/envoy"
	"ockham/envoy/envoytest"
	"ockham/internal/config"
)

func TestBedrocksCertificateIsChecked(t *testing.T) {
	bedrock := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.Proto) }))
	bedrock.EnableHTTP2 = true
	bedrock.StartTLS()
	t.Cleanup(bedrock.Close)
	ca := writePEM(t, "CERTIFICATE", bedrock.Certificate().Raw)
	_, port, _ := net.SplitHostPort(bedrock.Listener.Addr().String())
	tests := map[string]struct {
		host, ca string
		status   int
		body     string
	}{
		"its name":         {"127.0.0.1", ca, 200, "HTTP/2.0"},
		"another name":     {"localhost", ca, 502, "upstream_failed"},
		"another's signer": {"127.0.0.1", "", 502, "upstream_failed"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p := &planner{authority: net.JoinHostPort(tt.host, port)}
			e := start(t, p, "unused", func(params *envoy.Params) {
				params.Regions = []envoy.Region{{Name: "us-east-1", Endpoint: "https://" + p.authority, CA: tt.ca}}
			})
			status, body := post(t, e.URL(t)+"/api/v1/generate", "{}")
			if status != tt.status || !strings.Contains(body, tt.body) {
				t.Errorf("got %d %q, want %d and %q in it", status, body, tt.status, tt.body)
			}
		})
	}
}

func TestMutualTLSOnBothSides(t *testing.T) {
	a := newAuthority(t)
	serverCert, serverKey := a.issue(t, "localhost", "")
	clientCert, clientKey := a.issue(t, "", "spiffe://example.com/ns/apps/sa/mail")

	// The service shows a certificate and demands Envoy's.
	p := &planner{}
	l := listen(t)
	cert, err := tls.LoadX509KeyPair(serverCert, serverKey)
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer(grpc.Creds(credentials.NewTLS(&tls.Config{
		Certificates: []tls.Certificate{cert}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: a.pool,
	})))
	ext_proc.RegisterExternalProcessorServer(server, p)
	go server.Serve(l)
	t.Cleanup(server.Stop)

	e := start(t, p, serve(t, func(http.ResponseWriter, *http.Request) {}), func(params *envoy.Params) {
		params.Processor = envoy.Address(l.Addr().String())
		params.ProcessorTLS = &envoy.ClientTLS{CA: a.file, ServerName: "localhost", Cert: clientCert, Key: clientKey}
		params.TLS = &envoy.ServerTLS{Cert: serverCert, Key: serverKey, CA: a.file}
		params.Auth = &envoy.Auth{Certificate: true}
	})
	pair, err := tls.LoadX509KeyPair(clientCert, clientKey)
	if err != nil {
		t.Fatal(err)
	}
	target := "https://" + strings.Replace(e.Listener(t, "ockham"), "127.0.0.1", "localhost", 1) + "/api/v1/generate"
	stranger := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: a.pool}}}
	if res, err := stranger.Post(target, "application/json", strings.NewReader("{}")); err == nil {
		t.Errorf("without a certificate: got %s, want a refused handshake", res.Status)
	}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: a.pool, Certificates: []tls.Certificate{pair}}}}
	res, err := client.Post(target, "application/json", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != 200 {
		t.Fatalf("got %s, want 200", res.Status)
	}
	if got, want := header(p, "x-ockham-tenant"), "spiffe://example.com/ns/apps/sa/mail"; got != want {
		t.Errorf("the service was told of tenant %q, want %q", got, want)
	}
}

// TestOnlyTheRightCertificatesMeet: between Envoy and the service each side refuses what is not the other's.
func TestOnlyTheRightCertificatesMeet(t *testing.T) {
	const name = "spiffe://example.com/envoy"
	a, stranger := newAuthority(t), newAuthority(t)
	expired := *a
	expired.valid = -time.Minute
	envoys := func(by *authority, uri string) envoy.ClientTLS {
		cert, key := by.issue(t, "", uri)
		return envoy.ClientTLS{CA: a.file, ServerName: "ockham", Cert: cert, Key: key}
	}
	right := envoys(a, name)
	for _, tt := range []struct {
		what   string
		server *authority
		as     string
		envoy  envoy.ClientTLS
		status int
	}{
		{"both right", a, "ockham", right, 200},
		{"Envoy shows none", a, "ockham", envoy.ClientTLS{CA: a.file, ServerName: "ockham"}, 503},
		{"Envoy's is a stranger's", a, "ockham", envoys(stranger, name), 503},
		{"Envoy's has expired", a, "ockham", envoys(&expired, name), 503},
		{"Envoy's is for another name", a, "ockham", envoys(a, "spiffe://example.com/mail"), 503},
		{"the service's is a stranger's", stranger, "ockham", right, 503},
		{"the service's has expired", &expired, "ockham", right, 503},
		{"the service's is for another name", a, "mail", right, 503},
	} {
		t.Run(tt.what, func(t *testing.T) {
			bedrock := startRegion(t, "us-east-1")
			cert, key := tt.server.issue(t, tt.as, "")
			processor := service(t, func(c *config.Config) {
				c.Bedrock.Endpoint = bedrock.URL
				c.Server.TLS = &config.TLS{Cert: cert, Key: key, ClientCA: a.file, ClientName: name}
			})
			b, err := envoy.Bootstrap(envoy.Params{
				Listen: "127.0.0.1:0", Admin: "127.0.0.1:0", Processor: envoy.Address(processor), ProcessorTLS: &tt.envoy,
				Regions: []envoy.Region{{Name: "us-east-1", Endpoint: bedrock.URL}},
			})
			if err != nil {
				t.Fatal(err)
			}
			e := envoytest.Envoy(t, b)
			status, body := post(t, e.URL(t)+"/api/v1/generate", `{"prompt":"Hello."}`, "content-type", "application/json")
			if status != tt.status || status != 200 && !strings.Contains(body, `"code":"unavailable"`) {
				t.Errorf("got %d %s, want %d", status, body, tt.status)
			}
		})
	}
}

// authority signs certificates for a test.
type authority struct {
	key  *ecdsa.PrivateKey
	cert *x509.Certificate
	pool *x509.CertPool
	file string
	next int64
	// What it issues is valid for so long.
	valid time.Duration
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{key: newKey(t), next: 2, valid: time.Hour}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test CA"}, IsCA: true, BasicConstraintsValid: true,
		NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &a.key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	if a.cert, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	a.pool = x509.NewCertPool()
	a.pool.AddCert(a.cert)
	a.file = writePEM(t, "CERTIFICATE", der)
	return a
}

// issue writes a certificate for a DNS name or a URI, and its key.
func (a *authority) issue(t *testing.T, name, uri string) (certFile, keyFile string) {
	t.Helper()
	key := newKey(t)
	template := &x509.Certificate{SerialNumber: big.NewInt(a.next), NotAfter: time.Now().Add(a.valid)}
	a.next++
	if name != "" {
		template.DNSNames = []string{name}
	}
	if uri != "" {
		u, err := url.Parse(uri)
		if err != nil {
			t.Fatal(err)
		}
		template.URIs = []*url.URL{u}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, &key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return writePEM(t, "CERTIFICATE", der), writePEM(t, "PRIVATE KEY", keyDER)
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func writePEM(t *testing.T, kind string, der []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), fmt.Sprintf("%s.pem", strings.ToLower(strings.ReplaceAll(kind, " ", "-"))))
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
