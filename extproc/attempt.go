package extproc

import (
	"runtime"
	"slices"
	"time"

	"ockham/bedrock"
	"ockham/routing"
)

// attempt reads one model's answer as it comes, from Envoy or from the service's own call, puts it
// together, and asks the checks about it.
type attempt struct {
	Attempt
	fit    bedrock.Fitted
	target *Target

	status                int // of the answer; 0 before its headers
	errorType, retryAfter string
	date                  string
	heardAt               time.Time // when the last piece came
	decoder               bedrock.Decoder
	collect               bedrock.Collector
	body                  []byte          // a plain answer, or an error's
	held                  []bedrock.Event // events not yet given to the client
	bytes                 int             // that came
	size                  int             // of text and arguments that came

	looks     []looking
	answer    *bedrock.Answer // the finished one
	done      bool            // nothing more will come
	failure   error           // why it is no answer: *bedrock.Error, *envoyReply, or a broken stream
	reject    routing.Verdict // the first rejection of a check
	mended    bool            // a check has put the text right
	words     bool            // the schema was asked for in words, see refusedSchema
	unchecked bool
	asked     bool          // slow checks were started,
	judged    bool          // and have spoken
	hush      func()        // stops them
	pause     time.Duration // before the same call is made again
	stop      func()        // ends the service's own call; nil for Envoy's
}

// looking is a check at work on this attempt.
type looking struct {
	name     string
	look     routing.Look
	accepted bool // for good
	hold     bool // what was seen cannot go out as it stands
	soon     bool // a little more of it will tell
}

// startChecks has the checks read the request. That is done while the model is at work, when nobody waits;
// but first gRPC's writer must have its turn, or what was just sent would wait until the checks are done.
// It yields once itself before it writes, to gather more, so one turn is not enough.
func (x *exchange) startChecks(a *attempt) {
	if len(x.plan.Checks) == 0 {
		return
	}
	runtime.Gosched()
	runtime.Gosched()
	a.looks = make([]looking, 0, len(x.plan.Checks))
	for _, c := range x.plan.Checks {
		if look := c.Start(x.prompt); look != nil {
			a.looks = append(a.looks, looking{name: c.Name(), look: look})
		}
	}
}

// feed takes the next piece of the body. Streamed answers are decoded and judged at once.
func (a *attempt) feed(piece []byte, limit int) {
	if a.done || len(piece) == 0 {
		return
	}
	a.bytes += len(piece)
	a.heardAt = time.Now()
	switch {
	case a.bytes > maxBody:
		a.fail(errTooLong)
	case a.status != 200 || !a.fit.Stream:
		a.body = append(a.body, piece...)
	default:
		a.decoder.Feed(piece)
		a.decode()
		a.unchecked = a.unchecked || a.size > limit
		a.judge()
	}
}

// maxBody bounds an answer altogether: four times what Bedrock's largest model can say.
const maxBody = 64 << 20

func (a *attempt) decode() {
	for {
		ev, ok, err := a.decoder.Next()
		if err != nil {
			a.fail(err)
			return
		}
		if !ok {
			return
		}
		if a.FirstToken == 0 && ev.Kind != bedrock.MessageStart {
			a.FirstToken = time.Since(a.Start)
		}
		if a.fit.Unwrap {
			unwrapEvent(&ev)
		}
		a.collect.Add(&ev)
		a.size += len(ev.Text) + len(ev.Raw)
		a.held = append(a.held, ev)
	}
}

// end says that the answer's last byte has come.
func (a *attempt) end(limit int) {
	if a.done {
		return
	}
	switch {
	case a.status != 200:
		refused := bedrock.ParseError(a.status, a.errorType, a.retryAfter, a.body)
		refused.Date = a.date
		a.fail(refused)
	case a.fit.Stream:
		a.endStream()
	default:
		a.endPlain(limit)
	}
}

func (a *attempt) endStream() {
	if err := a.decoder.End(); err != nil {
		a.fail(err)
		return
	}
	a.finish(&a.collect.Answer)
}

func (a *attempt) endPlain(limit int) {
	answer, err := bedrock.ParseAnswer(a.body)
	if err != nil {
		a.fail(err)
		return
	}
	if a.fit.Unwrap {
		Unwrap(answer)
	}
	a.FirstToken = time.Since(a.Start)
	a.unchecked = a.unchecked || len(a.body) > limit
	a.finish(answer)
}

func (a *attempt) finish(answer *bedrock.Answer) {
	a.answer, a.done = answer, true
	a.Took = time.Since(a.Start)
	a.judge()
}

// fail ends the attempt without an answer, or with a part of one.
func (a *attempt) fail(err error) {
	if a.done {
		return
	}
	a.collect.Close()
	a.failure, a.done = err, true
	a.Took = time.Since(a.Start)
}

// judge asks every check that has not made up its mind. The first rejection stands.
func (a *attempt) judge() {
	if a.failure != nil || a.unchecked || a.reject.Decision == routing.Reject {
		return
	}
	seen := a.seen()
	for i := range a.looks {
		l := &a.looks[i]
		if l.accepted && !seen.Done {
			continue
		}
		v := l.look(seen)
		if v.Skipped {
			a.skip(l.name, v.Detail)
		}
		switch {
		case v.Decision == routing.Reject:
			a.reject = v
			return
		case v.Decision == routing.Accept && v.Text != "" && seen.Done:
			replaceText(a.answer, v.Text)
			seen.Text = v.Text
			a.mended, a.Mended = true, append(a.Mended, l.name)
		}
		l.accepted, l.hold, l.soon = v.Decision == routing.Accept, v.Hold, v.Soon
	}
}

// skip notes, once, that a check could not judge this answer.
func (a *attempt) skip(check, why string) {
	for _, s := range a.Skipped {
		if s.Check == check {
			return
		}
	}
	a.Skipped = append(a.Skipped, Skip{check, why})
}

// seen is the answer so far, as checks see it.
func (a *attempt) seen() *routing.Answer {
	if !a.done {
		s := &routing.Answer{Text: a.collect.Text(), Tools: toolCalls(a.collect.Answer.Content)}
		if input, open := a.collect.ToolInput(); open {
			s.Tools[len(s.Tools)-1].Args = input
		}
		return s
	}
	return &routing.Answer{
		Text: a.answer.Text(), Tools: toolCalls(a.answer.Content), Stop: a.answer.Stop,
		Out: a.answer.Usage.Output, Done: true, Model: a.Model.Name,
	}
}

// passed tells whether every check has accepted for good.
func (a *attempt) passed() bool {
	return !slices.ContainsFunc(a.looks, func(l looking) bool { return !l.accepted })
}

// mustHold tells whether some check may yet mend what could not go out as it stands.
func (a *attempt) mustHold() bool {
	return slices.ContainsFunc(a.looks, func(l looking) bool { return l.hold })
}

// nearlyTold tells whether some check will make up its mind within the next few words.
func (a *attempt) nearlyTold() bool {
	return slices.ContainsFunc(a.looks, func(l looking) bool { return l.soon })
}

// rejected tells whether the answer must not be served while a better one can be had.
func (a *attempt) rejected() bool {
	return a.failure != nil || a.reject.Decision == routing.Reject
}

// tokens estimates how much of a streamed answer has come.
func (a *attempt) tokens() int { return len(a.collect.Text()) / charsPerToken }
