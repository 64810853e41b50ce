package emulator

import (
	"net/http"
	"time"
)

// Call is one request as the emulator saw it.
type Call struct {
	ID        string // x-amzn-RequestId
	Number    uint64 // 1, 2, ... in the order of arrival
	Operation string // converse, converse-stream, count-tokens, invoke, invoke-with-response-stream; empty if unknown
	ModelID   string // as the client wrote it, unescaped
	Model     string // id in the catalogue
	Path      string // as it came on the wire
	Header    http.Header
	Body      []byte
	Started   time.Time

	// Known once the call has ended.
	Ended     time.Time
	Status    int    // 0 if no header was sent
	ErrorType string // ThrottlingException, also when it came inside a stream
	Message   string
	Faults    string   // names, separated by commas
	Outcome   string   // right, wrong;how, or empty
	Ignored   []string // members of the body that Bedrock ignores
	Prompt    string   // the last user text, without markers
	Text      string   // the answer's text
	Input     int      // tokens
	Output    int
	Cancelled bool // the client left before the end
}

// Duration is how long the call took.
func (c Call) Duration() time.Duration { return c.Ended.Sub(c.Started) }

// Summary is the call without its texts, for a log.
func (c Call) Summary() map[string]any {
	line := map[string]any{
		"id": c.ID, "operation": c.Operation, "model": c.Model, "model_id": c.ModelID, "started": c.Started.UTC().Format(time.RFC3339Nano),
		"ms": c.Duration().Milliseconds(), "status": c.Status, "input_tokens": c.Input, "output_tokens": c.Output,
	}
	for name, value := range map[string]string{"error": c.ErrorType, "message": c.Message, "faults": c.Faults, "outcome": c.Outcome} {
		if value != "" {
			line[name] = value
		}
	}
	if c.Cancelled {
		line["cancelled"] = true
	}
	return line
}
