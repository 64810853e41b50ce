package admin

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// guard lets in whom Access allows. Three attacks are kept out: another site that sends a browser's
// request here (Sec-Fetch-Site and Origin), a name that was rebound to this address (Host, or the
// token's cookie, which belongs to one name), and everyone without the token.
type guard struct {
	access Access
	cookie string // what a browser shows once it has logged in
}

const cookieName = "ockham_admin"

func newGuard(a Access) *guard {
	mac := hmac.New(sha256.New, []byte(a.Token))
	mac.Write([]byte("ockham admin session"))
	return &guard{access: a, cookie: hex.EncodeToString(mac.Sum(nil))}
}

func (g *guard) page(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case !g.sameOrigin(r) || !g.knownHost(r):
			refuse(w, http.StatusForbidden, "this page answers only to its own origin")
		case g.authorized(r):
			next.ServeHTTP(w, r)
		case r.Method == http.MethodGet && strings.Contains(r.Header.Get("Accept"), "text/html"):
			http.Redirect(w, r, "/login", http.StatusSeeOther)
		default:
			w.Header().Set("WWW-Authenticate", `Bearer realm="ockham"`)
			refuse(w, http.StatusUnauthorized, "a token is needed")
		}
	})
}

// metrics is for scrapers, which are no browsers: they send no Origin and no Sec-Fetch-Site.
func (g *guard) metrics(next http.Handler) http.Handler {
	guarded := g.page(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if g.access.OpenMetrics && g.sameOrigin(r) {
			next.ServeHTTP(w, r)
			return
		}
		guarded.ServeHTTP(w, r)
	})
}

func refuse(w http.ResponseWriter, code int, why string) {
	writeJSON(w, code, map[string]any{"error": map[string]string{"code": strings.ToLower(strings.ReplaceAll(http.StatusText(code), " ", "_")), "message": why}})
}

// sameOrigin refuses what a browser sends on behalf of another site, but for following a link to a
// page, which that site cannot read.
func (g *guard) sameOrigin(r *http.Request) bool {
	if origin := r.Header.Get("Origin"); origin != "" {
		u, err := url.Parse(origin)
		if err != nil || u.Host == "" || !strings.EqualFold(u.Host, r.Host) {
			return false
		}
	}
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "same-origin", "none":
		return true
	}
	return r.Method == http.MethodGet && r.Header.Get("Sec-Fetch-Mode") == "navigate" && r.Header.Get("Sec-Fetch-Dest") == "document"
}

// knownHost refuses foreign names where no token protects the page. A name that is rebound to this
// address would be the page's own origin to the browser.
func (g *guard) knownHost(r *http.Request) bool {
	if g.access.Token != "" {
		return true
	}
	host := r.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.Trim(host, "[]")
	return isLoopback(host) || slices.ContainsFunc(g.access.Hosts, func(h string) bool { return strings.EqualFold(h, host) })
}

func (g *guard) authorized(r *http.Request) bool {
	if g.access.Token == "" {
		return true
	}
	if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok && same(bearer, g.access.Token) {
		return true
	}
	cookie, err := r.Cookie(cookieName)
	return err == nil && same(cookie.Value, g.cookie)
}

// same compares in a time that tells nothing, of lengths neither.
func same(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return hmac.Equal(x[:], y[:])
}
