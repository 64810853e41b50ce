package classifier

import "hash/fnv"

// Seen is a Bloom filter of the texts that a model was trained on, so that whoever measures it is told
// when rows are not new to it. It holds no text and about one in a hundred of its answers is wrong.
type Seen []byte

const (
	seenBitsEach = 10
	seenHashes   = 4
)

// NewSeen makes room for n texts.
func NewSeen(n int) Seen { return make(Seen, (n*seenBitsEach+7)/8) }

// Add puts text in.
func (s Seen) Add(text string) {
	s.each(text, func(bit uint64) bool {
		s[bit/8] |= 1 << (bit % 8)
		return true
	})
}

// Has tells whether text was probably put in.
func (s Seen) Has(text string) bool {
	found := len(s) > 0
	s.each(text, func(bit uint64) bool {
		found = s[bit/8]&(1<<(bit%8)) != 0
		return found
	})
	return found
}

func (s Seen) each(text string, do func(bit uint64) bool) {
	if len(s) == 0 {
		return
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(text)) // a hash accepts every write
	x := h.Sum64()
	step := mix(x) | 1
	for range seenHashes {
		if !do(x % uint64(8*len(s))) {
			return
		}
		x += step
	}
}

// Seen tells whether the model was probably trained on this very text.
func (m *Model) Seen(text string) bool { return m.header.Seen.Has(text) }
