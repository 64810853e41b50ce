package classifier

// Seen is a Bloom filter: it tells whether something was probably met in training. It holds no text, and
// about one in a hundred of its answers is wrong.
type Seen []byte

const (
	seenBitsEach = 10
	seenHashes   = 4
)

// NewSeen makes room for n things.
func NewSeen(n int) Seen { return make(Seen, (n*seenBitsEach+7)/8) }

// Add puts the thing with this hash in.
func (s Seen) Add(hash uint64) {
	s.each(hash, func(bit uint64) bool {
		s[bit/8] |= 1 << (bit % 8)
		return true
	})
}

// Has tells whether it was probably put in.
func (s Seen) Has(hash uint64) bool {
	found := len(s) > 0
	s.each(hash, func(bit uint64) bool {
		found = s[bit/8]&(1<<(bit%8)) != 0
		return found
	})
	return found
}

func (s Seen) each(hash uint64, do func(bit uint64) bool) {
	if len(s) == 0 {
		return
	}
	step := mix(hash) | 1
	for range seenHashes {
		if !do(hash % uint64(8*len(s))) {
			return
		}
		hash += step
	}
}

// HashText is the hash by which Header.Seen knows a whole text.
func HashText(text string) uint64 { return hashWord([]byte(text)) }

// Seen tells whether the model was probably trained on this very text, so that whoever measures it
// knows when rows are not new to it.
func (m *Model) Seen(text string) bool { return m.header.Seen.Has(HashText(text)) }

// known is the share of r's words that training met more than once; a text without words is
// not known at all.
func (r *Reading) known() float64 { return float64(r.met) / float64(max(1, len(r.Terms))) }
