package checks

import "ockham/routing"

// jsonCheck wants JSON where the request asked for it. Prose and fences around the value are taken off
// and small faults put right; what is left is rejected.
type jsonCheck struct{}

func (jsonCheck) Name() string { return "json" }

func (jsonCheck) Start(p *routing.Prompt) routing.Look {
	if p.Format == routing.FormatText {
		return nil
	}
	var stream jsonStream
	return func(a *routing.Answer) routing.Verdict {
		if a.Done { // an earlier check may have put another text in its place
			stream = jsonStream{}
		}
		wrong, clean := stream.next(a.Text)
		switch {
		case wrong != "":
			return routing.Rejected(routing.ReasonJSON, wrong)
		case a.Done:
			return judgeJSON(mend(a.Text), routing.ReasonJSON)
		}
		return routing.Verdict{Hold: !clean}
	}
}

// judgeJSON is the verdict on a finished answer in which m was found.
func judgeJSON(m mended, reason routing.Reason) routing.Verdict {
	switch {
	case m.wrong != "":
		return routing.Rejected(reason, m.wrong)
	case !m.altered():
		return routing.Verdict{Decision: routing.Accept}
	case m.fixes == 0:
		return routing.Verdict{Decision: routing.Accept, Text: m.text, Detail: "unwrapped"}
	}
	return routing.Verdict{Decision: routing.Accept, Reason: reason, Text: m.text, Detail: "repaired: " + m.fixes.said()}
}
