package checks

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

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

// pastedNumbers wants every figure of an answer to stand in the text that the request is about. What the
// request is about is read only where it matters: to let go of a stream, or of an answer that has figures.
func pastedNumbers(p *routing.Prompt, v *vocabulary) routing.Look {
	worksOnText := sync.OnceValue(func() bool { return v.worksOnText(p) })
	return func(a *routing.Answer) routing.Verdict {
		if !a.Done {
			return accepted(!worksOnText())
		}
		stated := figuresIn(withoutEscapes(withoutCounting(a.Text)))
		if len(stated) == 0 || !worksOnText() {
			return routing.Verdict{Decision: routing.Accept}
		}
		f := newFigures(p, v)
		for _, n := range stated {
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
	begin, end := beginAndEnd(text, askWithin)
	if !textTasks[strings.ToLower(strings.TrimSpace(p.Task))] && !anyOf(v.verbs, begin, end) {
		return false
	}
	if strings.Contains(text, "```") {
		return false // code rewritten has constants of its own
	}
	schema := string(p.Schema)
	if anyOf(v.totals, schema, begin, end) && !anyOf(v.totals, middle(text, askWithin)) {
		return false // figures of its own are wanted; a total that stands in the text is none
	}
	begin, end = beginAndEnd(text, computeWithin)
	return !anyOf(v.compute, begin, end, p.System, schema)
}

// anyOf tells whether some text holds one of the words.
func anyOf(words *wordSet, texts ...string) bool {
	found := false
	for _, text := range texts {
		eachWord(text, func(w []byte) { found = found || words.has(hash(w)) })
	}
	return found
}

// beginAndEnd returns the first n words of a text and the last n; they overlap in a short one.
func beginAndEnd(text string, n int) (begin, end string) {
	text = ends(text, 40*n)
	return text[:afterWords(text, n)], text[beforeWords(text, n):]
}

// middle is what stands between the first n words and the last n.
func middle(text string, n int) string {
	from := afterWords(text, n)
	return text[from:max(from, beforeWords(text, n))]
}

// afterWords is where the first n words of a text end.
func afterWords(text string, n int) int {
	inside := false
	for i, r := range text {
		if inside && unicode.IsSpace(r) {
			if n--; n == 0 {
				return i
			}
		}
		inside = !unicode.IsSpace(r)
	}
	return len(text)
}

// beforeWords is where the last n words of a text begin.
func beforeWords(text string, n int) int {
	inside := false
	for i := len(text); i > 0; {
		r, size := utf8.DecodeLastRuneInString(text[:i])
		if inside && unicode.IsSpace(r) {
			if n--; n == 0 {
				return i
			}
		}
		inside = !unicode.IsSpace(r)
		i -= size
	}
	return 0
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
