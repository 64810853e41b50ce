package extproc

import (
	"log/slog"
	"strings"
)

// log is for what happens to this request: every line names it and, where there is one, its trace.
func (x *exchange) log() *slog.Logger {
	log := x.s.Log.With("request_id", x.out.ID)
	if parts := strings.Split(x.out.Trace, "-"); len(parts) > 1 { // 00-TRACE-SPAN-FLAGS
		log = log.With("trace_id", parts[1])
	}
	return log
}
