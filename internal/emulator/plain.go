package emulator

import (
	"net/http"
	"strconv"
	"time"
)

// plain sends a whole answer, as late as its last token would come.
func (x *exchange) plain(q *question, a answer, form wire) *apiError {
	if q.faults.has(faultStall) {
		return x.stall("application/json")
	}
	if !wait(x.r.Context(), x.config.Pace.of(q).whole(tokensOf(q, a))) {
		x.call.Cancelled = true
		panic(http.ErrAbortHandler)
	}
	ms := time.Since(x.call.Started).Milliseconds()
	body := form.plain(q, a, ms)
	if f := q.faults.any(faultStreamTruncate, faultStreamReset); f != "" {
		return x.breakOff(body, f)
	}
	x.begin("application/json")
	if x.op == invoke {
		x.w.Header().Set("X-Amzn-Bedrock-Invocation-Latency", strconv.FormatInt(ms, 10))
	}
	x.w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	_, err := x.w.Write(body)
	x.call.Cancelled = err != nil
	return nil
}

func tokensOf(q *question, a answer) int {
	n := 0
	for i := range a.parts {
		n += a.parts[i].tokens()
	}
	if q.faults.has(faultSlow) {
		n = max(n, slowTokens)
	}
	return n
}

func (x *exchange) begin(contentType string) {
	x.call.Status = http.StatusOK
	x.w.Header().Set("Content-Type", contentType)
}

// breakOff sends half of a body, and ends as the fault says.
func (x *exchange) breakOff(body []byte, f fault) *apiError {
	x.begin("application/json")
	_, _ = x.w.Write(body[:len(body)/2])
	x.flush()
	if f == faultStreamReset {
		x.reset()
	}
	return nil
}

// stall sends the headers and then nothing until the client leaves.
func (x *exchange) stall(contentType string) *apiError {
	x.begin(contentType)
	x.w.WriteHeader(http.StatusOK)
	x.flush()
	<-x.r.Context().Done()
	x.call.Cancelled = true
	panic(http.ErrAbortHandler)
}

func (x *exchange) flush() { _ = http.NewResponseController(x.w).Flush() }
