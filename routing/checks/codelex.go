package checks

import "strings"

// grammar is what must be known of a language to follow its strings, comments and brackets.
type grammar struct {
	line     string // begins a comment to the end of the line
	line2    string
	block    bool   // has /* comments */
	quotes   string // string delimiters that end on their line
	long     string // delimiters that may span lines
	triple   bool   // has """ and '''
	template bool   // ` holds ${code}
	regex    bool   // has /regular expressions/
	raw      bool   // a backslash in a long string means itself
	doubled  bool   // a quote inside a string is doubled, a backslash means itself
	colon    bool   // a line that ends in a colon wants another
}

func grammarOf(lang string) (grammar, bool) {
	switch lang {
	case "python", "py", "python3":
		return grammar{line: "#", quotes: `"'`, triple: true, colon: true}, true
	case "javascript", "js", "typescript", "ts", "node":
		return grammar{line: "//", block: true, quotes: `"'`, long: "`", template: true, regex: true}, true
	case "java", "c", "cpp", "c++", "csharp", "c#", "cs":
		return grammar{line: "//", block: true, quotes: `"'`, triple: lang == "java"}, true
	case "sql", "mysql", "postgresql", "sqlite":
		return grammar{line: "--", line2: "#", block: true, long: "'\"`", doubled: true}, true
	}
	return grammar{}, false
}

// lexer follows brackets and strings through one block.
type lexer struct {
	grammar
	src   string
	pos   int
	stack []byte // open brackets; ` for a template that code stands in
	prev  byte   // the last byte that was neither space nor comment
	why   string
}

// fault tells which bracket or string does not end, or "".
func (g grammar) fault(src string) string {
	if g.regex && looksLikeMarkup(src) {
		return ""
	}
	x := &lexer{grammar: g, src: src}
	for x.pos < len(x.src) && x.why == "" {
		x.next()
	}
	switch {
	case x.why != "":
		return x.why
	case len(x.stack) > 0:
		return "'" + string(x.stack[len(x.stack)-1]) + "' is not closed"
	case g.colon && headless(src):
		return "ends with the head of a block"
	case strings.IndexByte("=+*%&|^,", x.prev) >= 0 && x.prev != 0 && !g.doubled && !memberList(src):
		return "ends in the middle of an expression"
	}
	return ""
}

// headless tells whether Python ends with "if x" or "for y in z:", and not even a comment for a body.
func headless(src string) bool {
	last := lastLines(src, 1)[0]
	word, _, _ := strings.Cut(last, " ")
	switch strings.TrimSuffix(word, ":") {
	case "if", "elif", "else", "for", "while", "def", "class", "with", "try", "except", "finally", "async":
		return strings.HasSuffix(last, ":") || !strings.Contains(last, ":") && word != "else"
	}
	return false
}

// memberList tells whether a snippet is lines of an object or list, which may end in a comma.
func memberList(src string) bool { return strings.HasSuffix(strings.TrimSpace(src), ",") }

// looksLikeMarkup tells whether JavaScript holds JSX, whose text follows no rules of strings.
func looksLikeMarkup(src string) bool {
	return strings.Contains(src, "</") || strings.Contains(src, "/>")
}

func (x *lexer) next() {
	c := x.src[x.pos]
	rest := x.src[x.pos:]
	switch {
	case c == ' ' || c == '\t' || c == '\n' || c == '\r':
		x.pos++
	case asciiWord(c):
		for ; x.pos < len(x.src) && asciiWord(x.src[x.pos]); x.pos++ {
			x.prev = x.src[x.pos]
		}
	case strings.HasPrefix(rest, x.line), x.line2 != "" && strings.HasPrefix(rest, x.line2):
		x.skipPast("\n", false)
	case x.block && strings.HasPrefix(rest, "/*"):
		x.skipPast("*/", true)
	case x.triple && (strings.HasPrefix(rest, `"""`) || strings.HasPrefix(rest, "'''")):
		x.pos += 3
		x.skipPast(rest[:3], true)
		x.prev = '"'
	case strings.IndexByte(x.quotes, c) >= 0, strings.IndexByte(x.long, c) >= 0:
		x.pos++
		x.str(c)
	case x.regex && c == '/' && x.beginsRegex():
		x.regexp()
	default:
		x.bracket(c)
	}
}

// skipPast goes on behind the next end; must says that there has to be one.
func (x *lexer) skipPast(end string, must bool) {
	at := strings.Index(x.src[x.pos:], end)
	if at >= 0 {
		x.pos += at + len(end)
		return
	}
	x.pos = len(x.src)
	if must {
		x.why = "a comment or string does not end"
	}
}

// str reads the rest of a string.
func (x *lexer) str(quote byte) {
	for x.prev = '"'; x.pos < len(x.src); x.pos++ {
		switch c := x.src[x.pos]; {
		case c == '\\' && !x.doubled && !(x.raw && quote == '`'):
			x.pos++
		case c == quote:
			x.pos++
			return
		case c == '\n' && strings.IndexByte(x.long, quote) < 0:
			x.why = "a string does not end"
			return
		case c == '$' && quote == '`' && x.template && strings.HasPrefix(x.src[x.pos:], "${"):
			x.stack = append(x.stack, '`', '{')
			x.pos += 2
			x.prev = '{'
			return
		}
	}
	x.why = "a string does not end"
}

func (x *lexer) bracket(c byte) {
	x.prev = c
	x.pos++
	switch c {
	case '(', '[', '{':
		x.stack = append(x.stack, c)
	case ')', ']', '}':
		n := len(x.stack)
		if n == 0 || x.stack[n-1] != opening(c) {
			x.why = "'" + string(c) + "' closes nothing"
			return
		}
		x.stack = x.stack[:n-1]
		if n > 1 && c == '}' && x.stack[n-2] == '`' {
			x.stack = x.stack[:n-2]
			x.str('`')
		}
	}
}

func opening(c byte) byte {
	switch c {
	case ')':
		return '('
	case ']':
		return '['
	}
	return '{'
}

// beginsRegex tells whether a slash can only begin a regular expression: after an operator or a bracket.
func (x *lexer) beginsRegex() bool {
	return x.prev == 0 || strings.IndexByte("(,=:[!&|?{};", x.prev) >= 0
}

func (x *lexer) regexp() {
	class := false
	for x.pos++; x.pos < len(x.src); x.pos++ {
		switch c := x.src[x.pos]; {
		case c == '\\':
			x.pos++
		case c == '[':
			class = true
		case c == ']':
			class = false
		case c == '/' && !class:
			x.pos++
			x.prev = '"'
			return
		case c == '\n':
			x.why = "a regular expression does not end"
			return
		}
	}
	x.why = "a regular expression does not end"
}
