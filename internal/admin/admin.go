// Package admin serves the operator's port: health, metrics and the admin page. It listens on
// loopback unless told otherwise, and what it shows is never readable from another origin.
package admin

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/pprof"
	"time"
)

// Deps are what the port serves.
type Deps struct {
	Access Access
	Ready  func(context.Context) error // nil: ready; the error says what is missing
	// Warnings are what /readyz tells although requests are served; may be nil.
	Warnings func() []string
	Metrics  http.Handler // /metrics
	Page     http.Handler // everything else, guarded by Access
}

// Handler serves /healthz and /readyz to anyone who reaches the port, and the rest as Access says.
func Handler(d Deps) http.Handler {
	guard := newGuard(d.Access)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", healthy)
	mux.Handle("GET /readyz", readiness(d))
	mux.Handle("GET /metrics", guard.metrics(d.Metrics))
	mux.HandleFunc("GET /login", guard.form)
	mux.HandleFunc("POST /login", guard.login)
	mux.Handle("GET /debug/pprof/", guard.page(profiles()))
	mux.Handle("/", guard.page(d.Page))
	return securityHeaders(mux)
}

// profiles are Go's own, of this process; they hold names of functions, and nothing of what is served.
func profiles() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	return mux
}

func healthy(w http.ResponseWriter, _ *http.Request) { writeJSON(w, http.StatusOK, status{OK: true}) }

type status struct {
	OK     bool   `json:"ok"`
	Reason string `json:"reason,omitempty"`
	// Warnings do not keep requests from being served.
	Warnings []string `json:"warnings,omitempty"`
}

func readiness(d Deps) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := d.ask(r.Context()); err != nil {
			writeJSON(w, http.StatusServiceUnavailable, status{Reason: err.Error()})
			return
		}
		s := status{OK: true}
		if d.Warnings != nil {
			s.Warnings = d.Warnings()
		}
		writeJSON(w, http.StatusOK, s)
	}
}

func (d *Deps) ask(ctx context.Context) error {
	if d.Ready == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	return d.Ready(ctx)
}

func writeJSON(w http.ResponseWriter, code int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(v) // the client is gone; there is nobody to tell
}

// securityHeaders keep the page from loading anything from elsewhere, and others from framing,
// embedding or sniffing it.
func securityHeaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "same-origin") // without one, a form's Origin would be "null"
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		next.ServeHTTP(w, r)
	})
}
