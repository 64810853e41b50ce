package bedrock

import (
	"strconv"
	"strings"

	"github.com/tidwall/gjson"
)

// Claude has learned to think in two ways. Up to 4.5 it takes a budget of tokens, from 4.7 on it finds its
// own measure ("adaptive"), 4.6 takes both. Each refuses the other way.

// budgetOnly tells Claudes that know no adaptive thinking.
func (m *Model) budgetOnly() bool { return m.Sampling && !strings.Contains(m.ID, "-4-6") }

// adaptiveOnly tells Claudes that take no budget; they are those that take no temperature either.
func (m *Model) adaptiveOnly() bool { return !m.Sampling }

// Bounds of a budget that stands in for adaptive thinking.
const (
	leastBudget = 1024 // the smallest that Claude takes
	usualBudget = 8192
)

// thinking puts the client's wish to see m think into m's own way; "" where it cannot be had.
func (f *fitting) thinking(wish gjson.Result) string {
	switch kind := wish.Get("type").Str; {
	case kind == "enabled" && f.m.adaptiveOnly():
		f.dropped("thinking.budget_tokens")
		return f.adaptive(wish)
	case kind == "disabled" && f.m.adaptiveOnly():
		f.dropped("thinking")
		return ""
	case kind == "adaptive" && f.m.budgetOnly():
		return f.budget()
	case kind == "enabled" && f.Temperature != nil:
		f.dropped("temperature") // Claude thinks at 1
		f.Temperature = nil
	}
	return wish.Raw
}

func (f *fitting) adaptive(wish gjson.Result) string {
	if display := wish.Get("display"); display.Exists() {
		return `{"type":"adaptive","display":` + display.Raw + `}`
	}
	return `{"type":"adaptive"}`
}

// budget leaves at least half of the answer's length to the answer.
func (f *fitting) budget() string {
	n := usualBudget
	if f.MaxTokens > 0 {
		n = min(n, f.MaxTokens/2)
	}
	if n < leastBudget {
		f.dropped("thinking")
		return ""
	}
	if f.Temperature != nil {
		f.dropped("temperature")
		f.Temperature = nil
	}
	return `{"type":"enabled","budget_tokens":` + strconv.Itoa(n) + `}`
}
