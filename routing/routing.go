// Package routing decides: which pipe a prompt goes down, which models are tried in which order, and
// whether an answer is good enough to send. It knows no network, no Envoy and no AWS; cmd fills in the
// models and the one interface through which a model can be asked a question.
package routing

import (
	"context"
	"math"
	"time"
)

// Needs are the abilities a request cannot do without. A model that lacks one is never picked.
type Needs uint32

const (
	NeedTools       Needs = 1 << iota // tool definitions or tool blocks in the history
	NeedForcedTool                    // tool_choice that requires a call, or one named tool
	NeedImages                        // image blocks
	NeedDocuments                     // document blocks
	NeedVideo                         // video blocks
	NeedAudio                         // audio blocks
	NeedReasoning                     // reasoning asked for explicitly
	NeedToolSchemas                   // strict tool schemas
)

// Price is in US dollars per million tokens.
type Price struct {
	In, Out, CacheRead, CacheWrite float64
	// Above LongFrom input tokens every price is multiplied by LongFactor (0: no such step).
	LongFrom   int
	LongFactor float64
}

// Tokens counts what one call used. In excludes tokens read from or written to the cache.
type Tokens struct{ In, Out, CacheRead, CacheWrite int }

// Cost returns what t costs at p, in US dollars.
func (p Price) Cost(t Tokens) float64 {
	usd := (float64(t.In)*p.In + float64(t.Out)*p.Out +
		float64(t.CacheRead)*p.CacheRead + float64(t.CacheWrite)*p.CacheWrite) / 1e6
	if p.LongFrom > 0 && t.In+t.CacheRead+t.CacheWrite > p.LongFrom {
		usd *= p.LongFactor
	}
	return usd
}

// RoundUSD leaves out what only floating point has put there. Ten digits tell a tenth of a cached token of the
// cheapest model, and sums stay exact in print: 0.0003014, not 0.00030139999999999995.
func RoundUSD(usd float64) float64 { return math.Round(usd*1e10) / 1e10 }

// Model is what routing must know of a model.
type Model struct {
	Name      string // the operator's name for it, as in pipes: "haiku"
	ID        string // what Bedrock calls it: model id, inference profile or ARN
	Family    string // "claude", "nova", "titan", ...: selects prompt templates
	Context   int    // tokens in and out together
	MaxOutput int    // tokens out at most
	Price     Price
	Can       Needs // what it is able to do
}

// Pipe is an ordered list of models, cheapest first.
type Pipe struct {
	Name   string
	Models []*Model
}

// Format is the form in which the client asked for the answer.
type Format int

const (
	FormatText   Format = iota
	FormatJSON          // any JSON value
	FormatSchema        // JSON that satisfies Prompt.Schema
)

// Turn is the text of one message of the conversation. Tool results and documents are told apart
// from what a person wrote, because only the latter says what is wanted.
type Turn struct {
	Role    string // "user" or "assistant"
	Text    string
	Sources []string // documents, retrieved context and tool results of this turn
}

// Prompt is what the router and the checks may look at.
type Prompt struct {
	Task     string // the client's task_type, "" when it gave none
	Model    string // a concrete model asked for by name, "" to be routed
	Pipe     string // a pipe asked for by name
	System   string
	Turns    []Turn // oldest first; the last one is the user's
	Needs    Needs
	Format   Format
	Schema   []byte // JSON Schema, with FormatSchema
	Tools    []Tool
	MustCall string // "" any answer; "*" some tool; else the tool that must be called
	Stream   bool

	MaxTokens int               // the client's own limit, 0 when it gave none
	Metadata  map[string]string // the client's metadata
	Headers   map[string]string // request headers that the policy names as inputs
	Route     string            // Envoy's route name or the profile in its metadata
	Tenant    string            // who pays, as Envoy's authentication says
	ID        string            // request id: seeds hold-outs and other draws

	Overrun []string // budgets whose soft limit is passed, as Envoy's rate limit service says

	CachedTokens int // input tokens in front of the last cache point
	ToolTokens   int // estimated tokens of the tool definitions
	MediaTokens  int // estimated tokens of images and documents
}

// Tool is a tool that the answer may call.
type Tool struct {
	Name   string
	Schema []byte // JSON Schema of its arguments
}

// Last returns the last turn of the user, or an empty turn.
func (p *Prompt) Last() Turn {
	for i := len(p.Turns) - 1; i >= 0; i-- {
		if p.Turns[i].Role == "user" {
			return p.Turns[i]
		}
	}
	return Turn{}
}

// Strategies name which part of the policy picked the pipe.
const (
	StrategyModel      = "model"
	StrategyPipe       = "pipe"
	StrategyFlag       = "flag"
	StrategyRules      = "rules"
	StrategyTokens     = "tokens"
	StrategyClassifier = "classifier"
	StrategyJudge      = "judge"
	StrategyDefault    = "default"
)

// Deadlines bound one request.
type Deadlines struct {
	Answer     time.Duration // a plain answer, per attempt
	FirstToken time.Duration // the first token of an answer that is streamed, per attempt
	Total      time.Duration // all attempts
	Slow       time.Duration // all slow checks of one answer
}

// Limits bound the cascade.
type Limits struct {
	Attempts int
	CostUSD  float64
}

// Hold says how much of a streamed answer is judged before any of it is released.
type Hold struct {
	Full   bool          // until the end
	Tokens int           // or this many estimated tokens,
	Time   time.Duration // or this long since the first one, whichever is first
}

// What can be tried when a model throttles.
const (
	ThrottleRegion = "region" // the same model in another region
	ThrottleModel  = "model"  // the next model of the pipe
	ThrottleWait   = "wait"   // the same model again, after the AWS SDK's back-off
)

// Step is one step of a decision, for explain and the ledger.
type Step struct {
	Step   string `json:"step"`   // "features", "flag", "rule", "classifier", "judge", ...
	Result string `json:"result"` // what it said
	Reason string `json:"reason"` // why, in words a person can read
}

// Charge is what a judge or a verifier call cost.
type Charge struct {
	What    string // "judge" or "verifier"
	Model   string
	Tokens  Tokens
	CostUSD float64
	Took    time.Duration
}

// Plan is the decision for one request.
type Plan struct {
	Pipe      string
	Strategy  string
	Reason    string // one line, no text of the prompt
	Models    []*Model
	Largest   *Model // what always-large would have called, for the counterfactual
	Judging          // Slow is asked once every Check has accepted, and makes a stream be held until its end
	Deadlines Deadlines
	Limits    Limits
	// What a rejected answer is weighed by; see Choose. Where it is not weighed, something else is always tried.
	Weighs bool
	Aim    float64 // the dial
	Rates  *Rates

	Early     bool          // plain requests are run as streams upstream too, so that a bad answer shows at once
	Repair    bool          // the same model is told once what was wrong before a larger one is asked
	Hedge     time.Duration // the next model is called so long before the deadline of the first; 0: at it
	Throttled []string      // what is tried after throttling, in this order: see Throttle...
	Hold      Hold
	Pinned    bool // a concrete model was asked for: never left, checks only reported
	Drawn     bool // the draw for the hold-out could have taken it: it counts in the comparison
	HoldOut   bool // sent straight to the largest model, to measure savings against
	Features  Features
	Steps     []Step
	Charges   []Charge
	// ExpectedCostUSD is the estimate for the first model, with the expected escalations.
	ExpectedCostUSD float64
}

// Unservable says that no model of the policy can serve the request; Need tells what they lack.
type Unservable struct {
	Need  string
	Param string // the request's field at fault: "model" or "pipe" when it names one there is not
}

func (e *Unservable) Error() string { return "no configured model can serve this request: " + e.Need }

// Asker asks a model one short question, for the judge and the verifier. It must honour ctx. An error
// means no answer; the caller falls back and never fails the request.
type Asker interface {
	Ask(ctx context.Context, m *Model, q Question) (Reply, error)
}

// Question is what a judge or verifier is asked.
type Question struct {
	System    string
	User      string
	MaxTokens int
	Format    Format // in which the answer is wanted
	Schema    []byte // with FormatSchema
}

// Reply is a judge's or verifier's answer, and what it used.
type Reply struct {
	Text   string
	Tokens Tokens
}
