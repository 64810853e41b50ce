package routing

import "context"

// Reason types why an answer was rejected; the values are part of the public contract.
type Reason string

const (
	ReasonStatus       Reason = "status"
	ReasonThrottled    Reason = "throttled"
	ReasonTimeout      Reason = "timeout"
	ReasonConnection   Reason = "connection"
	ReasonStreamError  Reason = "stream_error"
	ReasonTruncated    Reason = "truncated"
	ReasonEmpty        Reason = "empty"
	ReasonMalformed    Reason = "malformed"
	ReasonJSON         Reason = "json"
	ReasonSchema       Reason = "schema"
	ReasonToolArgs     Reason = "tool_args"
	ReasonRefusal      Reason = "refusal"
	ReasonLanguage     Reason = "language"
	ReasonFormat       Reason = "format"
	ReasonLoop         Reason = "loop"
	ReasonUngrounded   Reason = "ungrounded"
	ReasonCode         Reason = "code"
	ReasonDisagreement Reason = "disagreement"
	ReasonVerifier     Reason = "verifier"
	ReasonCustom       Reason = "custom"
)

// NoAnswer tells whether the call failed, so that there was no answer to judge.
func (r Reason) NoAnswer() bool {
	switch r {
	case ReasonStatus, ReasonThrottled, ReasonTimeout, ReasonConnection, ReasonStreamError:
		return true
	}
	return false
}

// ToolCall is one call in an answer; Args is complete only once the answer is.
type ToolCall struct {
	Name string
	Args string
}

// Answer is what the checks see of an answer, finished or still growing.
type Answer struct {
	Text  string // all text blocks joined; at the end, what an earlier check made of it
	Tools []ToolCall
	Stop  string // Bedrock's stop reason; "" until known, or when the stream broke
	Done  bool   // nothing more will come
	Out   int    // output tokens, once known; else 0
	Model string // the operator's name of the model that wrote it, "" where that is not told
	Next  *Model // that would be asked instead, for slow checks of a finished answer; nil: none
}

// Decision is what a check makes of an answer so far.
type Decision int

const (
	Undecided Decision = iota // needs to see more; at the end it counts as Accept
	Accept                    // nothing that follows can change this check's mind
	Reject
)

// Verdict is a check's word on an answer.
type Verdict struct {
	Decision Decision
	// Reason comes with Reject. With Accept and Text it says what was wrong with the answer as the model
	// wrote it; it is empty where the answer only had to be unwrapped.
	Reason Reason
	Detail string // what is wrong, for the operator and for a repair; holds no text of the prompt
	// Text, when not empty, replaces the answer's text: the check could mend it (unwrapped or repaired
	// JSON). Only set on a finished answer, with Accept.
	Text string
	// Hold, with Undecided, says that what was seen cannot be sent as it stands but may be mended at the
	// end (prose before JSON): a stream that is released now cannot profit from Text any more.
	Hold bool
	// Soon, with Undecided, says that the check makes up its mind within a short prefix of the answer, which
	// has not come yet: a stream is held for it for a while.
	Soon bool
	// Skipped says that the check could not judge this answer; Detail says why. It never comes with Reject.
	Skipped bool
}

// Rejected is shorthand for a rejecting verdict.
func Rejected(r Reason, detail string) Verdict {
	return Verdict{Decision: Reject, Reason: r, Detail: detail}
}

// Look judges the growing answer of one attempt. It is called after each piece of a streamed answer,
// once with Done set at the end, and only then for plain ones; always from one goroutine. It must not
// block, keep a, or panic. Once it has said Accept or Reject it is not called again, but for Accept
// before Done, which is asked once more at the end.
type Look func(a *Answer) Verdict

// Check is one way an answer can be found wanting. Implementations stand side by side in
// routing/checks, a small file each, and are immutable.
type Check interface {
	// Name is the word by which configuration and docs call it.
	Name() string
	// Start returns what looks at one attempt's answer to p, or nil where p gives it nothing to check.
	// It is called once the request was sent: while the model is at work nobody waits for it.
	Start(p *Prompt) Look
}

// Judging is how an answer is judged: by checks that look at it as it grows, then by slow ones.
type Judging struct {
	Checks []Check
	Slow   []Slow
}

// Names lists all of them, in the order in which they are asked.
func (j *Judging) Names() []string {
	names := make([]string, 0, len(j.Checks)+len(j.Slow))
	for _, c := range j.Checks {
		names = append(names, c.Name())
	}
	for _, c := range j.Slow {
		names = append(names, c.Name())
	}
	return names
}

// Slow is a check that must wait for something: a verifier model, a second answer, a hook. It judges
// finished answers that were held; the service runs it when every Look has accepted, under a deadline of
// its own. Implementations are immutable and safe for concurrent use.
type Slow interface {
	Name() string
	// Judge says Accept or Reject, and what finding out cost, also with an error. An error means that
	// the answer was not judged, ctx's included: the answer then passes, and the error is recorded. It
	// must return soon after ctx ends, keeps neither p nor a, and does not panic.
	Judge(ctx context.Context, p *Prompt, a *Answer) (Verdict, []Charge, error)
}
