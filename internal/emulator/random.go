package emulator

import (
	"encoding/binary"
	"hash/fnv"
	"math/rand/v2"
)

// newRandom gives a source that depends on nothing but its arguments.
func newRandom(seed, number uint64, parts ...string) *rand.Rand {
	h := fnv.New64a()
	for _, part := range parts {
		_, _ = h.Write([]byte(part))
		_, _ = h.Write([]byte{0})
	}
	return rand.New(rand.NewPCG(seed^0x9e3779b97f4a7c15, h.Sum64()^number*0xbf58476d1ce4e5b9))
}

// fingerprint is one number for a whole conversation, whatever faults are marked in it.
func fingerprint(c *conversation) uint64 {
	h := fnv.New64a()
	add := func(blocks []block) {
		for _, b := range blocks {
			_, _ = h.Write([]byte(b.kind))
			text, _, _ := cutMarkers(b.text)
			_, _ = h.Write([]byte(text))
			_, _ = h.Write([]byte(b.name))
			_, _ = h.Write(binary.AppendVarint(nil, int64(b.bytes)))
		}
	}
	add(c.system)
	for _, m := range c.messages {
		_, _ = h.Write([]byte(m.role))
		add(m.blocks)
	}
	for _, t := range c.tools {
		_, _ = h.Write([]byte(t.name))
	}
	return h.Sum64()
}

// pick returns one of the choices.
func pick[T any](r *rand.Rand, choices []T) T { return choices[r.IntN(len(choices))] }
