package emulator

import (
	"strings"
)

// spoil changes the answer as the faults of answers say. None of these claims an outcome any more, but for those that
// only change its form.
func spoil(q *question, a answer) answer {
	if changed, found := replaced(q); found {
		return changed
	}
	if q.faults.has(faultTwoTexts) {
		a = splitText(a)
	}
	if q.faults.has(faultReasoning) {
		a.parts = append([]part{{kind: "reasoning", text: "The user wants a direct answer, so I will give one."}}, a.parts...)
	}
	return a
}

func replaced(q *question) (answer, bool) {
	switch q.faults.any(faultBadAnswer, faultRefusal, faultLoop, faultLanguage, faultUngrounded) {
	case faultBadAnswer:
		return badAnswer(q), true
	case faultRefusal:
		return textAnswer("I'm sorry, but I can't help with that request."), true
	case faultLoop:
		return textAnswer(strings.Repeat(firstSentence(compose(q))+" ", 40)), true
	case faultLanguage:
		return textAnswer(wrongLanguage(q)), true
	case faultUngrounded:
		return textAnswer(ungrounded), true
	}
	return answer{}, false
}

// ungrounded states figures, names, a quotation and a link that no prompt holds.
const ungrounded = "According to Dr Halvard Brisk of the Menlow Institute, the figure rose by 73.4 % to 918.6 million in 2031. " +
	"\"Nobody expected the Quillon effect to be this strong,\" says the spokeswoman Teodora Wexley. " +
	"The complete figures are published at https://menlow-institute.example/report-4471."

// badAnswer is JSON that breaks off, where JSON was asked for, and nothing at all otherwise. A forced tool call, which is
// how some clients ask for JSON, comes without arguments.
func badAnswer(q *question) answer {
	if kind := q.talk.choice.kind; kind == "any" || kind == "tool" {
		chosen := chooseTool(q)
		return answer{parts: []part{{kind: "toolUse", id: q.toolID(), name: chosen.name, input: map[string]any{}}}, stop: "tool_use"}
	}
	if !q.json {
		return answer{stop: "end_turn"}
	}
	return textAnswer(brokenJSON(q))
}

// brokenJSON lacks the colon behind a key and the quotes around a value before it is cut off in the middle, so that no
// repair by closing brackets makes it the object that was asked for.
func brokenJSON(q *question) string {
	name := "result"
	for key := range asObject(q.schema["properties"]) {
		if name == "result" || key < name {
			name = key
		}
	}
	return `{"` + name + `" "` + firstSentence(compose(q)) + `", "items": [{"title": unfini`
}

// splitText makes two blocks of the first text.
func splitText(a answer) answer {
	for i, p := range a.parts {
		if p.kind != "text" || len(p.text) < 2 {
			continue
		}
		first, second := p, p
		first.text = halfOf(p.text)
		second.text = p.text[len(first.text):]
		parts := append([]part(nil), a.parts[:i]...)
		a.parts = append(append(parts, first, second), a.parts[i+1:]...)
		return a
	}
	return a
}

// wrongLanguage answers in French, or in English where the prompt is French.
func wrongLanguage(q *question) string {
	code := "fr"
	if spoken := languageOf(q.prompt); spoken != nil && spoken.code == "fr" {
		code = "en"
	}
	for _, l := range languages {
		if l.code == code {
			return l.speak(q)
		}
	}
	return ""
}
