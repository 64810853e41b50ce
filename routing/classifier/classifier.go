// Package classifier tells from a prompt's text how likely the small and the large model are to answer
// it well. The model is a file of a few megabytes that is embedded in the program; it was trained by
// "ockham train" from recorded outcomes, and operators can train their own.
//
// What is judged is what a person asks: callers pass the text of the user's turns without system
// prompts, documents, tool results and the wrapping of agents.
package classifier

import (
	"math"
	"sync"
)

// Score is what the model says of one prompt.
type Score struct {
	Small float64 // chance that the small model's answer is good
	Large float64 // chance that the large model's answer is good
	// Need is how much quality the large model is expected to add, and ranks prompts: the higher, the
	// more it gains. It is compared with Model.Threshold.
	Need float64
	// Unsure says that Need lies too near the threshold of the model's own aim to tell, or that the text
	// is unlike anything the model was trained on.
	Unsure bool
	Kind   string  // what is asked: "mcq", "qa", "math" or "code"; of a known task, the task's kind
	Known  float64 // share of the text's words that training has seen
}

// Model is a trained classifier. It is read-only and safe for use by many goroutines.
type Model struct {
	header    Header
	table     []uint64 // a bucket each: one byte a head, 128 is zero
	templates map[uint64]Task
	scratch   sync.Pool
}

// Heads are the linear scores that the table holds for every bucket.
const Heads = 8

// Lanes of the table.
const (
	HeadTaskWeak   = iota // mean outcome of the small model on the text's task
	HeadTaskStrong        // the same of the large model
	HeadWeak              // outcome of the small model on this text
	HeadStrong            // the same of the large model
	HeadBenefit           // what the large model adds on this text
	HeadQA
	HeadMath
	HeadCode
)

// Inputs are what a last layer sees: every head of both blocks, the dense features, and what was
// measured on the task where one is given (both nought where not).
const (
	InputTaskWeak   = 2*Heads + DenseSize
	InputTaskStrong = InputTaskWeak + 1
	Inputs          = InputTaskStrong + 1
)

// Score judges text, what the user asks. A task the model knows by name is used in place of what the
// text tells about the kind of task; any other task is ignored. So is a template, where the model knows
// one: texts that begin with the same words. The time is linear in the text up to
// 8 KiB and constant beyond: of longer texts the first 6 and the last 2 KiB are read.
func (m *Model) Score(text, task string) Score {
	r := m.scratch.Get().(*Reading)
	r.Read(text)
	s := m.score(r, task)
	m.scratch.Put(r)
	s.Unsure = m.unsure(s)
	return s
}

func (m *Model) score(r *Reading, task string) Score {
	var in [Inputs]float32
	m.Inputs(r, &in)
	asked, last := m.kind(&in), &m.header.Text
	t, ok := m.task(r, task)
	if ok {
		in[InputTaskWeak], in[InputTaskStrong] = float32(t.Small), float32(t.Large)
		asked, last = t.Kind, &m.header.Task
	}
	small, large, need := t.shift(last.Judge(&in))
	return Score{Small: small, Large: large, Need: need, Kind: asked, Known: r.known()}
}

// Inputs computes what the last layer sees of r.
func (m *Model) Inputs(r *Reading, in *[Inputs]float32) {
	words, grams := m.sum(r.Words), m.sum(r.Grams)
	for h := range Heads {
		in[h] = m.header.WordScale[h] * words[h]
		in[Heads+h] = m.header.GramScale[h] * grams[h]
	}
	for i, v := range r.Dense {
		in[2*Heads+i] = m.header.Dense[i].standard(v)
	}
}

const (
	evenBytes = 0x00ff00ff00ff00ff
	flushAt   = 256 // sums of bytes that 16 bits hold
)

// sum adds the rows of buckets, eight heads at a time in the bytes of a word, and divides by the root
// of their number.
func (m *Model) sum(buckets []uint32) (out [Heads]float32) {
	if len(buckets) == 0 {
		return out
	}
	var total [Heads]int
	for start := 0; start < len(buckets); start += flushAt {
		var even, odd uint64
		part := buckets[start:min(start+flushAt, len(buckets))]
		for _, b := range part {
			v := m.table[b]
			even += v & evenBytes
			odd += v >> 8 & evenBytes
		}
		for i := range Heads / 2 {
			total[2*i] += int(even>>(16*i)&0xffff) - 128*len(part)
			total[2*i+1] += int(odd>>(16*i)&0xffff) - 128*len(part)
		}
	}
	root := 1 / float32(math.Sqrt(float64(len(buckets))))
	for h := range Heads {
		out[h] = float32(total[h]) * root
	}
	return out
}

// kinds are those that have a head; what is none of them is a choice between options.
var kinds = [...]string{"qa", "math", "code"}

// kind names what is asked. The heads tell how far a text is from the shares of all texts.
func (m *Model) kind(in *[Inputs]float32) string {
	best, rest, pick := float32(math.Inf(-1)), float32(1), 0
	for i := range kinds {
		v := m.header.Kinds[i] + in[HeadQA+i] + in[Heads+HeadQA+i]
		rest -= v
		if v > best {
			best, pick = v, i
		}
	}
	if rest > best {
		return "mcq"
	}
	return kinds[pick]
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
