package checks

import "ockham/routing"

// malformed believes a stop reason that says the output is broken, and one that the content belies.
type malformed struct{}

func (malformed) Name() string { return "malformed" }

func (malformed) Start(*routing.Prompt) routing.Look {
	return func(a *routing.Answer) routing.Verdict {
		switch {
		case a.Stop == stopBadOutput || a.Stop == stopBadTool:
			return routing.Rejected(routing.ReasonMalformed, "stop reason "+a.Stop)
		case !a.Done:
			return routing.Verdict{}
		case a.Stop == stopToolUse && len(a.Tools) == 0:
			return routing.Rejected(routing.ReasonMalformed, "stop reason tool_use, but no tool is called")
		}
		return routing.Verdict{Decision: routing.Accept}
	}
}
