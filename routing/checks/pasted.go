package checks

import (
	"strings"

	"ockham/routing"
)

// Whoever has a text summarised, extracted, translated or rewritten pastes it into the prompt. Such an
// answer has no figures of its own: those that the text lacks are made up or miscopied. Only figures are
// looked at, since a translation changes everything else, and only by their significant digits, so that
// 31,400 may become 31.400, 31 400 or 31.4 thousand.

// textTasks are the task_types whose answers say nothing that is not in the text.
var textTasks = map[string]bool{"summarize": true, "extract": true, "translate": true, "rewrite": true}

// textVerbs ask for the same in words; computeWords ask for figures that the text does not have.
const (
	textVerbs = "summarize summarise summary tldr condense extract translate rewrite rephrase reword paraphrase proofread " +
		"zusammenfassen zusammenfassung fasse extrahiere extrahieren übersetze übersetzen umformulieren formuliere " +
		"résume résumez résumer résumé extrais extrayez traduis traduisez traduire reformule reformulez réécris " +
		"resume resuma resumir resumen extrae extraiga traduce traduzca traducir reescribe traduza traduzir extraia reescreva " +
		"riassumi riassumere traduci estrai riscrivi"
	totalWords   = "total totals gesamt gesamtbetrag summe montant somme totale importe suma"
	spanWords    = "month months year years monat monate monaten jahr jahre jahren mois an ans mes meses año años mese mesi anno anni"
	computeWords = "sum sums calculate compute convert estimate average mean median count difference score rating confidence probability likelihood " +
		"sentiment rank index position offset round rounded berechne berechnen rechne umrechnen zähle schätze durchschnitt " +
		"calcule calculer convertis convertir compte moyenne calcula calcular convierte cuenta promedio calcola converti media"
)

// pastedNumbers wants every figure of an answer to stand in the text that the request is about; nil where
// the request is about no text, or asks for more than the text has.
func pastedNumbers(p *routing.Prompt, v *vocabulary) routing.Look {
	if !v.worksOnText(p) {
		return nil
	}
	return func(a *routing.Answer) routing.Verdict {
		if !a.Done {
			return routing.Verdict{}
		}
		f := newFigures(p, v)
		for _, n := range figuresIn(withoutEscapes(withoutCounting(a.Text))) {
			if !f.has(n) {
				return routing.Rejected(routing.ReasonUngrounded, "a figure that the text does not have")
			}
		}
		return routing.Verdict{Decision: routing.Accept}
	}
}

// People say what they want before or after the text: so many words from either end are looked at.
const (
	askWithin     = 12
	computeWithin = 40
)

func (v *vocabulary) worksOnText(p *routing.Prompt) bool {
	text := p.Last().Text
	if strings.Contains(text, "```") {
		return false // code rewritten has constants of its own
	}
	asked := beginAndEnd(text, computeWithin) + " " + p.System + " " + string(p.Schema)
	if v.anyOf(v.compute, asked) || v.anyOf(v.totals, string(p.Schema)+" "+beginAndEnd(text, askWithin)) && !v.anyOf(v.totals, middle(text, askWithin)) {
		return false // figures of its own are wanted; a total that stands in the text is none
	}
	return textTasks[strings.ToLower(strings.TrimSpace(p.Task))] || v.anyOf(v.verbs, beginAndEnd(text, askWithin))
}

func (v *vocabulary) anyOf(words *wordSet, text string) bool {
	found := false
	eachWord(text, func(w []byte) { found = found || words.has(hash(w)) })
	return found
}

// beginAndEnd returns the first n words of a text and the last n.
func beginAndEnd(text string, n int) string {
	words := strings.Fields(ends(text, 40*n))
	if len(words) > 2*n {
		words = append(words[:n:n], words[len(words)-n:]...)
	}
	return strings.Join(words, " ")
}

// middle is what beginAndEnd leaves out.
func middle(text string, n int) string {
	words := strings.Fields(text)
	return strings.Join(words[min(n, len(words)):max(min(n, len(words)), len(words)-n)], " ")
}

// withoutEscapes takes the digits of \u00e9 out of JSON.
func withoutEscapes(s string) string {
	if !strings.Contains(s, `\u`) {
		return s
	}
	var b strings.Builder
	for {
		i := strings.Index(s, `\u`)
		if i < 0 || i+6 > len(s) {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(s[:i])
		s = s[i+6:]
	}
}
