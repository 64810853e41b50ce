package checks

import (
	"fmt"
	"strings"

	"ockham/routing"
)

// code looks into fenced blocks for code that cannot be right. It is tolerant: snippets, placeholders and
// languages it does not know pass. Go, JSON and YAML have parsers; for others brackets and strings must close.
type code struct{}

func (code) Name() string { return "code" }

// maxCode bounds how much of an answer is looked at.
const maxCode = 1 << 20

func (code) Start(*routing.Prompt) routing.Look {
	return func(a *routing.Answer) routing.Verdict {
		if !a.Done {
			return routing.Verdict{}
		}
		if len(a.Text) > maxCode {
			return routing.Verdict{Decision: routing.Accept, Skipped: true, Detail: "not checked: more than 1 MiB"}
		}
		for i, b := range blocks(a.Text) {
			if why := b.fault(); why != "" {
				return routing.Rejected(routing.ReasonCode, fmt.Sprintf("block %d, %s: %s", i+1, b.lang, why))
			}
		}
		return routing.Verdict{Decision: routing.Accept}
	}
}

// block is a fenced block of code.
type block struct {
	lang string
	text string
	cut  bool // the answer ends before the block does
}

// blocks finds the fenced blocks of s. A closing fence may be indented, or stand at the end of a line.
func blocks(s string) []block {
	var found []block
	open := false
	var b block
	var body strings.Builder
	for line := range strings.Lines(s) {
		bare := strings.TrimSpace(line)
		info, fence := strings.CutPrefix(bare, "```")
		switch {
		case !open && fence && strings.Contains(info, "`"):
			// a fence that opens and closes on one line
		case !open && fence:
			open, b = true, block{lang: langOf(info)}
			body.Reset()
		case open && (fence || strings.HasSuffix(bare, "```")):
			open = false
			body.WriteString(strings.TrimSuffix(bare, "```"))
			b.text = body.String()
			found = append(found, b)
		case open:
			body.WriteString(line)
		}
	}
	if open {
		b.text, b.cut = body.String(), true
		found = append(found, b)
	}
	return found
}

// langOf reads the language in what stands after a fence: "js", "python title=x".
func langOf(info string) string {
	if fields := strings.FieldsFunc(info, func(r rune) bool { return r == ' ' || r == '{' || r == ':' || r == ',' }); len(fields) > 0 {
		return strings.ToLower(fields[0])
	}
	return ""
}

// fault tells why the block cannot be right, or "".
func (b block) fault() string {
	if b.cut {
		return "the block does not end"
	}
	if strings.TrimSpace(b.text) == "" {
		return ""
	}
	switch b.lang {
	case "go", "golang":
		return faultGo(b.text)
	case "json":
		return faultJSON(b.text)
	case "yaml", "yml":
		return faultYAML(b.text)
	}
	if g, ok := grammarOf(b.lang); ok {
		return g.fault(b.text)
	}
	return ""
}
