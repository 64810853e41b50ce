package checks

import (
	"sort"
	"strings"
	"unicode/utf8"
)

// source is what an answer may rest on: its words, pairs of words, numbers and the text itself.
type source struct {
	text    string   // in lower case
	bare    string   // letters and digits of text, words divided by single spaces; see plain
	all     *wordSet // its words as they are; see readAll
	words   *wordSet // and their beginnings, for other forms of the same
	pairs   *wordSet
	numbers map[string]bool
	values  map[float64]bool // of numbers; see readValues
	known   *vocabulary
}

// vocabulary is what is known of English words, whatever the source.
type vocabulary struct {
	empty   *wordSet // words that carry no claim
	spelled map[int][]uint64
	verbs   *wordSet // that ask for work on a text; see pasted.go
	compute *wordSet // and for figures that it does not have
	totals  *wordSet // or may not have
	spans   *wordSet // of time
}

func newVocabulary() *vocabulary {
	return &vocabulary{emptyWords(), spelledNumbers(), wordsOf(textVerbs), wordsOf(computeWords), wordsOf(totalWords), wordsOf(spanWords)}
}

// maxSource bounds how much of the sources is read, from their beginning.
const maxSource = 256 << 10

// newSource reads the sources, and the request, whose words an answer may repeat.
func newSource(sources []string, request string, known *vocabulary) *source {
	s := &source{known: known, numbers: map[string]bool{}}
	text := strings.Join(append(sources[:len(sources):len(sources)], request), "\n")
	if over := len(text) - len(request); over > maxSource {
		text = strings.ToValidUTF8(text[:maxSource], "") + "\n" + request
	}
	s.text = strings.ToLower(text)
	for _, n := range numbersIn(s.text) {
		s.numbers[n] = true
	}
	return s
}

// readWords makes ready for novelty, and for hasWords on the way.
func (s *source) readWords() {
	size := len(s.text) / 12
	s.all, s.words, s.pairs = newWordSet(size), newWordSet(size), newWordSet(size)
	last := uint64(0)
	eachWord(s.text, func(w []byte) {
		all, h, head, ok := s.content(w)
		s.all.add(all)
		if ok {
			s.words.add(h)
			s.words.add(head)
			s.pairs.add(hashPair(last, h))
			last = h
		}
	})
}

// content is the hash of a word, and where it carries meaning those of its stem and of its beginning.
func (s *source) content(w []byte) (all, h, head uint64, ok bool) {
	if r, _ := utf8.DecodeRune(w); len(w) <= 3 && scriptOf(r) < kana {
		return hash(w), 0, 0, false
	}
	stem := stemLen(w)
	begin := min(stem, headLen)
	head = mix(fnvBasis, w[:begin]) // each is where the next goes on
	h = mix(head, w[begin:stem])
	all = mix(h, w[stem:]) | 1
	return all, h | 1, head | 1, !s.known.empty.has(h | 1)
}

// headLen is how many letters the forms of a word share.
const headLen = 5

func (s *source) has(h, head uint64) bool { return s.words.has(h) || s.words.has(head) }

// stemLen is the length of an English word without the commonest endings.
func stemLen(w []byte) int {
	if strings.IndexByte("gsdey", w[len(w)-1]) < 0 {
		return len(w)
	}
	for _, end := range [...]string{"ing", "ies", "ed", "es", "s", "e", "y"} {
		if len(w) > len(end)+3 && string(w[len(w)-len(end):]) == end {
			return len(w) - len(end)
		}
	}
	return len(w)
}

// novelty sums up how much of an answer is not in its source, sentence by sentence.
type novelty struct {
	worst, second float64 // shares of new words in the two newest sentences
	mean          float64 // of all sentences
	all           float64 // share of new words in the whole
	pairs         float64 // share of new pairs of words in the sentence with the second most of them
	words         float64 // new ones
}

func (s *source) novelty(answer string) novelty {
	if s.words == nil {
		s.readWords()
	}
	var shares, pairs []float64
	var n novelty
	total := 0.0
	eachSentence(answer, func(t string) {
		words, fresh, freshPairs := 0.0, 0.0, 0.0
		last := uint64(0)
		eachWord(t, func(w []byte) {
			_, h, head, ok := s.content(w)
			if !ok {
				return
			}
			if !s.has(h, head) {
				fresh++
			}
			if words > 0 && !s.pairs.has(hashPair(last, h)) {
				freshPairs++
			}
			words++
			last = h
		})
		if words < 3 {
			return
		}
		shares, pairs = append(shares, fresh/words), append(pairs, freshPairs/(words-1))
		n.mean += fresh / words
		n.words += fresh
		total += words
	})
	if len(shares) == 0 {
		return novelty{}
	}
	n.mean /= float64(len(shares))
	n.all = n.words / total
	n.worst, n.second = topTwo(shares)
	_, n.pairs = topTwo(pairs)
	return n
}

func topTwo(x []float64) (first, second float64) {
	sort.Float64s(x)
	if len(x) > 1 {
		second = x[len(x)-2]
	}
	return x[len(x)-1], second
}

// eachSentence divides at line breaks and at stops that space follows.
func eachSentence(text string, do func(string)) {
	from := 0
	for i := range len(text) {
		switch c := text[i]; {
		case c == '\n', (c == '.' || c == '!' || c == '?') && (i+1 == len(text) || text[i+1] == ' ' || text[i+1] == '\n'):
			do(text[from:i])
			from = i + 1
		}
	}
	do(text[from:])
}

// emptyWords are those that carry no claim of their own: the joints of sentences, and what summaries
// and instructions are full of.
func emptyWords() *wordSet {
	set := newWordSet(256)
	eachWord(`this that these those with from they their them there then than have been were
		will would could should which while when where what also into onto more most some such only other about after
		before over under between through because each both very your yours does doing being here must many much like
		well passage passages based given provided according mentioned answer question following however therefore
		additionally information text document context source states stated mention provide provides brief various
		specific specifically sure step steps main used using uses make makes making made different help helps known
		process further instruction instructions first second third next finally need needs associated involve
		involves involving called ensure similar know type types individual individuals related several having way ways
		certain taking take discuss discusses numerous significant purpose purposes enough total rather another located
		available amount method methods multiple place issue consider typically alternatively effective easily possible
		indicate done important note include includes including summary overall result results refer refers describe
		describes contain contains work common commonly general generally particular part example examples aspect
		factor factors area areas number within without during once until above below around furthermore moreover
		conclusion explain explains explained mentions additional potentially`, func(w []byte) { set.add(hash(w[:stemLen(w)])) })
	return set
}
