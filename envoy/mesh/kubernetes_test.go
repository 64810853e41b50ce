//go:build mesh

package mesh

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"ockham/envoy"
	"ockham/envoy/envoytest"
)

// resources are the paths of the kinds that are rendered.
var resources = map[string]string{
	"Namespace": "/api/v1/namespaces", "ServiceAccount": "serviceaccounts", "ConfigMap": "configmaps", "Service": "services",
	"Deployment": "deployments", "HorizontalPodAutoscaler": "horizontalpodautoscalers",
	"PodDisruptionBudget": "poddisruptionbudgets", "NetworkPolicy": "networkpolicies",
}

func TestKubernetesAcceptsWhatIsRendered(t *testing.T) {
	api := startAPI(t)
	for _, k := range []envoy.Kubernetes{
		{},
		{Sidecar: true, Mesh: envoy.Mesh{Namespace: "gateway", Name: "gateway"}},
		{RoleARN: "arn:aws:iam::123456789012:role/ockham", MTLSSecret: "ockham-tls", MTLSClient: "spiffe://cluster.local/envoy", EnvoyNamespace: "istio-system", Istio: true},
	} {
		rendered, err := envoy.KubernetesYAML(k)
		if err != nil {
			t.Fatal(err)
		}
		for doc := range strings.SplitSeq(string(rendered), "\n---\n") {
			if fault := api.apply(t, doc); fault != "" {
				t.Error(fault)
			}
		}
	}
	// The judge is strict, or its word is worth nothing.
	const privileged = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x, namespace: ockham}\nspec: {selector: {matchLabels: {a: b}}, " +
		"template: {metadata: {labels: {a: b}}, spec: {containers: [{name: x, image: x, %s}]}}}"
	for _, part := range []string{"unknown: 1", "securityContext: {privileged: true}"} {
		if api.apply(t, fmt.Sprintf(privileged, part)) == "" {
			t.Errorf("the server took a container with %s, want a refusal or a warning", part)
		}
	}
}

// apiServer is a real one, with its store.
type apiServer struct {
	url    string
	client *http.Client
}

const token = "for-this-test"

func startAPI(t *testing.T) *apiServer {
	t.Helper()
	dir := t.TempDir()
	client, peer, secure := envoytest.FreeAddress(t), envoytest.FreeAddress(t), envoytest.FreeAddress(t)
	start(t, tool(t, "etcd"), "--data-dir", filepath.Join(dir, "etcd"), "--unsafe-no-fsync", "--log-level", "error",
		"--listen-client-urls", "http://"+client, "--advertise-client-urls", "http://"+client,
		"--listen-peer-urls", "http://"+peer, "--initial-advertise-peer-urls", "http://"+peer, "--initial-cluster", "default=http://"+peer)
	key := serviceAccountKey(t)
	_, port, _ := net.SplitHostPort(secure)
	start(t, tool(t, "kube-apiserver"), "--etcd-servers", "http://"+client, "--bind-address", "127.0.0.1", "--secure-port", port,
		"--cert-dir", dir, "--service-cluster-ip-range", "10.0.0.0/24", "--authorization-mode", "AlwaysAllow",
		"--token-auth-file", write(t, "tokens.csv", []byte(token+",admin,admin,system:masters\n")),
		"--service-account-issuer", "https://localhost", "--service-account-key-file", key, "--service-account-signing-key-file", key,
		"--disable-admission-plugins", "ServiceAccount", "-v", "0")
	a := &apiServer{url: "https://" + secure, client: &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, // made by itself, on this machine
	}}}
	a.await(t)
	return a
}

// start runs a program until the test ends.
func start(t *testing.T, name string, args ...string) {
	t.Helper()
	log, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(name, args...)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if t.Failed() {
			b, _ := os.ReadFile(log.Name())
			t.Logf("%s:\n%s", filepath.Base(name), b[max(0, len(b)-4000):])
		}
		log.Close()
	})
}

func serviceAccountKey(t *testing.T) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return write(t, "key.pem", pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der}))
}

func (a *apiServer) await(t *testing.T) {
	t.Helper()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(2 * time.Minute)
	for {
		if res, err := a.do("GET", "/readyz", ""); err == nil {
			res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return
			}
		}
		select {
		case <-deadline:
			t.Fatal("the API server was not ready within two minutes")
		case <-tick.C:
		}
	}
}

func (a *apiServer) do(method, path, body string) (*http.Response, error) {
	req, err := http.NewRequest(method, a.url+path, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("authorization", "Bearer "+token)
	req.Header.Set("content-type", "application/apply-patch+yaml")
	return a.client.Do(req)
}

// apply lets the server judge an object as if it were to be stored, and returns what it has against it.
// Namespaces are stored, because the rest stands in them.
func (a *apiServer) apply(t *testing.T, doc string) string {
	t.Helper()
	var o struct {
		APIVersion string `yaml:"apiVersion"`
		Kind       string
		Metadata   struct{ Name, Namespace string }
	}
	if err := yaml.Unmarshal([]byte(doc), &o); err != nil {
		t.Fatalf("%v:\n%s", err, doc)
	}
	path := resources[o.Kind]
	dry := ""
	if o.Kind != "Namespace" {
		group := "/apis/" + o.APIVersion
		if o.APIVersion == "v1" {
			group = "/api/v1"
		}
		path = fmt.Sprintf("%s/namespaces/%s/%s", group, o.Metadata.Namespace, path)
		dry = "&dryRun=All"
	}
	res, err := a.do("PATCH", path+"/"+o.Metadata.Name+"?fieldManager=ockham&force=true&fieldValidation=Strict"+dry, doc)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, _ := io.ReadAll(res.Body)
	if res.StatusCode >= 300 {
		return fmt.Sprintf("%s %s: %s: %s", o.Kind, o.Metadata.Name, res.Status, body)
	}
	if warnings := res.Header.Values("warning"); len(warnings) > 0 {
		return fmt.Sprintf("%s %s: the server warns: %s", o.Kind, o.Metadata.Name, warnings)
	}
	return ""
}
