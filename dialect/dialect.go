// Package dialect speaks the clients' languages: Ockham's own generate API, OpenAI's chat completions,
// Anthropic's messages and Bedrock's Converse. Each dialect parses a request to Converse and writes
// answers, streams and errors back. One file (or two) a dialect; All lists them.
package dialect

import (
	"slices"
	"strconv"

	"ockham/bedrock"
)

// Dialect is one client language. Implementations are stateless values.
type Dialect interface {
	// Name is the word used in metrics and logs: "generate", "openai", "anthropic", "converse".
	Name() string
	// Serves tells whether a path is this dialect's, or at least like one of its: then its clients are
	// the likeliest to have asked for it.
	Serves(path string) (mine, like bool)
	// Parse reads a request. A fault of the client is an *Error that says what to do; its text never
	// repeats the prompt. The Call may keep parts of in.Body.
	Parse(in *Input) (*Call, error)
	// Answer appends a whole reply's body to dst.
	Answer(dst []byte, c *Call, r *Reply) []byte
	// Stream starts the writer of one streamed reply.
	Stream(c *Call, r *Reply) Stream
	// Error appends an error's body to dst.
	Error(dst []byte, e *Error, requestID string) []byte
	// ContentType is that of whole and of streamed replies.
	ContentType(stream bool) string
}

// ErrorHeaders is implemented by dialects whose clients read the kind of an error from headers.
type ErrorHeaders interface {
	ErrorHeaders(e *Error) [][2]string
}

// Stream writes one streamed reply. It is used by one goroutine; calls append to dst and return it.
type Stream interface {
	// Event writes what a client is told of ev; often nothing.
	Event(dst []byte, ev *bedrock.Event) []byte
	// Done ends a complete answer. r is final now: verdict, usage and cost are known.
	Done(dst []byte, r *Reply) []byte
	// Fail ends a broken one, so that no client takes it for complete.
	Fail(dst []byte, e *Error, requestID string) []byte
	// Restart tells the client to forget the text so far; nil where the dialect has no such thing.
	Restart(dst []byte, reason string) []byte
}

// Input is a client's request.
type Input struct {
	Method, Path string // Path as sent, without the query
	Query        string
	Header       func(name string) string // by lower-case name; "" when absent
	Body         []byte
	RequestID    string
}

// Call is a request understood: what is asked, in Converse's terms, and how to reply.
type Call struct {
	Dialect  Dialect
	Request  bedrock.Request
	Stream   bool
	Restart  bool   // may be restarted after release (generate only)
	Model    string // a model or pipe asked for by its name; "" to be routed
	Asked    string // the model's name as the client wrote it, "" where there was none
	Pipe     string
	Task     string            // task_type
	Metadata map[string]string // the client's
	Dropped  []string          // what the request preferred and will not get
	State    any               // the dialect's own, from Parse to Answer
	// Reasoning is set when the client asked for reasoning explicitly.
	Reasoning bool
	// Passthrough is set for requests that are only signed and sent on (InvokeModel).
	Passthrough bool
	// Count is set where only the size of the prompt is asked for (count_tokens). The answer is a Reply
	// whose Answer.Usage.Input is that number.
	Count bool
}

// drop notes a preference that will not be honoured, once. The list becomes a header: it is bounded,
// and a name that a header cannot hold is told as "other".
func (c *Call) drop(what string) {
	if !plainName(what) {
		what = "other"
	}
	if len(c.Dropped) < 32 && !slices.Contains(c.Dropped, what) {
		c.Dropped = append(c.Dropped, what)
	}
}

func plainName(s string) bool {
	for i := range len(s) {
		c := s[i]
		if c != '_' && c != '-' && c != '.' && (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z') {
			return false
		}
	}
	return s != "" && len(s) <= 64
}

// Reply is what there is to tell a client besides the answer.
type Reply struct {
	ID      string // request id
	Created int64  // Unix seconds
	Answer  *bedrock.Answer
	Model   string // what the client may see as model; "" when models are not exposed
	Cost    *USD   // of everything done for the answer; nil when not exposed
	Route   *Route // nil when not exposed
}

// Route tells how the model was chosen; it is marshalled as it stands.
type Route struct {
	Pipe      string    `json:"pipe"`
	Strategy  string    `json:"strategy"`
	Reason    string    `json:"reason"`
	Verdict   string    `json:"verdict"` // of the answer: accept, or reject;REASON where even the last one failed
	Escalated bool      `json:"escalated"`
	HoldOut   bool      `json:"hold_out,omitempty"`  // sent to the largest model whatever Strategy says, to measure savings
	Unchecked bool      `json:"unchecked,omitempty"` // it outgrew the hold, and went out without all checks
	Attempts  []Attempt `json:"attempts"`
}

// Attempt is one call made for an answer.
type Attempt struct {
	Model   string   `json:"model"`
	Verdict string   `json:"verdict"`          // accept or reject
	Reason  string   `json:"reason,omitempty"` // of a reject
	MS      int64    `json:"ms"`
	CostUSD USD      `json:"cost_usd"`
	Repair  bool     `json:"repair,omitempty"`  // the same model, told what was wrong
	Hedge   bool     `json:"hedge,omitempty"`   // called beside the one before it
	Mended  []string `json:"mended,omitempty"`  // checks that put its text right
	Skipped []string `json:"skipped,omitempty"` // checks that could not judge it
	Then    string   `json:"then,omitempty"`    // what followed a reject: region, wait, sign, repair, escalate or serve
}

// USD is a sum that is written as a plain decimal: half a micro-dollar would read as 5e-07 otherwise.
type USD float64

func (u USD) String() string { return strconv.FormatFloat(float64(u), 'f', -1, 64) }

// MarshalJSON implements json.Marshaler.
func (u USD) MarshalJSON() ([]byte, error) { return []byte(u.String()), nil }
