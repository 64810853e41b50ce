package routing

import "math/bits"

// Kinds of evidence a text can show. Each word or sign counts once however often it stands there, and
// none is enough alone: a magic word does not move a request.
const (
	cueCode = iota
	cueMath
	cueSteps
	cueLogic // conditions and choices, which speak for steps where no chore is asked for
	cueMake  // speaks for code, but never alone, and not where a chore or a text is asked for
	cueKinds
)

// enough is how many points make a kind of evidence sure.
const enough = 3

// mark is what one word says: points for a kind of evidence, and languages whose common words hold it.
type mark struct {
	id     uint16 // 1..; 0 only tells languages
	kind   uint8
	points uint8
	langs  langs
}

// mostMarks is more than there are.
const mostMarks = 768

// cues gathers what one pass over a text shows.
type cues struct {
	milli     int // the text's size, in milli-tokens
	points    [cueKinds]int
	seen      [mostMarks / 64]uint64 // ids of marks that have counted
	langs     [langCount]int
	scripts   [scriptCount]int
	numbers   int
	questions int
	items     int // lines that begin like "1." or "2)"
	codeLines int
	allLines  int
	jsonWord  bool
	jsonSigns int
	how       bool // "how many", "how far", "what percent", ...
	wordsSeen int
	chore     bool // the request begins with one: "Summarise", "Translate"
	prose     bool // a text is asked for: "a poem about Python"
}

// choreWithin is among how many of the first words a chore is looked for.
const choreWithin = 12

func readCues(text string) cues {
	var c cues
	var p piece
	before, wideBefore, lineFrom := pieceLine, rune(0), 0
	for p.next(text) {
		c.milli += p.price
		switch p.kind {
		case pieceWord:
			c.word(&p)
		case pieceDigits:
			c.number(text, &p, before)
		case piecePunct:
			c.punct(text[p.lo:p.hi])
		case pieceSign:
			c.sign(p.last, wideBefore)
			wideBefore = p.last
		case pieceLine:
			c.line(text[lineFrom:p.lo])
			lineFrom = p.hi
		}
		if p.kind != pieceSign {
			wideBefore = 0
		}
		if p.kind != pieceSpace {
			before = p.kind
		}
	}
	c.line(text[lineFrom:])
	return c
}

// merge adds the evidence of earlier turns, but not their size or language.
func (c *cues) merge(o cues) {
	for k := range c.points {
		c.points[k] = max(c.points[k], o.points[k])
	}
	c.numbers, c.questions, c.items = max(c.numbers, o.numbers), max(c.questions, o.questions), max(c.items, o.items)
	c.how = c.how || o.how
	if c.codeLines < o.codeLines {
		c.codeLines, c.allLines = o.codeLines, o.allLines
	}
}

func (c *cues) word(p *piece) {
	c.wordsSeen++
	if p.wide > 0 {
		c.scripts[scriptOf(p.last)] += p.wide
	} else {
		c.scripts[scriptLatin] += p.hi - p.lo
	}
	m := lexicon.find(p.key)
	if m == nil {
		return
	}
	for s := m.langs; s != 0; s &= s - 1 {
		c.langs[bits.TrailingZeros32(uint32(s))]++
	}
	c.count(m)
	switch m.id {
	case idChore:
		c.chore = c.chore || c.wordsSeen <= choreWithin
	case idProse:
		c.prose = c.prose || c.wordsSeen <= choreWithin
	case idJSON:
		c.jsonWord = true
	case idQuantity:
		c.how = true
	}
}

// count adds a mark's points, the first time it is met.
func (c *cues) count(m *mark) {
	if m.id == 0 || c.seen[m.id>>6]&(1<<(m.id&63)) != 0 {
		return
	}
	c.seen[m.id>>6] |= 1 << (m.id & 63)
	c.points[m.kind] += int(m.points)
}

// number counts numbers, but no years, and lines that begin like those of a list.
func (c *cues) number(text string, p *piece, before pieceKind) {
	digits := text[p.lo:p.hi]
	if year := len(digits) == 4 && (digits[:2] == "19" || digits[:2] == "20"); !year {
		c.numbers++
	}
	if before == pieceLine && len(digits) <= 2 && p.hi < len(text) && (text[p.hi] == '.' || text[p.hi] == ')') {
		c.items++
	}
}

func (c *cues) punct(s string) {
	for i := 0; i < len(s); i++ {
		if s[i] == '?' {
			c.questions++
			break
		}
	}
	if k, ok := keyOf(s); ok {
		if m := lexicon.find(k); m != nil {
			c.count(m)
		}
	}
	if len(s) < 2 {
		return
	}
	if s[0] == '{' && (s[1] == '"' || s[1] == '}') || s[0] == '"' && s[1] == ':' || s[0] == '[' && s[1] == '{' {
		c.jsonSigns++
	}
}

// Kana and Han signs lie between these.
const firstIdeogram, lastIdeogram = 0x3000, 0xA000

// sign looks at what stands outside alphabets: mathematical symbols, and pairs of signs in scripts
// that write no spaces.
func (c *cues) sign(r, before rune) {
	c.scripts[scriptOf(r)]++
	if r == '？' || r == '؟' {
		c.questions++
	}
	if r < firstIdeogram {
		if m := lexicon.find(pairKey(0, r)); m != nil {
			c.count(m)
		}
		return
	}
	if before == 0 || r > lastIdeogram {
		return
	}
	if m := lexicon.find(pairKey(before, r)); m != nil {
		c.count(m)
		c.how = c.how || m.id == idQuantity
	}
}

// line judges whether a line of text looks like a line of a program.
func (c *cues) line(s string) {
	if len(s) < 3 {
		return
	}
	c.allLines++
	end := s[len(s)-1]
	switch {
	case end == ';' || end == '{' && s[len(s)-2] != ':' && len(s) > 4 || s[len(s)-2:] == "):":
		c.codeLines++
	case len(s) > 4 && (s[:2] == "//" || s[:2] == "#!" || s[:2] == "$ "):
		c.codeLines++
	}
}

// enough is how many points make a kind of evidence sure. What is pasted behind a chore is full of signs.
func (c *cues) enough() int {
	if c.chore {
		return enough + 1
	}
	return enough
}

func (c *cues) code() bool {
	points := c.points[cueCode]
	if points > 0 && !c.chore && !c.prose {
		points += min(c.points[cueMake], 2)
	}
	return points >= c.enough() || c.codeLines >= 3 && 3*c.codeLines >= c.allLines
}

// briefQuestion is how many words a question has that holds nothing beside its figures.
const briefQuestion = 8

func (c *cues) math() bool {
	points := c.points[cueMath]
	switch {
	case c.how && c.numbers >= 2:
		points += enough
	case c.how && c.numbers == 1:
		points++
	}
	if c.numbers >= 3 && c.questions > 0 {
		points++
	}
	if c.numbers >= 2 && (c.questions > 0 && c.wordsSeen <= briefQuestion || c.numbers > c.wordsSeen) {
		points += 2 // "What is 15 % of 240?"
	}
	if !c.chore && c.questions > 0 && c.numbers >= 4 && 10*c.numbers >= c.wordsSeen {
		points += enough // figures, and a question about them
	}
	return points >= c.enough()
}

func (c *cues) steps() bool {
	points := c.points[cueSteps]
	if !c.chore {
		points += c.points[cueLogic]
	}
	if c.items >= 3 {
		points += 2
	}
	if c.questions >= 3 {
		points += 2
	}
	return points >= c.enough()
}

func (c *cues) json() bool { return c.jsonWord || c.jsonSigns >= 2 }
