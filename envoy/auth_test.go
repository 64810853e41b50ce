package envoy_test

import (
	"net/http"
	"strings"
	"testing"

	"ockham/envoy"
	"ockham/envoy/envoytest"
)

func TestEnvoyAuthenticatesBeforeTheService(t *testing.T) {
	token, jwks := envoytest.Token(t, "alice")
	auth := map[string]struct {
		auth   envoy.Auth
		header []string
		tenant string
	}{
		"api key":         {envoy.Auth{Keys: []envoy.Key{{Client: "bob", Key: "k1"}}}, []string{"authorization", "Bearer k1"}, "bob"},
		"api key, header": {envoy.Auth{Keys: []envoy.Key{{Client: "bob", Key: "k1"}}}, []string{"x-api-key", "k1"}, "bob"},
		"token": {
			envoy.Auth{JWT: &envoy.JWT{Issuer: envoytest.Issuer, JWKS: jwks}},
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
