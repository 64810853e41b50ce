package emulator

import (
	"strings"
	"unicode/utf8"
)

// answer is what a model says, before it has a form on the wire.
type answer struct {
	parts    []part
	stop     string
	sequence string // the stop sequence that ended it
	usage    usage
	outcome  string // right or wrong;how, where a file of outcomes says so and the text came whole
}

// part is a text, a tool call or a piece of reasoning.
type part struct {
	kind  string // text, toolUse, reasoning
	text  string
	id    string
	name  string
	input map[string]any
}

type usage struct {
	input, output, cacheRead, cacheWrite int
}

func textAnswer(text string) answer {
	return answer{parts: []part{{kind: "text", text: text}}, stop: "end_turn"}
}

// answer drafts what the model would say, lets faults spoil it, and cuts it to the limits of the request.
func (s *Server) answer(q *question) answer {
	a := spoil(q, s.draft(q))
	a = limit(q, a)
	if reason := q.faults.stop(); reason != "" {
		a = stopFor(a, reason)
	}
	a.usage = s.count(q, a)
	return a
}

func (s *Server) draft(q *question) answer {
	if q.judged != notJudged {
		return s.judge(q)
	}
	if known, found := s.outcomes.find(q); found {
		return known
	}
	if calls := callTools(q); calls != nil {
		return answer{parts: calls, stop: "tool_use"}
	}
	if q.json {
		return textAnswer(string(encodeJSON(sample(q, q.schema))))
	}
	return textAnswer(compose(q))
}

// limit ends the answer at a stop sequence, then at the number of tokens that the request or the model allows.
func limit(q *question, a answer) answer {
	for i, p := range a.parts {
		if p.kind != "text" {
			continue
		}
		if sequence, end := firstStop(p.text, q.talk.stops); end >= 0 {
			a = a.cut(i, p.text[:end], "stop_sequence", sequence)
			break
		}
	}
	return a.within(q.allowed())
}

// most is how many tokens the answer may have.
func (q *question) most() int {
	if q.talk.limit != nil {
		return *q.talk.limit
	}
	return q.model().MaxOutput
}

// allowed is that limit in pieces of text; a model that counts more tokens for the same text says less.
func (q *question) allowed() int {
	return max(1, int(float64(q.most())/q.model().tokenFactor))
}

func firstStop(text string, sequences []string) (string, int) {
	found, at := "", -1
	for _, sequence := range sequences {
		if i := strings.Index(text, sequence); i >= 0 && (at < 0 || i < at) {
			found, at = sequence, i
		}
	}
	return found, at
}

// cut ends the answer within part i.
func (a answer) cut(i int, text, stop, sequence string) answer {
	a.parts = append([]part(nil), a.parts[:i+1]...)
	a.parts[i].text = text
	if text == "" {
		a.parts = a.parts[:i]
	}
	a.stop, a.sequence, a.outcome = stop, sequence, ""
	return a
}

// within ends the answer after so many tokens. A tool call that does not fit is left out whole.
func (a answer) within(left int) answer {
	for i := range a.parts {
		p := &a.parts[i]
		size := p.tokens()
		if size <= left {
			left -= size
			continue
		}
		if p.kind == "toolUse" {
			a.parts = a.parts[:i]
			a.stop, a.outcome = "max_tokens", ""
			return a
		}
		return a.cut(i, firstTokens(p.text, left), "max_tokens", "")
	}
	return a
}

func (p *part) tokens() int {
	if p.kind == "toolUse" {
		return 10 + countText(p.name) + countJSON(p.input)
	}
	return countText(p.text)
}

func firstTokens(text string, n int) string {
	end := 0
	for piece := range pieces(text) {
		if n--; n < 0 {
			break
		}
		end += len(piece)
	}
	return text[:end]
}

// stopFor gives the answer the stop reason of a fault, and the content that goes with it.
func stopFor(a answer, reason string) answer {
	a.stop, a.outcome = reason, ""
	switch reason {
	case "guardrail_intervened":
		a.parts = []part{{kind: "text", text: "Sorry, the model cannot answer this question."}}
	case "max_tokens", "content_filtered", "model_context_window_exceeded":
		a.halve()
	case "malformed_model_output", "malformed_tool_use":
		a.parts = nil
	}
	return a
}

// halve cuts the last part in the middle.
func (a *answer) halve() {
	if len(a.parts) == 0 {
		return
	}
	last := len(a.parts) - 1
	if a.parts[last].kind == "toolUse" {
		a.parts = a.parts[:last]
		return
	}
	a.parts = append([]part(nil), a.parts...)
	a.parts[last].text = halfOf(a.parts[last].text)
}

// halfOf ends within a character sequence, never within a character.
func halfOf(text string) string {
	end := len(text) / 2
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end]
}

func (q *question) toolID() string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	id := make([]byte, 22)
	for i := range id {
		id[i] = letters[q.random.IntN(len(letters))]
	}
	return "tooluse_" + string(id)
}
