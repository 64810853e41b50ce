package telemetry

import (
	"sync"
	"time"
)

// Sums are what the admin page shows: totals since start, a day of minutes, and the latest decisions.
// Their memory is set aside at the start and does not grow with traffic.
type Sums struct {
	mu      sync.Mutex
	since   time.Time // time of the first request
	total   minute
	flows   map[flowKey]*Flow
	reasons map[string]int
	ways    map[string]int // by strategy
	models  map[string]*ModelSums
	charges map[string]*ChargeSums

	pipeNames, modelNames, words labels

	minutes []minute // ring, by minute of the epoch
	recent  []Entry  // ring, by Seq
	seq     uint64
}

// dayMinutes is how far back the page's curves go.
const dayMinutes = 24 * 60

type flowKey struct{ pipe, model string }

// Flow counts the attempts of one model in one pipe.
type Flow struct {
	Pipe     string `json:"pipe"`
	Model    string `json:"model"`
	Attempts int    `json:"attempts"`
	Served   int    `json:"served"`
	Rejected int    `json:"rejected"`
}

// ModelSums is what one model did and cost.
type ModelSums struct {
	Model    string      `json:"model"`
	ID       string      `json:"id"`
	Attempts int         `json:"attempts"`
	Served   int         `json:"served"`
	Rejected int         `json:"rejected"`
	Tokens   TokenRecord `json:"tokens"`
	CostUSD  float64     `json:"cost_usd"`
	First    Quantiles   `json:"first_token_ms"`
	Took     Quantiles   `json:"ms"`

	first, took Spread
}

// ChargeSums is what judge or verifier did and cost.
type ChargeSums struct {
	What    string  `json:"what"`
	Calls   int     `json:"calls"`
	CostUSD float64 `json:"cost_usd"`
}

// Entry is one of the latest decisions.
type Entry struct {
	Seq    uint64   `json:"seq"`
	Record *Record  `json:"record"`
	Score  *float64 `json:"score,omitempty"` // what a client said of it
}

// NewSums keeps the last recent decisions.
func NewSums(recent int) *Sums {
	return &Sums{
		flows: map[flowKey]*Flow{}, reasons: map[string]int{}, ways: map[string]int{},
		models: map[string]*ModelSums{}, charges: map[string]*ChargeSums{},
		pipeNames: newLabels(maxPipes), modelNames: newLabels(maxModels), words: newLabels(maxWords),
		minutes: make([]minute, dayMinutes), recent: make([]Entry, recent),
	}
}

// Add counts a record, which must not change afterwards.
func (s *Sums) Add(r *Record) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.since.IsZero() {
		s.since = r.Time
	}
	s.total.add(r)
	s.minuteOf(r).add(r)
	s.count(r)
	s.seq++
	s.recent[s.seq%uint64(len(s.recent))] = Entry{Seq: s.seq, Record: r}
}

// count adds r to the sums by name.
func (s *Sums) count(r *Record) {
	pipe := "none"
	if r.Plan != nil {
		pipe = s.pipeNames.bound(r.Plan.Pipe)
		s.ways[s.words.bound(r.Plan.Strategy)]++
	}
	if r.Escalated {
		s.reasons[s.words.bound(r.escalationReason())]++
	}
	for i := range r.Attempts {
		s.countAttempt(pipe, &r.Attempts[i], i == r.Served)
	}
	for _, c := range r.Charges {
		sums := entry(s.charges, s.words.bound(c.What))
		sums.What = c.What
		sums.Calls++
		sums.CostUSD += c.CostUSD
	}
}

func (s *Sums) countAttempt(pipe string, a *AttemptRecord, served bool) {
	model := s.modelNames.bound(a.Model)
	flow, sums := entry(s.flows, flowKey{pipe, model}), entry(s.models, model)
	flow.Pipe, flow.Model = pipe, model
	sums.Model, sums.ID = model, a.ModelID
	flow.Attempts++
	sums.Attempts++
	switch {
	case served:
		flow.Served++
		sums.Served++
	default:
		flow.Rejected++
		sums.Rejected++
	}
	sums.Tokens.add(a.TokenRecord)
	sums.CostUSD += a.CostUSD
	sums.took.Add(a.Millis)
	if a.FirstMillis > 0 {
		sums.first.Add(a.FirstMillis)
	}
}

func entry[K comparable, V any](m map[K]*V, key K) *V {
	if m[key] == nil {
		m[key] = new(V)
	}
	return m[key]
}

func (t *TokenRecord) add(u TokenRecord) {
	t.In += u.In
	t.Out += u.Out
	t.CacheRead += u.CacheRead
	t.CacheWrite += u.CacheWrite
}

// escalationReason is why the first model was left.
func (r *Record) escalationReason() string {
	for _, a := range r.Attempts {
		if a.Reason != "" {
			return a.Reason
		}
	}
	return "unknown"
}

// Arm places the record in the hold-out's comparison. Only requests that the draw could have taken are
// compared: those for a model by name, or on a route without hold-out, are of another kind. Requests that
// failed count: they are part of what either way of working costs.
func (r *Record) Arm() (arm Arm, ok bool) {
	switch {
	case r.Plan == nil || !r.Plan.Drawn || len(r.Attempts) == 0:
		return 0, false
	case r.Plan.HoldOut:
		return ArmHoldOut, true
	}
	return ArmRouted, true
}

// Failed tells whether the client got no good answer.
func (r *Record) Failed() bool { return r.Error != "" || verdictWord(r.Verdict) == "reject" }

// Recent returns up to limit of the latest decisions that came after seq, newest first.
func (s *Sums) Recent(after uint64, limit int) []Entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []Entry
	for seq := s.seq; seq > after && len(list) < min(limit, len(s.recent)) && seq > 0; seq-- {
		list = append(list, s.recent[seq%uint64(len(s.recent))])
	}
	return list
}

// Seq is that of the newest decision.
func (s *Sums) Seq() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seq
}

func (s *Sums) find(id string) *Entry {
	for i := range s.recent {
		if e := &s.recent[i]; e.Record != nil && e.Record.ID == id {
			return e
		}
	}
	return nil
}

// Rate notes what a client said of an answer, and returns the record it belongs to, if still known.
func (s *Sums) Rate(id string, score float64) *Record {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.find(id)
	if e == nil {
		return nil
	}
	e.Score = &score
	return e.Record
}

// Savings since the start.
func (s *Sums) Savings() Savings {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.total.evidence.Savings()
}
