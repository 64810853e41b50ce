package emulator

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
)

// outcomes are prompts with known answers or known success, and how often each model gets a kind right. A known prompt is
// answered as they say; what they do not say is never claimed.
type outcomes struct {
	prompts *promptIndex
	rates   []rate
	seed    uint64
	small   *Model // stands for small models where a large one judges
}

// knownPrompt is a line of either kind of file.
type knownPrompt struct {
	id, kind string
	prompt   string // white space normalised
	// Lines with answers.
	right string
	wrong []wrongAnswer
	// Lines with scores: the chance of a right answer by a small and by any other model, and whether a small one keeps
	// to the form that was asked for.
	scored       bool
	small, large float64
	formatWrong  bool
}

type wrongAnswer struct {
	How  string `json:"how"`
	Text string `json:"text"`
}

// rate is how often the models that a pattern matches get a kind of request right, and how they fail otherwise.
type rate struct {
	Models string             `json:"models"`
	Kind   string             `json:"kind"`
	Right  *float64           `json:"right"`
	Wrong  map[string]float64 `json:"wrong"`
	Note   string             `json:"note"`
}

// find answers a known prompt.
func (o *outcomes) find(q *question) (answer, bool) {
	known := o.prompts.lookup(q.texts)
	if known == nil {
		return answer{}, false
	}
	return o.answer(q, known)
}

func (o *outcomes) answer(q *question, known *knownPrompt) (answer, bool) {
	draw := o.drawn(q.model(), known)
	if known.scored {
		return scoredAnswer(q, known, draw)
	}
	chance := o.rateOf(q.model(), known.kind)
	if chance == nil {
		return answer{}, false
	}
	if draw.Float64() < *chance.Right {
		return q.tell(known.right, "right"), true
	}
	wrong := pickWrong(draw, known.wrong, chance.Wrong)
	a := q.tell(wrong.Text, "wrong;"+wrong.How)
	if wrong.How == "cut" && draw.IntN(2) == 0 && a.stop == "end_turn" {
		a.stop = "max_tokens"
	}
	return a, true
}

// drawn depends on the seed, the model and the request alone: whoever asks, and however often, a model knows the answer or
// does not.
func (o *outcomes) drawn(m *Model, known *knownPrompt) *rand.Rand {
	return newRandom(o.seed, 0, "outcome", m.ID, known.id)
}

func (known *knownPrompt) score(m *Model) float64 {
	if m.Small() {
		return known.small
	}
	return known.large
}

// scoredAnswer has a plausible text, since the file holds none; the header alone tells the outcome.
func scoredAnswer(q *question, known *knownPrompt, draw *rand.Rand) (answer, bool) {
	a := textAnswer(compose(q))
	if calls := callTools(q); calls != nil {
		a = answer{parts: calls, stop: "tool_use"}
	}
	switch {
	case draw.Float64() < known.score(q.model()):
		a.outcome = "right"
	case known.formatWrong && q.model().Small():
		a.outcome = "wrong;format"
	default:
		a.outcome = "wrong"
	}
	return a, true
}

func (o *outcomes) rateOf(m *Model, kind string) *rate {
	for i := range o.rates {
		r := &o.rates[i]
		if glob(r.Models, m.ID) && (r.Kind == kind || r.Kind == "*") {
			return r
		}
	}
	return nil
}

// pickWrong chooses among the ways that the request and the rates have in common, by weight; several answers that are
// wrong in the same way share its weight. Without a common way, every wrong answer is as likely.
func pickWrong(draw *rand.Rand, all []wrongAnswer, weights map[string]float64) wrongAnswer {
	count := map[string]float64{}
	for _, w := range all {
		count[w.How]++
	}
	total := 0.0
	for how := range count {
		total += weights[how]
	}
	if total == 0 {
		return pick(draw, all)
	}
	at := draw.Float64() * total
	last := all[0]
	for _, w := range all {
		if weights[w.How] == 0 {
			continue
		}
		last = w
		if at -= weights[w.How] / count[w.How]; at < 0 {
			break
		}
	}
	return last
}

// tell gives a known text: as the arguments of the tool that must be called, which is how some clients ask for JSON, or as
// text.
func (q *question) tell(text, outcome string) answer {
	a := textAnswer(text)
	if text == "" {
		a.parts = nil
	}
	if kind := q.talk.choice.kind; (kind == "any" || kind == "tool") && len(q.talk.tools) > 0 {
		a = q.tellTool(text)
	}
	a.outcome = outcome
	return a
}

// tellTool puts JSON into a tool call. A text that is none ends as Bedrock ends a call that the model garbled.
func (q *question) tellTool(text string) answer {
	chosen := chooseTool(q)
	input, ok := parseObject(text)
	if !ok {
		input, ok = wrapped(chosen.schema, text)
	}
	if !ok {
		return answer{stop: "malformed_tool_use"}
	}
	return answer{parts: []part{{kind: "toolUse", id: q.toolID(), name: chosen.name, input: input}}, stop: "tool_use"}
}

// wrapped puts a value that is no object under the only property of the tool's schema.
func wrapped(schema map[string]any, text string) (map[string]any, bool) {
	properties := asObject(schema["properties"])
	var value any
	if len(properties) != 1 || json.Unmarshal([]byte(text), &value) != nil {
		return nil, false
	}
	for name := range properties {
		return map[string]any{name: value}, true
	}
	return nil, false
}

// judge tells what the judge or the verifier should say of a known prompt: whether a small model gets it right, or
// whether the answer shown is the right one.
func (o *outcomes) judge(q *question) (good, known bool) {
	parts := fenced(q.prompt)
	if len(parts) == 0 {
		parts = []string{q.prompt}
	}
	found := o.prompts.guess(parts[0])
	if found == nil {
		return false, false
	}
	if q.judged == judgeAnswer && !found.scored {
		return found.grade(parts[len(parts)-1])
	}
	return o.smallRight(q.model(), found)
}

// grade knows the texts of the file and no others.
func (known *knownPrompt) grade(shown string) (good, found bool) {
	shown = normalize(shown)
	if shown == normalize(known.right) {
		return true, true
	}
	for _, w := range known.wrong {
		if shown == normalize(w.Text) {
			return w.How == "fenced", true
		}
	}
	return false, false
}

// smallRight tells whether the judging model would get the prompt right, or a small one in its place if it is none.
func (o *outcomes) smallRight(m *Model, found *knownPrompt) (right, known bool) {
	if !m.Small() {
		m = o.small
	}
	draw := o.drawn(m, found)
	if found.scored {
		return draw.Float64() < found.small, true
	}
	chance := o.rateOf(m, found.kind)
	if chance == nil {
		return false, false
	}
	return draw.Float64() < *chance.Right, true
}

// glob matches a pattern in which * stands for any characters.
func glob(pattern, text string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == text
	}
	if !strings.HasPrefix(text, parts[0]) {
		return false
	}
	text = text[len(parts[0]):]
	for _, part := range parts[1 : len(parts)-1] {
		at := strings.Index(text, part)
		if at < 0 {
			return false
		}
		text = text[at+len(part):]
	}
	return strings.HasSuffix(text, parts[len(parts)-1])
}
