// Package dashboard is the admin page: what flows where, what it saves and why, and a playground. It
// is plain HTML, CSS and JavaScript, embedded; nothing is loaded from elsewhere. Who may see it is
// decided by package admin, in front of this.
package dashboard

import (
	"context"
	"embed"
	"encoding/json"
	"io/fs"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"ockham/internal/telemetry"
)

// Deps are what the page shows. Funcs must be safe for concurrent use.
type Deps struct {
	Sums       *telemetry.Sums
	Setup      func() Setup
	Health     func(context.Context) []Health
	PricesAsOf string
	Version    string

	// Explain answers POST /api/v1/explain; nil hides the playground.
	Explain http.Handler
	// Envoy is where the playground sends what is run, which spends money; nil: it only explains.
	Envoy *url.URL
	// Prompts shows the text of prompts in decisions, where telemetry keeps it.
	Prompts bool
}

// Setup is the policy in force.
type Setup struct {
	Pipes  []Pipe  `json:"pipes"`
	Models []Model `json:"models"`
	File   string  `json:"file,omitempty"`
	Loaded string  `json:"loaded,omitempty"` // time, RFC 3339
	Fault  string  `json:"fault,omitempty"`  // why a newer file was refused
	Text   string  `json:"text"`             // the configuration, without secrets
	// Tasks are the task types that the policy knows, for the playground.
	Tasks []string `json:"tasks,omitempty"`
}

// Pipe is a list of models, in the order in which they are tried.
type Pipe struct {
	Name   string   `json:"name"`
	Models []string `json:"models"`
}

// Model is one model and its prices, in US dollars per million tokens.
type Model struct {
	Name       string  `json:"name"`
	ID         string  `json:"id"`
	In         float64 `json:"in"`
	Out        float64 `json:"out"`
	CacheRead  float64 `json:"cache_read,omitempty"`
	CacheWrite float64 `json:"cache_write,omitempty"`
	Context    int     `json:"context,omitempty"`
}

// Health is one thing that must work.
type Health struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail,omitempty"`
}

//go:embed page
var embedded embed.FS

// Handler serves the page and what it asks for.
func Handler(d Deps) http.Handler {
	page, err := fs.Sub(embedded, "page")
	if err != nil {
		panic(err) // the embedded folder is part of the program
	}
	s := &server{Deps: d}
	mux := http.NewServeMux()
	mux.Handle("GET /", noStore(http.FileServerFS(page)))
	mux.HandleFunc("GET /api/view", s.view)
	mux.HandleFunc("GET /api/events", s.events)
	mux.HandleFunc("GET /api/decisions", s.decisions)
	mux.HandleFunc("GET /api/decisions/{seq}", s.decision)
	mux.HandleFunc("GET /api/setup", s.setup)
	mux.HandleFunc("GET /api/health", s.health)
	mux.Handle("POST /api/explain", jsonOnly(s.explain()))
	mux.Handle("POST /api/run", jsonOnly(s.run()))
	return mux
}

// noStore keeps browsers from mixing files of two versions of the program.
func noStore(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

type server struct {
	Deps
	watchers watchers
}

// about is what the page must know once.
type about struct {
	Version    string `json:"version"`
	PricesAsOf string `json:"prices_as_of"`
	Explain    bool   `json:"explain"`
	Run        bool   `json:"run"`
	Prompts    bool   `json:"prompts"`
	Setup
}

func (s *server) setup(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, about{
		Version: s.Version, PricesAsOf: s.PricesAsOf, Explain: s.Explain != nil,
		Run: s.Explain != nil && s.Envoy != nil, Prompts: s.Prompts, Setup: s.Setup(),
	})
}

func (s *server) health(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	writeJSON(w, s.Health(ctx))
}

func (s *server) view(w http.ResponseWriter, r *http.Request) {
	writeJSON(w, s.Sums.View(time.Now(), window(r)))
}

// window is how far back the page looks, an hour unless it says otherwise.
func window(r *http.Request) time.Duration {
	minutes, err := strconv.Atoi(r.FormValue("window"))
	if err != nil || minutes <= 0 {
		return time.Hour
	}
	return time.Duration(min(minutes, 24*60)) * time.Minute
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(v) // the client is gone; there is nobody to tell
}

func fail(w http.ResponseWriter, code int, name, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(map[string]any{"error": map[string]string{"code": name, "message": message}})
}
