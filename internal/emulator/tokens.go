package emulator

import (
	"iter"
	"unicode"
	"unicode/utf8"
)

// The emulator's tokens are pieces of words, about as long as those of real tokenizers: a word takes the space before it
// along, long words fall into pieces, and a character of a script without spaces is a token of its own.

const pieceLength = 7

const imageTokens = 1500

// pieces yields the tokens of text; joined they are the text again.
func pieces(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for len(text) > 0 {
			end := pieceEnd(text)
			if !yield(text[:end]) {
				return
			}
			text = text[end:]
		}
	}
}

func pieceEnd(text string) int {
	end, letters := 0, 0
	for end < len(text) {
		r, size := utf8.DecodeRuneInString(text[end:])
		space := unicode.IsSpace(r)
		if end > 0 && (letters > 0 && space || letters >= pieceLength || wide(r)) {
			return end
		}
		end += size
		if !space {
			letters++
		}
		if wide(r) {
			return end
		}
	}
	return end
}

func wide(r rune) bool {
	return r >= 0x2E80 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul)
}

func countText(text string) int {
	n := 0
	for range pieces(text) {
		n++
	}
	return n
}

// countInput is what the model counts for the whole request.
func countInput(m *Model, c *conversation) int {
	n := 0
	for _, b := range c.system {
		n += countBlock(b)
	}
	for _, turn := range c.messages {
		n += 3
		for _, b := range turn.blocks {
			n += countBlock(b)
		}
	}
	for _, t := range c.tools {
		n += countText(t.name) + countText(t.description) + countJSON(t.schema)
	}
	return int(float64(n) * m.tokenFactor)
}

func countBlock(b block) int {
	switch b.kind {
	case "image":
		return imageTokens
	case "document":
		return 200 + b.bytes/20
	case "toolUse":
		return 10 + countText(b.name) + countJSON(b.input)
	case "toolResult":
		n := 10
		for _, c := range b.content {
			n += countBlock(c)
		}
		return n
	case "json":
		return countJSON(b.value)
	}
	return countText(b.text)
}

func countJSON(value any) int { return countText(string(encodeJSON(value))) }

// fragments are the pieces of a tool call's arguments. Without arguments there are none.
func fragments(input map[string]any) iter.Seq[string] {
	if len(input) == 0 {
		return func(func(string) bool) {}
	}
	return pieces(string(encodeJSON(input)))
}

// pieces are the tokens that a stream sends text in. A slow one has some to wait for even in a short text.
func (q *question) pieces(text string) iter.Seq[string] {
	if q.faults.has(faultSlow) && countText(text) < slowTokens {
		return func(yield func(string) bool) {
			for _, r := range text {
				if !yield(string(r)) {
					return
				}
			}
		}
	}
	return pieces(text)
}
