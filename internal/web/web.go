// Package web is Ockham's HTTP port, reached through the same Envoy: what is no prompt to be routed
// (explain, models, feedback), and the WebSocket, which Envoy cannot judge and which is therefore taken
// apart here, each request of it posted back through Envoy.
package web

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"ockham/dialect"
	"ockham/extproc"
	"ockham/routing"
)

// Server answers the HTTP port. Its funcs must be safe for concurrent use.
type Server struct {
	// Explain decides about a call without asking any model. Its error is a *dialect.Error or a
	// *routing.Unservable.
	Explain func(*dialect.Call, Origin) (*routing.Plan, error)
	// Models lists the names that a client may ask for.
	Models func() []string
	// Feedback notes what a client thinks of an answer; nil refuses it.
	Feedback func(Feedback) error
	Token    string  // that feedback must carry, as a bearer token
	Socket   *Socket // nil: no WebSocket
	MaxBody  int64
	Load     *extproc.Load // bounds what is read at once; nil for no bounds
	Log      *slog.Logger
}

// Origin is where a request that is explained would come from.
type Origin struct {
	ID, Route string
	Header    func(name string) string
}

// Feedback is a client's word on an answer.
type Feedback struct {
	ID      string  `json:"id"`
	Score   float64 `json:"score"`
	Comment string  `json:"comment,omitempty"`
}

// Handler routes the port's paths.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/v1/explain", s.admitted(s.explain))
	mux.HandleFunc("POST /api/v1/feedback", s.admitted(s.feedback))
	mux.HandleFunc("GET /v1/models", s.models)
	mux.HandleFunc("GET /v1/models/{id}", s.model)
	mux.HandleFunc("/api/v1/explain", s.only("POST"))
	mux.HandleFunc("/api/v1/feedback", s.only("POST"))
	mux.HandleFunc("/v1/models", s.only("GET"))
	mux.HandleFunc("/v1/models/{id}", s.only("GET"))
	mux.HandleFunc("/api/v1/generate", s.generate)
	mux.HandleFunc("/", s.lost)
	return mux
}

// explain tells how a request would be routed; the body is that of generate. Headers are read as they
// would be there. The route cannot be: it is that of explain itself, so it is named in the query.
func (s *Server) explain(w http.ResponseWriter, r *http.Request, room *extproc.Body) {
	plan, err := s.explained(w, r, room)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	writeJSON(w, routing.Explained(plan))
}

func (s *Server) explained(w http.ResponseWriter, r *http.Request, room *extproc.Body) (*routing.Plan, error) {
	route, err := routeOf(r.URL.RawQuery)
	if err != nil {
		return nil, err
	}
	body, err := s.read(w, r, room)
	if err != nil {
		return nil, err
	}
	from := Origin{ID: r.Header.Get("X-Request-Id"), Route: route, Header: r.Header.Get}
	call, err := dialect.Generate{}.Parse(&dialect.Input{
		Method: r.Method, Path: r.URL.Path, Header: from.Header, Body: body, RequestID: from.ID,
	})
	if err != nil {
		return nil, err
	}
	return s.Explain(call, from)
}

// routeOf reads ?route=NAME, and nothing else.
func routeOf(query string) (string, error) {
	values, err := url.ParseQuery(query)
	if err != nil {
		return "", dialect.Invalid("", "the query is malformed; it may be ?route=NAME")
	}
	for name := range values {
		if name != "route" {
			return "", dialect.Invalid(name, "the query may hold route, the name of Envoy's route, and nothing else")
		}
	}
	return values.Get("route"), nil
}

func (s *Server) models(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(dialect.ModelsList(s.Models()))
}

func (s *Server) model(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("id")
	if !slices.Contains(s.Models(), name) {
		e := &dialect.Error{Code: dialect.NotFound, Param: "model", Message: "There is no model of this name."}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(e.Status())
		_, _ = w.Write(dialect.OpenAI{}.Error(nil, e, r.Header.Get("X-Request-Id")))
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(dialect.ModelInfo(name))
}

// maxComment bounds what a client may say about an answer, in bytes.
const maxComment = 4096

func (s *Server) feedback(w http.ResponseWriter, r *http.Request, room *extproc.Body) {
	if s.Feedback == nil {
		s.fail(w, r, &dialect.Error{Code: dialect.NotFound, Message: "feedback is off here"})
		return
	}
	if !s.mayJudge(r) {
		s.fail(w, r, &dialect.Error{Code: dialect.Unauthorized, Message: "feedback needs the gateway's feedback token, as Authorization: Bearer"})
		return
	}
	body, refused := s.read(w, r, room)
	if refused != nil {
		s.fail(w, r, refused)
		return
	}
	f, err := parseFeedback(body)
	if err == nil {
		err = s.Feedback(f)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// mayJudge compares tokens in a time that tells nothing about them.
func (s *Server) mayJudge(r *http.Request) bool {
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	return subtle.ConstantTimeCompare([]byte(token), []byte(s.Token)) == 1
}

func parseFeedback(body []byte) (f Feedback, err error) {
	var in struct {
		ID      string   `json:"id"`
		Score   *float64 `json:"score"`
		Comment string   `json:"comment"`
	}
	if err := decodeStrict(body, &in); err != nil {
		return f, dialect.Invalid("", err.Error())
	}
	switch {
	case in.ID == "" || len(in.ID) > 128:
		return f, dialect.Invalid("id", "id must be the request id of an answer")
	case in.Score == nil || *in.Score < 0 || *in.Score > 1:
		return f, dialect.Invalid("score", "score must be a number from 0 (bad) to 1 (good)")
	case len(in.Comment) > maxComment:
		return f, dialect.Invalid("comment", "comment must be at most 4096 bytes long")
	}
	return Feedback{in.ID, *in.Score, in.Comment}, nil
}

// generate takes sockets. A plain request here means that Envoy sends prompts around its own filter:
// answering them by posting back would go in circles.
func (s *Server) generate(w http.ResponseWriter, r *http.Request) {
	if !isUpgrade(r) {
		s.Log.Error("a prompt reached the HTTP port: Envoy's route for it must keep the filter and lead to Bedrock")
		s.fail(w, r, &dialect.Error{Code: dialect.Internal, Message: "the gateway's routes are wrong; its operator has been told"})
		return
	}
	if s.Socket == nil {
		s.fail(w, r, &dialect.Error{Code: dialect.NotFound, Message: "WebSocket is off here; post to this path instead"})
		return
	}
	if !s.Socket.enter() {
		s.fail(w, r, extproc.Busy)
		return
	}
	defer s.Socket.leave()
	s.Socket.serve(w, r)
}

func (s *Server) only(method string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { s.fail(w, r, dialect.OnlyMethod(method)) }
}

func (s *Server) lost(w http.ResponseWriter, r *http.Request) {
	s.fail(w, r, &dialect.Error{Code: dialect.NotFound, Message: "there is nothing at this path"})
}

// admitted has next answer where the gateway can take on one more request, in the room that it gets.
func (s *Server) admitted(next func(http.ResponseWriter, *http.Request, *extproc.Body)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		room, err := s.Load.Admit()
		if err != nil {
			s.fail(w, r, err)
			return
		}
		defer room.Close()
		next(w, r, room)
	}
}

func (s *Server) read(w http.ResponseWriter, r *http.Request, room *extproc.Body) ([]byte, error) {
	body, err := room.Read(http.MaxBytesReader(w, r.Body, s.MaxBody))
	var large *http.MaxBytesError
	var full *dialect.Error
	switch {
	case errors.As(err, &large):
		return nil, &dialect.Error{Code: dialect.TooLarge, Message: "the body is too large"}
	case errors.As(err, &full):
		return nil, full
	case err != nil:
		return nil, dialect.Invalid("", "the body could not be read")
	}
	return body, nil
}

// fail answers with err in the words of the generate API.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	e := clientError(err)
	if e.Code == dialect.Internal && !errors.Is(err, context.Canceled) {
		s.Log.Error("HTTP port", "path", r.URL.Path, "err", err)
	}
	w.Header().Set("Content-Type", "application/json")
	if e.Allow != "" {
		w.Header().Set("Allow", e.Allow)
	}
	if e.RetryAfter != "" {
		w.Header().Set("Retry-After", e.RetryAfter)
	}
	unread := e.Code == dialect.Unavailable || e.Code == dialect.TooLarge
	control := http.NewResponseController(w)
	if unread {
		_ = control.EnableFullDuplex() // else net/http reads on before it answers: for ever, if the client has stopped to write
		w.Header().Set("Connection", "close")
	}
	w.WriteHeader(e.Status())
	_, _ = w.Write(dialect.Generate{}.Error(nil, e, r.Header.Get("X-Request-Id")))
	if unread {
		_ = control.Flush()
		_ = control.SetReadDeadline(time.Now().Add(linger))
		_, _ = io.Copy(io.Discard, r.Body)
	}
}

// linger is how long what still comes of a body that was refused is read and thrown away: a connection that
// is closed on it takes the answer with it.
const linger = time.Second

func clientError(err error) *dialect.Error {
	var e *dialect.Error
	var unservable *routing.Unservable
	switch {
	case errors.As(err, &e):
		return e
	case errors.As(err, &unservable):
		return dialect.Invalid("", unservable.Error())
	}
	return &dialect.Error{Code: dialect.Internal, Message: "internal error"}
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}
