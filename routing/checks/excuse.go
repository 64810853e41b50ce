package checks

import "ockham/routing"

// Bedrock's stop reasons.
const (
	stopEndTurn       = "end_turn"
	stopToolUse       = "tool_use"
	stopMaxTokens     = "max_tokens"
	stopSequence      = "stop_sequence"
	stopGuardrail     = "guardrail_intervened"
	stopFiltered      = "content_filtered"
	stopBadOutput     = "malformed_model_output"
	stopBadTool       = "malformed_tool_use"
	stopContextWindow = "model_context_window_exceeded"
)

// excusing asks a check about text only where the text is the answer: not where the model was stopped on
// purpose, by the client's own limit or stop sequence or by a guardrail, and not where it calls a tool.
type excusing struct{ routing.Check }

func (e excusing) Start(p *routing.Prompt) routing.Look {
	look := e.Check.Start(p)
	if look == nil || judgesStops(e.Check) {
		return look
	}
	return func(a *routing.Answer) routing.Verdict {
		if a.Done && excused(p, a) {
			return routing.Verdict{Decision: routing.Accept}
		}
		return look(a)
	}
}

// judgesStops tells which checks are about how the answer ended or about its tool calls, and which the
// operator wrote, who knows best.
func judgesStops(c routing.Check) bool {
	switch c.(type) {
	case tools, empty, cut, malformed, custom:
		return true
	}
	return false
}

func excused(p *routing.Prompt, a *routing.Answer) bool {
	return stopped(p, a) || a.Stop == stopToolUse || len(a.Tools) > 0
}

// stopped tells whether the model was stopped on purpose.
func stopped(p *routing.Prompt, a *routing.Answer) bool {
	switch a.Stop {
	case stopSequence, stopGuardrail, stopFiltered:
		return true
	case stopMaxTokens:
		return clientLimit(p, a)
	}
	return false
}

// clientLimit tells whether an answer that stopped at max_tokens did so at the client's own limit. Where
// the count is not known, a limit that was given is taken to be the one.
func clientLimit(p *routing.Prompt, a *routing.Answer) bool {
	return p.MaxTokens > 0 && (a.Out == 0 || a.Out >= p.MaxTokens)
}
