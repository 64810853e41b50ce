package admin

import (
	_ "embed"
	"net/http"
)

//go:embed login.html
var loginPage []byte

func (g *guard) form(w http.ResponseWriter, r *http.Request) {
	if !g.sameOrigin(r) || !g.knownHost(r) {
		refuse(w, http.StatusForbidden, "this page answers only to its own origin")
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(loginPage)
}

// login trades the token for a cookie that scripts cannot read and other sites cannot use.
func (g *guard) login(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 4<<10)
	if !g.sameOrigin(r) || !g.knownHost(r) {
		refuse(w, http.StatusForbidden, "this page answers only to its own origin")
		return
	}
	if g.access.Token != "" && !same(r.PostFormValue("token"), g.access.Token) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = w.Write(loginPage)
		return
	}
	http.SetCookie(w, &http.Cookie{
		Name: cookieName, Value: g.cookie, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode,
		Secure: r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https",
	})
	http.Redirect(w, r, "/", http.StatusSeeOther)
}
