package checks

// jsonStream follows a growing answer that ought to be JSON.
type jsonStream struct {
	scan  scanner
	seen  int  // before it there is nothing but space, and a fence
	begun bool // where the value begins is known: scan has it from there
	prose bool // the answer begins with something else: only its end tells
	wrap  bool // something stands before or after the value
}

// next reads what is new of text. It answers what is certainly wrong, "" as long as nothing is, and
// whether what was read can be sent as it stands.
func (j *jsonStream) next(text string) (wrong string, clean bool) {
	if !j.begun && !j.prose {
		j.begin(text)
	}
	if !j.begun {
		return "", !j.prose && !j.wrap
	}
	j.scan.read(text)
	if j.scan.sure() {
		return j.scan.wrong, false
	}
	if j.scan.state == atEnd && !j.wrap {
		j.seen = skipTo(text, max(j.seen, j.scan.pos))
		j.wrap = j.seen < len(text)
	}
	return "", !j.wrap && j.scan.wrong == "" && j.scan.fixes == 0
}

// begin finds the beginning of the value: at the first byte that is not space, or in a fence there. An
// array may be something else in square brackets, so only objects are followed.
func (j *jsonStream) begin(text string) {
	if j.seen = skipTo(text, j.seen); j.seen == len(text) {
		return
	}
	switch rest := text[j.seen:]; {
	case rest[0] == '{':
		j.begun = true
		j.scan.reset(j.seen)
	case rest[0] == '`' && !j.wrap:
		j.fence(text, rest)
	default:
		j.prose = true
	}
}

// fence steps over "```json" and its line break.
func (j *jsonStream) fence(text, rest string) {
	word := 3
	for word < len(rest) && rest[word] > ' ' && rest[word] != '{' {
		word++
	}
	switch {
	case word > maxFenceInfo || len(rest) >= 3 && rest[:3] != "```":
		j.prose = true
	case word < len(rest):
		j.wrap = true
		j.seen += word
		j.begin(text)
	}
}

// maxFenceInfo is the longest beginning of a fence that is waited for.
const maxFenceInfo = 20

func skipTo(text string, from int) int { return len(text) - len(skipSpace(text[from:])) }
