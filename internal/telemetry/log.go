package telemetry

import (
	"context"
	"io"
	"log/slog"
	"sync"
	"time"
)

// NewLogger writes JSON lines to w. No line may hold text of a prompt or an answer.
func NewLogger(w io.Writer, level slog.Leveler) *slog.Logger {
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level}))
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
