package telemetry

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"strings"

	"ockham/routing"
)

// PromptRecord is what the ledger keeps of a prompt: its length and a keyed hash, by which equal
// prompts can be told without being read. The text is there only where the operator switched it on.
type PromptRecord struct {
	Bytes int         `json:"bytes"`
	Hash  string      `json:"hash"`           // first 128 bits of HMAC-SHA256
	Text  *PromptText `json:"text,omitempty"` // only if switched on
	Cut   bool        `json:"cut,omitempty"`  // the text is longer than what is kept
}

// PromptText is enough of a request to plan it again.
type PromptText struct {
	Task      string       `json:"task_type,omitempty"`
	Pipe      string       `json:"pipe,omitempty"`
	Model     string       `json:"model,omitempty"`
	System    string       `json:"system,omitempty"`
	Turns     []TurnText   `json:"turns"`
	Needs     uint32       `json:"needs,omitempty"`
	Format    int          `json:"format,omitempty"` // 0 text, 1 JSON, 2 schema
	Schema    string       `json:"schema,omitempty"`
	Tools     []string     `json:"tools,omitempty"`
	MaxTokens int          `json:"max_tokens,omitempty"`
	Weight    PromptWeight `json:"weight,omitzero"`
}

// PromptWeight counts tokens of what is not kept as text.
type PromptWeight struct {
	Cached int `json:"cached,omitempty"`
	Tools  int `json:"tools,omitempty"`
	Media  int `json:"media,omitempty"`
}

// TurnText is one message.
type TurnText struct {
	Role    string   `json:"role"`
	Text    string   `json:"text"`
	Sources []string `json:"sources,omitempty"`
}

// pieceBytes is what a piece of text costs beyond its length, so that a million empty turns do not
// slip through the limit.
const pieceBytes = 32

// describe hashes p, and copies its text if keep is above 0, up to so many bytes. It runs in the
// request's goroutine, because p must not be kept; the request has ended by then.
func describe(p *routing.Prompt, key []byte, keep int) *PromptRecord {
	if p == nil {
		return nil
	}
	mac := hmac.New(sha256.New, key)
	r := &PromptRecord{Bytes: digest(mac, p)}
	r.Hash = hex.EncodeToString(mac.Sum(nil)[:16])
	if keep > 0 {
		r.Text, r.Cut = copyText(p, keep)
	}
	return r
}

// digest writes all texts of p, each ended by its role, so that moved boundaries change the hash.
func digest(mac hash.Hash, p *routing.Prompt) (total int) {
	write := func(mark, text string) {
		total += len(text)
		_, _ = io.WriteString(mac, text) // a hash never fails
		_, _ = io.WriteString(mac, "\x00"+mark+"\x00")
	}
	write("system", p.System)
	for _, turn := range p.Turns {
		for _, source := range turn.Sources {
			write("source", source)
		}
		write(turn.Role, turn.Text)
	}
	return total
}

func copyText(p *routing.Prompt, keep int) (text *PromptText, cut bool) {
	clip := func(s string) string {
		if len(s) > keep {
			s, cut = s[:max(keep, 0)], true
		}
		keep -= len(s) + pieceBytes
		return strings.Clone(s) // the original may hang on a large request body
	}
	text = &PromptText{
		Task: p.Task, Pipe: p.Pipe, Model: p.Model, Needs: uint32(p.Needs), Format: int(p.Format), MaxTokens: p.MaxTokens,
		System: clip(p.System), Schema: clip(string(p.Schema)),
		Weight: PromptWeight{Cached: p.CachedTokens, Tools: p.ToolTokens, Media: p.MediaTokens},
	}
	for _, turn := range p.Turns {
		if keep <= 0 {
			return text, true
		}
		kept := TurnText{Role: turn.Role, Text: clip(turn.Text)}
		for _, source := range turn.Sources {
			if keep <= 0 {
				cut = true
				break
			}
			kept.Sources = append(kept.Sources, clip(source))
		}
		text.Turns = append(text.Turns, kept)
	}
	for _, tool := range p.Tools {
		if keep <= 0 {
			return text, true
		}
		text.Tools = append(text.Tools, clip(tool.Name))
	}
	return text, cut
}

// Prompt is what the router saw, as far as it was kept: a policy can decide about it again. Headers,
// metadata and the schemas of tools are not kept.
func (t *PromptText) Prompt() *routing.Prompt {
	p := &routing.Prompt{
		Task: t.Task, Pipe: t.Pipe, Model: t.Model, System: t.System, Needs: routing.Needs(t.Needs),
		Format: routing.Format(t.Format), Schema: []byte(t.Schema), MaxTokens: t.MaxTokens,
		CachedTokens: t.Weight.Cached, ToolTokens: t.Weight.Tools, MediaTokens: t.Weight.Media,
	}
	for _, turn := range t.Turns {
		p.Turns = append(p.Turns, routing.Turn(turn))
	}
	for _, name := range t.Tools {
		p.Tools = append(p.Tools, routing.Tool{Name: name})
	}
	return p
}
