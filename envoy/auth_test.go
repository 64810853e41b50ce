package envoy_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ockham/envoy"
)

func TestEnvoyAuthenticatesBeforeTheService(t *testing.T) {
	token, jwks := newToken(t, "alice")
	auth := map[string]struct {
		auth   envoy.Auth
		header []string
		tenant string
	}{
		"api key":         {envoy.Auth{Keys: []envoy.Key{{Client: "bob", Key: "k1"}}}, []string{"authorization", "Bearer k1"}, "bob"},
		"api key, header": {envoy.Auth{Keys: []envoy.Key{{Client: "bob", Key: "k1"}}}, []string{"x-api-key", "k1"}, "bob"},
		"token": {
			envoy.Auth{JWT: &envoy.JWT{Issuer: "https://issuer.example.com", JWKS: jwks}},
			[]string{"authorization", "Bearer " + token},
			"alice",
		},
	}
	for name, tt := range auth {
		t.Run(name, func(t *testing.T) {
			p := &planner{}
			e := start(t, p, serve(t, func(http.ResponseWriter, *http.Request) {}), func(params *envoy.Params) { params.Auth = &tt.auth })
			status, body := post(t, e.URL(t)+"/api/v1/generate", "{}", "x-ockham-tenant", "forged")
			if status != 401 || !strings.Contains(body, `"code":"unauthorized"`) {
				t.Errorf("without credentials: got %d %s, want 401 unauthorized", status, body)
			}
			drain(p)
			status, body = post(t, e.URL(t)+"/api/v1/generate", "{}", append(tt.header, "x-ockham-tenant", "forged")...)
			if status != 200 {
				t.Fatalf("with credentials: got %d %s, want 200", status, body)
			}
			if got := header(p, "x-ockham-tenant"); got != tt.tenant {
				t.Errorf("the service was told of tenant %q, want %q", got, tt.tenant)
			}
		})
	}
}

// header reads a header of the first request that the service saw.
func header(p *planner, name string) string {
	var values []string
	for _, h := range (<-p.saw).GetRequestHeaders().GetHeaders().GetHeaders() {
		if h.Key == name {
			values = append(values, string(h.RawValue))
		}
	}
	return strings.Join(values, ",")
}

// newToken signs a token for subject and writes the file of keys that proves it.
func newToken(t *testing.T, subject string) (token, jwks string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	public, err := key.PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	encode := base64.RawURLEncoding.EncodeToString
	jwks = filepath.Join(t.TempDir(), "jwks.json")
	set := fmt.Sprintf(`{"keys":[{"kty":"EC","crv":"P-256","alg":"ES256","kid":"1","x":"%s","y":"%s"}]}`, encode(public[1:33]), encode(public[33:]))
	if err := os.WriteFile(jwks, []byte(set), 0o600); err != nil {
		t.Fatal(err)
	}
	claims, err := json.Marshal(map[string]any{"iss": "https://issuer.example.com", "sub": subject, "exp": time.Now().Add(time.Hour).Unix()})
	if err != nil {
		t.Fatal(err)
	}
	signed := encode([]byte(`{"alg":"ES256","kid":"1"}`)) + "." + encode(claims)
	hash := sha256.Sum256([]byte(signed))
	r, s, err := ecdsa.Sign(rand.Reader, key, hash[:])
	if err != nil {
		t.Fatal(err)
	}
	signature := append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
	return signed + "." + encode(signature), jwks
}
