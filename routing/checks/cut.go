package checks

import "ockham/routing"

// cut finds answers that end where they were not meant to end: at a limit that is not the client's own,
// at the end of the context, or, where no stop reason tells, in the middle of a sentence.
type cut struct{}

func (cut) Name() string { return "cut" }

func (cut) Start(p *routing.Prompt) routing.Look {
	return func(a *routing.Answer) routing.Verdict {
		switch {
		case a.Stop == stopContextWindow:
			return routing.Rejected(routing.ReasonTruncated, "the model's context is full")
		case a.Stop == stopMaxTokens && a.Done && !clientLimit(p, a):
			return routing.Rejected(routing.ReasonTruncated, "stopped at a limit that is not the client's")
		case !a.Done:
			return routing.Verdict{}
		}
		return judgeEnd(p, a)
	}
}

// judgeEnd looks at how the text itself ends.
func judgeEnd(p *routing.Prompt, a *routing.Answer) routing.Verdict {
	why := ""
	switch a.Stop {
	case stopEndTurn:
		if openFence(a.Text) {
			why = "ends inside a code block"
		}
	case "":
		why = unfinished(a.Text)
	}
	if why != "" && len(a.Tools) == 0 {
		return routing.Rejected(routing.ReasonTruncated, why)
	}
	return routing.Verdict{Decision: routing.Accept}
}
