package checks

import (
	"fmt"
	"strings"

	"ockham/routing"
)

// languageCheck wants the answer in the language that the request asks for, or else in the user's own.
type languageCheck struct {
	languages *languages
	wanted    int // -1: read from the request
}

const (
	languageRunes = 800  // how much of an answer is looked at
	languageEarly = 350  // how much of it may be enough to reject
	languageFits  = 0.55 // the least share that may be in a language that is wanted
)

func newLanguage(o Options) (routing.Check, error) {
	l, err := newLanguages()
	if err != nil {
		return nil, err
	}
	c := languageCheck{languages: l, wanted: -1}
	if o.Language == "" {
		return c, nil
	}
	i, ok := l.byCode(o.Language)
	if !ok {
		return nil, fmt.Errorf("language %q is not known", o.Language)
	}
	c.wanted = i
	return c, nil
}

func (languageCheck) Name() string { return "language" }

// Start reads the request. Where it is not certain what is wanted, every answer will do.
func (c languageCheck) Start(p *routing.Prompt) routing.Look {
	wanted := []int{c.wanted}
	if c.wanted < 0 {
		wanted = c.languages.wanted(p)
	}
	next := languageEarly
	return func(a *routing.Answer) routing.Verdict {
		if len(wanted) == 0 {
			return routing.Verdict{Decision: routing.Accept}
		}
		for { // at the same places however the answer comes, so that its pieces do not decide
			head, full := beginning(a.Text, next)
			if !full && !a.Done {
				return routing.Verdict{Soon: next == languageEarly}
			}
			v := c.judge(prose(head), wanted, !full || next == languageRunes)
			if v.Decision != routing.Undecided {
				return v
			}
			next = languageRunes
		}
	}
}

func (c languageCheck) judge(text string, wanted []int, final bool) routing.Verdict {
	p := c.languages.look(text)
	if !c.languages.enough(&p, scripts) {
		return accepted(final) // whatever is wanted
	}
	for _, i := range wanted {
		if c.languages.fits(&p, i) >= languageFits {
			return accepted(final)
		}
	}
	if !c.languages.enough(&p, c.languages.list[wanted[0]].script) {
		return accepted(final)
	}
	return routing.Rejected(routing.ReasonLanguage, "not in "+c.languages.list[wanted[0]].code)
}

// accepted says that the rest cannot change the verdict, or that it can.
func accepted(final bool) routing.Verdict {
	if final {
		return routing.Verdict{Decision: routing.Accept}
	}
	return routing.Verdict{}
}

// prose leaves out fenced blocks, and the keys of JSON, which are English wherever it comes from.
func prose(s string) string {
	if t := skipSpace(s); t != "" && (t[0] == '{' || t[0] == '[') {
		return valuesOf(t)
	}
	if !strings.Contains(s, "```") {
		return s
	}
	var b strings.Builder
	open := false
	for line := range strings.Lines(s) {
		if strings.HasPrefix(strings.TrimSpace(line), "```") {
			open = !open
		} else if !open {
			b.WriteString(line)
		}
	}
	return b.String()
}

// valuesOf are the strings of a JSON text that may be cut or broken, but not its keys.
func valuesOf(text string) string {
	var v stringValues
	s := scanner{listen: &v, calm: settled, whole: true}
	s.read(text)
	if s.wrong != "" {
		return text
	}
	return v.String()
}

// stringValues listens to a scanner for strings.
type stringValues struct {
	strings.Builder
	kind byte
}

func (v *stringValues) value(kind byte) string {
	v.kind = kind
	return ""
}

func (v *stringValues) scalar(raw string) string {
	if v.kind == '"' {
		v.WriteString(unescaped(raw))
		v.WriteByte('\n')
	}
	return ""
}

func (v *stringValues) key(string) string { return "" }

func (v *stringValues) up() string { return "" }
