package dialect

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"

	"ockham/bedrock"
)

// pairTools sees to it that every call has its result in the next turn and every result its call in
// the turn before. Results without a call are told in words, calls without a result have failed. Turns
// alternate.
func pairTools(turns []bedrock.Message) []bedrock.Message {
	if !slices.ContainsFunc(turns, hasTools) {
		return turns
	}
	ids := toolIDs{count: map[string]int{}, names: map[string]string{}}
	var open []call
	for i := range turns {
		t := &turns[i]
		if t.Role == "assistant" {
			open = ids.rename(t.Content)
			t.Content = told(t.Content, ids.names, bedrock.ToolResult)
			continue
		}
		t.Content = ids.answer(open, t.Content)
		open = nil
	}
	if len(open) > 0 {
		turns = append(turns, userTurn(ids.answer(open, nil)...))
	}
	return turns
}

func hasTools(m bedrock.Message) bool {
	return slices.ContainsFunc(m.Content, func(b bedrock.Block) bool {
		return b.Kind == bedrock.ToolUse || b.Kind == bedrock.ToolResult
	})
}

// call is a tool call that wants its result.
type call struct {
	asked, id string // the client's id, and Bedrock's
	result    *bedrock.Block
}

// toolIDs makes the ids of calls unique in a conversation. A call gets the same id every time the
// history is sent, however much longer it has become.
type toolIDs struct {
	count map[string]int    // how often an id was used
	names map[string]string // the tool that a client's id called
}

func (t toolIDs) rename(content []bedrock.Block) []call {
	var calls []call
	for i := range content {
		if b := &content[i]; b.Kind == bedrock.ToolUse {
			t.names[b.ID] = b.Name
			calls = append(calls, call{asked: b.ID, id: t.unique(safeToken(b.ID, ".:"))})
			b.ID = calls[len(calls)-1].id
		}
	}
	return calls
}

// unique returns id the first time, then id with a hash of how often it was used.
func (t toolIDs) unique(id string) string {
	next := id
	for t.count[next] > 0 {
		next = id[:min(len(id), 47)] + "_" + digest(id+"#"+strconv.Itoa(t.count[id]))
		t.count[id]++
	}
	t.count[next]++
	return next
}

// answer puts the results of calls first, in the order of the calls, and a cache point after them if
// one followed any of them. Of several results for one call the last is kept.
func (t toolIDs) answer(calls []call, content []bedrock.Block) []bedrock.Block {
	waiting := make(map[string][]int, len(calls)) // by the client's id
	for i, c := range calls {
		waiting[c.asked] = append(waiting[c.asked], i)
	}
	rest := make([]bedrock.Block, 0, len(content))
	var cache *bedrock.Block
	for i := range content {
		b := &content[i]
		which := waiting[b.ID]
		switch {
		case b.Kind == bedrock.ToolResult && len(which) > 0:
			calls[which[0]].result = b
			if len(which) > 1 {
				waiting[b.ID] = which[1:]
			}
		case b.Kind == bedrock.CachePoint && len(calls) > 0 && i > 0 && content[i-1].Kind == bedrock.ToolResult:
			cache = b
		default:
			rest = append(rest, *b)
		}
	}
	rest = told(rest, t.names, bedrock.ToolUse, bedrock.ToolResult)
	return append(results(calls, cache), rest...)
}

func results(calls []call, cache *bedrock.Block) []bedrock.Block {
	var blocks []bedrock.Block
	for _, c := range calls {
		b := bedrock.Block{Kind: bedrock.ToolResult, Failed: true, Content: []bedrock.Block{textBlock("[no result]")}}
		if c.result != nil {
			b = *c.result
			b.Content = resultContent(b.Content)
		}
		b.ID = c.id
		blocks = append(blocks, b)
	}
	if cache != nil {
		blocks = append(blocks, *cache)
	}
	return blocks
}

// resultContent drops blank texts; a tool that said nothing is quoted as saying so.
func resultContent(content []bedrock.Block) []bedrock.Block {
	content = slices.DeleteFunc(content, func(b bedrock.Block) bool { return b.Kind == bedrock.Text && blank(b.Text) })
	if len(content) == 0 {
		return []bedrock.Block{textBlock("[no output]")}
	}
	return content
}

// safeToken fits an id or a name to Bedrock's alphabet (letters, digits, _ and -, and those in extra)
// and its 64 characters. What had to be changed gets a short hash, so that two names do not become one.
func safeToken(s, extra string) string {
	ok := s != "" && len(s) <= 64
	for i := 0; ok && i < len(s); i++ {
		ok = tokenByte(s[i], extra)
	}
	if ok {
		return s
	}
	b := make([]byte, 0, 64)
	for i := 0; i < len(s) && len(b) < 47; i++ {
		c := s[i]
		if !tokenByte(c, extra) {
			c = '_'
		}
		b = append(b, c)
	}
	return string(b) + "_" + digest(s)
}

// digest is a short hash, of 16 characters.
func digest(s string) string {
	h := fnv.New64a()
	h.Write([]byte(s))
	return fmt.Sprintf("%016x", h.Sum64())
}

func tokenByte(c byte, extra string) bool {
	return c == '_' || c == '-' || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' || strings.IndexByte(extra, c) >= 0
}
