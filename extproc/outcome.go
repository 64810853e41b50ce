package extproc

import (
	"strings"
	"time"

	"ockham/dialect"
	"ockham/routing"
)

// Outcome is everything known of one request once it has ended. Whoever observes it must not keep
// Prompt, which may be large and is private to the client.
type Outcome struct {
	ID      string // Envoy's x-request-id
	Trace   string // W3C traceparent of Envoy's span, else of the client's; "" when there is neither
	Start   time.Time
	Took    time.Duration // from the request's headers to the end of the answer
	Decided time.Duration // the part of Took in which the plan was made, judge included
	Held    time.Duration // from the first answer's headers to the release
	Dialect string
	Route   string // Envoy's route name or profile
	Tenant  string
	Stream  bool

	Prompt    *routing.Prompt // nil when the request could not be read
	Plan      *routing.Plan   // nil when none was made
	Attempts  []Attempt       // every call made for the answer, in order
	Served    int             // index of the attempt whose answer was sent, -1 none
	Verdict   string          // "accept", or "reject;REASON" when even the last answer failed
	Escalated bool            // the answer came from another model than the first
	Restarted bool            // after release, on the client's wish
	Unchecked bool            // beyond the held limit: released without all checks

	Status   int          // HTTP status sent to the client, 0 when it left before
	Error    dialect.Code // "" for an answer
	Left     bool         // the client left before the end
	BytesIn  int
	BytesOut int

	CostUSD        float64 // all attempts and charges
	LargestCostUSD float64 // the same tokens at the largest model's price
}

// Attempt is one call of one model.
type Attempt struct {
	Model        *routing.Model
	Region       string
	ThroughEnvoy bool // the first one; the others are made by the service
	Start        time.Time
	FirstToken   time.Duration // since Start; 0 when none came
	Took         time.Duration
	Status       int    // HTTP status of Bedrock or of Envoy in its place, 0 when there was none
	Verdict      string // accept or reject; "" when the client left before it could be told
	Reason       routing.Reason
	Detail       string // for operators; no text of prompt or answer
	Tokens       routing.Tokens
	Estimated    bool // the tokens are an estimate: the answer was cut or stopped
	CostUSD      float64
	Repair       bool     // the same model asked again with what was wrong
	Hedge        bool     // started before the one before it was given up
	Mended       []string // checks that put its text right
	Skipped      []Skip   // checks that could not judge it
	Then         string   // what followed a rejection, and why
}

// Skip is a check that could not judge an answer, which then passes it.
type Skip struct{ Check, Why string }

// SkippedChecks names the checks that could not judge the attempt.
func (a *Attempt) SkippedChecks() []string {
	var names []string
	for _, s := range a.Skipped {
		names = append(names, s.Check)
	}
	return names
}

// Followed is what followed a rejection, without why.
func (a *Attempt) Followed() string {
	what, _, _ := strings.Cut(a.Then, ":")
	return what
}
