package classifier

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// What is read of a text: its beginning and its end. Instructions and questions stand there; a
// document in the middle does not change what is asked, and the cap bounds the time of a call.
const (
	headBytes = 6 << 10
	tailBytes = 2 << 10
)

// The hashed features of a text lie in two blocks of buckets: words and pairs of words, then groups of
// 3 to 5 bytes inside words, which survive typos and unknown words.
const (
	wordBits = 18
	gramBits = 17
	Grams    = 1 << gramBits // buckets of byte groups, the last of the table
	Buckets  = 1<<wordBits + Grams
)

const (
	seenBits = 13
	maxWord  = 48 // longer runs (base64, URLs) are read in pieces of this many bytes
)

// Reading is what a text looks like to the model: the buckets it sets, each once, and its dense
// features. It is reused between calls and holds no part of the text.
type Reading struct {
	Words []uint32 // buckets of words and word pairs
	Grams []uint32 // buckets of byte groups
	Dense [DenseSize]float32
	Terms []uint64 // hashes of its different words, for telling strange texts
	Met   Seen     // the words of training; others are strange, and read over. nil: all are read

	met   int                   // of Terms, those of training
	seen  [1 << seenBits]uint32 // the hashes met, direct mapped: repeating a phrase adds nothing
	count counts
	last  uint64            // hash of the word before
	word  [maxWord + 2]byte // the word being read, between two spaces
	size  int
}

// Read fills r from text. It allocates only while its slices grow to their largest size.
func (r *Reading) Read(text string) {
	r.Words, r.Grams, r.Terms = r.Words[:0], r.Grams[:0], r.Terms[:0]
	r.seen = [1 << seenBits]uint32{}
	r.count = counts{}
	r.last, r.size, r.met = 0, 0, 0
	r.word[0] = ' '
	if len(text) <= headBytes+tailBytes {
		r.scan(text)
	} else {
		r.scan(text[:headBytes])
		r.scan(text[len(text)-tailBytes:])
	}
	r.dense()
}

// scan reads one stretch of text, case folded, digits made equal, white space only as a separator.
func (r *Reading) scan(text string) {
	c := &r.count
	c.newLine()
	for i := wrapping(text); i < len(text); {
		b := text[i]
		if b >= utf8.RuneSelf {
			i += r.foreign(text[i:])
			continue
		}
		i++
		switch class[b] {
		case classLetter:
			r.push(b | 0x20)
		case classDigit:
			c.digits++
			r.push('0')
		case classLine:
			r.endWord()
			c.newLine()
			i += wrapping(text[i:])
			continue
		case classSpace:
			r.endWord()
			continue
		default:
			r.endWord()
			r.sign(b)
		}
		c.column++
	}
	r.endWord()
}

// sign reads one sign. Those that end sentences and clauses are counted but pair with no word.
func (r *Reading) sign(b byte) {
	r.count.punct(b)
	switch b {
	case '.', ',', '!', '?', ':', ';':
		r.count.bytes++
	default:
		r.push(b)
		r.endWord()
	}
}

// wrapping is the length of what stands at the beginning of a line and only wraps what is asked: marks
// of quoting, and lines that are a code fence or a single tag.
func wrapping(line string) (skip int) {
	for skip < len(line) && (line[skip] == '>' || line[skip] == ' ' || line[skip] == '\t') {
		skip++
	}
	rest := line[skip:min(len(line), skip+maxWord)]
	switch {
	case strings.HasPrefix(rest, "```"):
		if end := strings.IndexByte(line[skip:], '\n'); end >= 0 {
			return skip + end
		}
		return len(line)
	case strings.HasPrefix(rest, "<"):
		end := strings.IndexByte(rest, '>')
		if end >= 0 && !strings.Contains(rest[:end], "\n") && (skip+end+1 == len(line) || line[skip+end+1] == '\n') {
			return skip + end + 1
		}
	}
	return skip
}

// foreign reads one character outside ASCII and returns its length. Scripts without spaces are
// read a character at a time.
func (r *Reading) foreign(text string) int {
	c, n := utf8.DecodeRuneInString(text)
	r.count.foreign++
	r.count.column++
	switch {
	case unicode.IsSpace(c):
		r.endWord()
	case unicode.In(c, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai):
		r.endWord()
		r.pushRune(c)
		r.endWord()
	case unicode.IsLetter(c) || unicode.IsMark(c):
		r.pushRune(unicode.ToLower(c))
	default:
		r.endWord()
		r.pushRune(c)
		r.endWord()
	}
	return n
}

func (r *Reading) pushRune(c rune) {
	var buf [utf8.UTFMax]byte
	for _, b := range buf[:utf8.EncodeRune(buf[:], c)] {
		r.push(b)
	}
}

func (r *Reading) push(b byte) {
	if r.size == maxWord {
		r.endWord()
	}
	r.size++
	r.word[r.size] = b
}

// endWord turns the word read so far into features.
func (r *Reading) endWord() {
	if r.size == 0 {
		return
	}
	word := r.word[1 : r.size+1]
	if !r.count.optionLetter(word) && carrier(word) {
		r.size = 0
		return
	}
	h := hashWord(word)
	fresh := r.fresh(h)
	if (r.size > 1 || word[0] >= utf8.RuneSelf) && word[0] != '0' {
		met := r.Met.Has(h)
		if fresh {
			r.Terms = append(r.Terms, h)
			if met {
				r.met++
			}
		}
		if r.Met != nil && !met {
			r.size = 0
			return
		}
	}
	r.count.bytes += r.size // of what is read: neither white space nor carriers may matter
	r.word[r.size+1] = ' '
	if fresh {
		r.Words = append(r.Words, wordBucket(h))
	}
	r.count.word(word, fresh)
	if r.last != 0 {
		if pair := mix(r.last*31 + h); r.fresh(pair) {
			r.Words = append(r.Words, wordBucket(pair))
		}
	}
	r.last = h
	if r.size > 1 || class[word[0]] == classLetter {
		r.addGrams(r.word[:r.size+2])
	}
	r.size = 0
}

func wordBucket(h uint64) uint32 { return uint32(h >> (64 - wordBits)) }

// addGrams adds every group of 3, 4 and 5 bytes of a word with its spaces.
func (r *Reading) addGrams(word []byte) {
	var k uint64
	for i, b := range word {
		k = k<<8 | uint64(b)
		if i >= 2 {
			r.addGram(k&0xffffff | 3<<40)
		}
		if i >= 3 {
			r.addGram(k&0xffffffff | 4<<40)
		}
		if i >= 4 {
			r.addGram(k&0xffffffffff | 5<<40)
		}
	}
}

func (r *Reading) addGram(key uint64) {
	h := mix(key)
	if r.fresh(h) {
		r.Grams = append(r.Grams, 1<<wordBits+uint32(h>>(64-gramBits)))
	}
}

// fresh tells whether h was not met before in this text; it forgets when two hashes share a slot,
// which counts a feature twice and does no harm.
func (r *Reading) fresh(h uint64) bool {
	slot := &r.seen[(h>>20)&(1<<seenBits-1)]
	if tag := uint32(h) | 1; *slot != tag {
		*slot = tag
		return true
	}
	return false
}

func hashWord(word []byte) uint64 {
	h := uint64(14695981039346656037)
	for _, b := range word {
		h = (h ^ uint64(b)) * 1099511628211
	}
	return mix(h)
}

// mix spreads the bits of x; the upper ones pick the bucket.
func mix(x uint64) uint64 {
	x ^= x >> 31
	x *= 0x9e3779b97f4a7c15
	x ^= x >> 29
	x *= 0xbf58476d1ce4e5b9
	return x ^ x>>32
}
