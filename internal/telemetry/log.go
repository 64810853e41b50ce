package telemetry

import (
	"context"
	"io"
	"log/slog"
	"sync"
	"time"
)

// NewLogger writes JSON lines to w. Log what happened with its request id (WithRequest), never the
// text of a prompt or an answer.
func NewLogger(w io.Writer, level slog.Leveler) *slog.Logger {
	return slog.New(&requestHandler{slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level})})
}

type requestKey struct{}

type requestIDs struct{ id, trace string }

// WithRequest makes lines that are logged with the context name the request and its trace. trace is a
// W3C traceparent, "" where there is none.
func WithRequest(ctx context.Context, id, trace string) context.Context {
	return context.WithValue(ctx, requestKey{}, requestIDs{id, trace})
}

// requestHandler adds request_id and trace_id from the context.
type requestHandler struct{ slog.Handler }

func (h *requestHandler) Handle(ctx context.Context, line slog.Record) error {
	if ids, ok := ctx.Value(requestKey{}).(requestIDs); ok {
		line.AddAttrs(slog.String("request_id", ids.id))
		if span := parseTraceparent(ids.trace); span.IsValid() {
			line.AddAttrs(slog.String("trace_id", span.TraceID().String()))
		}
	}
	return h.Handler.Handle(ctx, line)
}

func (h *requestHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &requestHandler{h.Handler.WithAttrs(attrs)}
}

func (h *requestHandler) WithGroup(name string) slog.Handler {
	return &requestHandler{h.Handler.WithGroup(name)}
}

// quiet logs the same warning once a minute at most: what goes wrong a thousand times a second is
// told by a counter.
type quiet struct {
	log  *slog.Logger
	now  func() time.Time
	mu   sync.Mutex
	last map[string]time.Time // by message; messages are constants of this package
}

func newQuiet(log *slog.Logger, now func() time.Time) *quiet {
	return &quiet{log: log, now: now, last: map[string]time.Time{}}
}

func (q *quiet) warn(message string, attrs ...slog.Attr) {
	if q.due(message) {
		q.log.LogAttrs(context.Background(), slog.LevelWarn, message, attrs...)
	}
}

func (q *quiet) due(message string) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	now := q.now()
	if last, ok := q.last[message]; ok && now.Sub(last) < time.Minute {
		return false
	}
	q.last[message] = now
	return true
}
