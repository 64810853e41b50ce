package classifier

import "math"

// DenseSize is how many dense features a Reading has; denseNames says what they are.
const DenseSize = 30

var denseNames = [DenseSize]string{
	"log bytes", "log words", "bytes a word", "share of digits", "share of punctuation", "share of operators",
	"share of brackets", "share of TeX", "share outside ASCII", "log lines", "question marks", "options",
	"distinct words", "log full stops", "log commas", "log numbers", "longest number", "negations", "quotes",
	"share of asking words", "share of how and why", "share of conditions", "share of single letters", "blanks",
	"longest word", "share of long words", "longest line", "share of persons", "log tokens a line", "equals signs",
}

const (
	classOther = iota
	classLetter
	classDigit
	classSpace
	classLine
)

// class of each ASCII byte. Signs, the underscore too, end a word.
var class = func() (t [256]byte) {
	for b := 'a'; b <= 'z'; b++ {
		t[b], t[b-32] = classLetter, classLetter
	}
	for b := '0'; b <= '9'; b++ {
		t[b] = classDigit
	}
	t[' '], t['\t'], t['\r'], t['\v'], t['\f'] = classSpace, classSpace, classSpace, classSpace, classSpace
	t['\n'] = classLine
	return t
}()

// counts is what one pass over a text counts.
type counts struct {
	bytes, words, letters, digits, foreign           int
	puncts, operators, brackets, tex, quotes, blanks int
	lines, lineStart, column, longestLine, options   int
	questions, stops, commas, equals                 int
	numbers, longestNumber, distinct                 int
	longestWord, longWords                           int
	negations, asking, how, conditions, single, folk int
	option                                           byte // the letter at the beginning of the line
}

func (c *counts) newLine() {
	size := c.bytes - c.lineStart
	c.longestLine = max(c.longestLine, size)
	if size > 2 { // more than signs around carriers
		c.lines++
	}
	c.column, c.option, c.lineStart = 0, 0, c.bytes
}

// optionLetter tells whether word is a single letter at the beginning of a line, and notes it.
func (c *counts) optionLetter(w []byte) bool {
	if len(w) != 1 || c.column != 1 || w[0] < 'a' || w[0] > 'j' {
		return false
	}
	c.option = w[0]
	return true
}

// punct counts one ASCII sign. "A." or "A)" at the beginning of a line is an option to choose.
func (c *counts) punct(b byte) {
	c.puncts++
	switch b {
	case '.', ')':
		if c.option != 0 && c.column <= 2 {
			c.options++
		}
		if b == '.' {
			c.stops++
		} else {
			c.brackets++
		}
	case ',':
		c.commas++
	case '?':
		c.questions++
	case '=':
		c.equals++
		c.operators++
	case '+', '-', '*', '/', '<', '>', '^', '%':
		c.operators++
	case '(', '[', ']', '{', '}':
		c.brackets++
	case '$', '\\':
		c.tex++
	case '"', '\'':
		c.quotes++
	case '_':
		c.blanks++
	}
}

// word counts one word, folded; fresh says that the text did not have it before.
func (c *counts) word(w []byte, fresh bool) {
	if fresh {
		c.distinct++
	}
	if len(w) == 1 && class[w[0]] != classLetter && class[w[0]] != classDigit && w[0] < 0x80 {
		return
	}
	c.words++
	c.letters += len(w)
	if w[0] == '0' {
		c.numbers++
		c.longestNumber = max(c.longestNumber, len(w))
		return
	}
	if len(w) == 1 {
		c.single++
	}
	if len(w) > 8 {
		c.longWords++
	}
	c.longestWord = max(c.longestWord, len(w))
	c.known(w)
}

// known counts the few words that say what a question is like whatever it is about.
func (c *counts) known(w []byte) {
	switch string(w) {
	case "not", "except", "false", "least", "never", "incorrect":
		c.negations++
	case "what", "which", "who", "where":
		c.asking++
	case "how", "why":
		c.how++
	case "if", "suppose", "given", "assume", "when":
		c.conditions++
	case "he", "she", "his", "her", "they", "him", "their":
		c.folk++
	}
}

// dense turns the counts into features of like size.
func (r *Reading) dense() {
	c := &r.count
	read := float64(max(1, c.bytes))
	words := float64(max(1, c.words))
	share := func(n int, of float64) float32 { return float32(float64(n) / of) }
	log := func(n int) float32 { return float32(math.Log1p(float64(n))) }
	c.newLine()
	r.Dense = [DenseSize]float32{
		log(int(read)), log(c.words), share(c.letters, words), share(c.digits, read), share(c.puncts, read), share(c.operators, read),
		share(c.brackets, read), share(c.tex, read), share(c.foreign, read), log(c.lines), log(c.questions), log(c.options),
		share(c.distinct, words), log(c.stops), log(c.commas), log(c.numbers), log(c.longestNumber), log(c.negations), log(c.quotes),
		share(c.asking, words), share(c.how, words), share(c.conditions, words), share(c.single, words), log(c.blanks),
		log(c.longestWord), share(c.longWords, words), log(c.longestLine), share(c.folk, words), share(c.words, float64(max(1, c.lines))), log(c.equals),
	}
	r.Dense[28] = log(int(r.Dense[28]))
}
