package checks

import "strings"

// mended is the JSON value found in an answer.
type mended struct {
	text    string
	fixes   fix
	wrapped bool   // it stood in prose or a fence
	wrong   string // "" when there is one; else why there is none
}

// altered tells whether the value differs from the answer as the model wrote it.
func (m mended) altered() bool { return m.wrapped || m.fixes != 0 }

// mend finds the one JSON value that text is meant to be: bare, in a fence or amid prose, and puts right
// raw line breaks, backslashes, trailing commas and quotation marks inside of strings. An object is
// preferred to an array, a longer one to a shorter one. A value that is broken or unfinished is not
// searched for smaller ones inside of it. Time is linear in text.
func mend(text string) mended {
	f := finder{text: text}
	f.scan.keep, f.scan.whole = true, true
	for _, look := range []func() (mended, bool){f.bare, f.fenced, f.amid} {
		if m, ok := look(); ok {
			return m
		}
		if f.broken {
			break
		}
	}
	return mended{wrong: f.wrong}
}

type finder struct {
	text   string
	scan   scanner
	broken bool   // what was meant to be the value is not JSON
	wrong  string // of the first try
}

// bare reads a text that is nothing but the value.
func (f *finder) bare() (mended, bool) {
	trimmed := strings.TrimPrefix(f.text, "\ufeff")
	at := len(f.text) - len(skipSpace(trimmed))
	if at == len(f.text) {
		return f.fail("no JSON value"), false
	}
	m, end, ok := f.try(at)
	if ok && strings.TrimSpace(f.text[end:]) != "" {
		return f.fail("text after the JSON value"), false
	}
	return m, ok
}

// try reads a value that begins at from, and tells where it ends or has its fault.
func (f *finder) try(from int) (m mended, end int, ok bool) {
	f.scan.reset(from)
	f.scan.read(f.text)
	if f.scan.complete() {
		f.broken = false
		return mended{text: f.scan.mended(f.text), fixes: f.scan.fixes}, f.scan.pos, true
	}
	f.broken = f.broken || f.scan.keyed || f.scan.wrong == "" && len(f.scan.stack) > 0
	wrong := f.scan.wrong
	if wrong == "" {
		wrong = "the JSON value does not end"
	}
	return f.fail(wrong), f.scan.pos, false
}

func (f *finder) fail(wrong string) mended {
	if f.wrong == "" || f.broken {
		f.wrong = wrong
	}
	return mended{wrong: f.wrong}
}

// fenced looks for the value at the beginning of each fenced block; after a broken one another may stand.
func (f *finder) fenced() (best mended, ok bool) {
	for at := 0; ; {
		open := strings.Index(f.text[at:], "```")
		if open < 0 {
			return best, best.text != ""
		}
		at += open + 3
		at += fenceInfo(f.text[at:])
		if at == len(f.text) || f.text[at] != '{' && f.text[at] != '[' {
			continue
		}
		m, end, ok := f.try(at)
		if at = max(end, at+1); ok {
			best = better(best, m)
		}
	}
}

// fenceInfo is the length of a fence's info string and the space after it.
func fenceInfo(s string) int {
	i := 0
	for i < len(s) && (s[i]|0x20 >= 'a' && s[i]|0x20 <= 'z' || s[i] >= '0' && s[i] <= '9') {
		i++
	}
	return len(s) - len(skipSpace(s[i:]))
}

// amid looks for the value anywhere in the text.
func (f *finder) amid() (best mended, ok bool) {
	for at := 0; ; {
		open := strings.IndexAny(f.text[at:], "{[")
		if open < 0 {
			return best, best.text != ""
		}
		at += open
		m, end, ok := f.try(at)
		if f.broken {
			return m, false
		}
		if at = max(end, at+1); ok {
			best = better(best, m)
		}
	}
}

func better(a, b mended) mended {
	b.wrapped = true
	object := b.text[0] == '{'
	switch {
	case a.text == "", object && a.text[0] == '[':
		return b
	case object == (a.text[0] == '{') && len(b.text) > len(a.text):
		return b
	}
	return a
}

// said names the faults that were put right.
func (x fix) said() string {
	var words []string
	for i, w := range []string{"control character in a string", "bad escape", "comma", "quotation mark in a string"} {
		if x&(1<<i) != 0 {
			words = append(words, w)
		}
	}
	return strings.Join(words, ", ")
}
