package routing

import "math/bits"

// table finds marks by packed words. It is an open-addressed hash table that is built once and then
// only read: a map of strings would take most of the time that reading a prompt takes.
type table struct {
	marks map[wordKey]mark // while it is built
	slots []slot
	shift int
}

type slot struct {
	key  wordKey
	mark mark
}

// pairKey packs two signs so that no word can have the key: letters of words are bytes without zeros
// between them.
func pairKey(a, b rune) wordKey {
	return wordKey{a: uint64(uint32(b)), b: 1<<63 | uint64(uint32(a))}
}

// add enters a word. One that is a cue already keeps its first meaning; languages add up.
func (t *table) add(word string, m mark) {
	k, ok := keyOf(word)
	if !ok {
		panic("routing: a word of the lexicon is too long: " + word)
	}
	old := t.marks[k]
	m.langs |= old.langs
	if old.id != 0 {
		langs := m.langs
		m = old
		m.langs = langs
	}
	t.marks[k] = m
}

// freeze lays the marks out, with at least three free slots for each that is taken.
func (t *table) freeze() {
	size := bits.Len(uint(4 * len(t.marks)))
	t.slots, t.shift = make([]slot, 1<<size), 64-size
	for k, m := range t.marks {
		at := t.home(k)
		for t.slots[at].key != (wordKey{}) {
			at = (at + 1) & (len(t.slots) - 1)
		}
		t.slots[at] = slot{k, m}
	}
	t.marks = nil
}

func (t *table) home(k wordKey) int {
	return int(((k.a ^ bits.RotateLeft64(k.b, 29)) * 0x9e3779b97f4a7c15) >> t.shift)
}

// find returns the mark of k, or nil.
func (t *table) find(k wordKey) *mark {
	if k == (wordKey{}) {
		return nil
	}
	for at := t.home(k); ; at = (at + 1) & (len(t.slots) - 1) {
		switch t.slots[at].key {
		case k:
			return &t.slots[at].mark
		case wordKey{}:
			return nil
		}
	}
}
