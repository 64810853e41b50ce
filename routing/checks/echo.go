package checks

import (
	"sync"

	"ockham/routing"
)

// echo finds an answer that recites the system prompt: a long run of its words, one after the other,
// that neither the user nor a source used. What the system prompt puts in quotation marks is meant to be
// said, and is left out.
type echo struct{}

// echoRun is how many words in a row are no coincidence.
const echoRun = 20

// maxEcho bounds how much of a system prompt is remembered.
const maxEcho = 64 << 10

func (echo) Name() string { return "echo" }

func (echo) Start(p *routing.Prompt) routing.Look {
	runs := runsOf(p.System[:min(len(p.System), maxEcho)])
	if runs == nil {
		return nil
	}
	said := sync.OnceValue(func() *wordSet { return saidRuns(p) })
	var w window
	seen, searched := 0, 0
	return func(a *routing.Answer) routing.Verdict {
		end := len(a.Text)
		if a.Done { // another check may have put another text in its place
			w, seen = window{}, 0
		} else { // the last word may still grow
			end = max(seen, lastSpace(a.Text, searched))
			searched = len(a.Text)
		}
		found := false
		eachWord(a.Text[seen:end], func(word []byte) {
			h, full := w.push(hash(word))
			found = found || full && runs.has(h) && !said().has(h)
		})
		seen = end
		if found {
			return routing.Rejected(routing.ReasonFormat, "recites the system prompt")
		}
		return accepted(a.Done)
	}
}

// runsOf are the runs of a system prompt; nil where there are none.
func runsOf(system string) *wordSet {
	if len(system) < echoRun {
		return nil
	}
	runs := newWordSet(len(system) / 6)
	for _, part := range outsideQuotes(system) {
		eachRun(part, func(h uint64) { runs.add(h) })
	}
	if runs.used == 0 {
		return nil
	}
	return runs
}

// saidRuns are the runs that the user or a source used.
func saidRuns(p *routing.Prompt) *wordSet {
	said := newWordSet(64)
	add := func(text string) {
		eachRun(text[:min(len(text), maxEcho)], func(h uint64) { said.add(h) })
	}
	for _, t := range p.Turns {
		add(t.Text)
		for _, source := range t.Sources {
			add(source)
		}
	}
	return said
}

// lastSpace is where the last space behind from stands, or from.
func lastSpace(s string, from int) int {
	for i := len(s) - 1; i >= from; i-- {
		if s[i] == ' ' || s[i] == '\n' {
			return i
		}
	}
	return from
}

// outsideQuotes are the parts of a text between its quotations.
func outsideQuotes(s string) []string {
	var parts []string
	from, inside := 0, false
	for i := range len(s) {
		if s[i] != '"' {
			continue
		}
		if !inside {
			parts = append(parts, s[from:i])
		}
		from, inside = i+1, !inside
	}
	return append(parts, s[from:])
}

// eachRun calls do with the hash of every run of echoRun words.
func eachRun(text string, do func(h uint64)) {
	var w window
	eachWord(text, func(word []byte) {
		if h, full := w.push(hash(word)); full {
			do(h)
		}
	})
}

// window is the rolling hash (Rabin and Karp) of the last words.
type window struct {
	words [echoRun]uint64
	n     int
	sum   uint64
}

const windowBase = 0x9e3779b97f4a7c15

// windowTop is windowBase to the power of echoRun: what the oldest word weighs when it leaves.
func windowTop() uint64 {
	top := uint64(1)
	for range echoRun {
		top *= windowBase
	}
	return top
}

func (w *window) push(h uint64) (sum uint64, full bool) {
	i := w.n % echoRun
	w.sum = w.sum*windowBase + h - w.words[i]*windowTop()
	w.words[i] = h
	w.n++
	return w.sum | 1, w.n >= echoRun
}
