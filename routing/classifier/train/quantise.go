package train

import (
	"math"

	"ockham/routing/classifier"
)

// quantise rounds weights to a byte each, with a scale for each head and block.
func quantise(weights []vec) (table []uint64, wordScale, gramScale [lanes]float32) {
	words := len(weights) - classifier.Grams
	for l := range lanes {
		wordScale[l] = scale(weights[:words], l)
		gramScale[l] = scale(weights[words:], l)
	}
	table = make([]uint64, len(weights))
	for b := range weights {
		for l := range lanes {
			s := wordScale[l]
			if b >= words {
				s = gramScale[l]
			}
			q := min(max(math.Round(float64(weights[b][l]/s)), -127), 127)
			table[b] |= uint64(int(q)+128) << (8 * l)
		}
	}
	return table, wordScale, gramScale
}

// scale is the value of one step of a byte for lane l. Nothing is cut: the few large weights belong to
// the commonest words, and cutting one in a thousand costs half of what a head says.
func scale(weights []vec, l int) float32 {
	largest := float32(0)
	for i := range weights {
		largest = max(largest, weights[i][l], -weights[i][l])
	}
	if largest == 0 {
		return 1
	}
	return largest / 127
}
