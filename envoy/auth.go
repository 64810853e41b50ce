package envoy

import "strings"

// TenantHeader tells Ockham who the client is. Envoy takes it from clients and sets it itself.
const TenantHeader = "x-ockham-tenant"

// Auth lets Envoy find out who the client is, before Ockham sees the request. One way is enough; all
// that are set must be met.
type Auth struct {
	Keys        []Key // as "authorization: Bearer KEY" or "x-api-key: KEY"
	JWT         *JWT
	Certificate bool // the client's certificate, with ServerTLS.CA
}

// Key is an API key and the client that owns it.
type Key struct{ Client, Key string }

// JWT is a token's issuer.
type JWT struct {
	Issuer, Audience string
	JWKS             string // URL or file of its public keys
	Claim            string // names the client; sub
}

type authView struct {
	Auth
	JWT    *jwtView
	Tenant string
}

type jwtView struct {
	JWT
	Remote  bool
	Cluster string
	Address Address
	TLS     *upstreamTLS
}

func newAuth(a Auth) (*authView, error) {
	v := &authView{Auth: a, Tenant: TenantHeader}
	if a.JWT == nil {
		return v, nil
	}
	j := &jwtView{JWT: *a.JWT, Cluster: "jwks"}
	or(&j.Claim, "sub")
	v.JWT = j
	if !strings.Contains(j.JWKS, "://") {
		return v, nil
	}
	j.Remote = true
	u, err := parseEndpoint(j.JWKS)
	if err != nil {
		return nil, err
	}
	j.Address, j.TLS = u.address, u.tls("")
	return v, nil
}
