package emulator

import (
	"container/list"
	"sync"
)

// count fills in what the call would be billed for.
func (s *Server) count(q *question, a answer) usage {
	u := usage{input: countInput(q.model(), q.talk)}
	for i := range a.parts {
		u.output += a.parts[i].tokens()
	}
	u.output = int(float64(u.output) * q.model().tokenFactor)
	return s.caches.account(q, u)
}

// promptCaches remembers which prefixes up to a cachePoint were seen, as Bedrock's prompt cache does, for the newest
// few thousand of them.
type promptCaches struct {
	mu    sync.Mutex
	known map[uint64]*list.Element
	order *list.List
}

const maxCaches = 4096

func newPromptCaches() *promptCaches {
	return &promptCaches{known: map[uint64]*list.Element{}, order: list.New()}
}

// account moves tokens before the last cachePoint from the input to what is written to the cache or read from it.
func (p *promptCaches) account(q *question, u usage) usage {
	prefix, key := cachedPrefix(q)
	if prefix == 0 || prefix < q.model().CacheMinimum {
		return u
	}
	u.input = max(0, u.input-prefix)
	if p.seen(key) {
		u.cacheRead = prefix
	} else {
		u.cacheWrite = prefix
	}
	return u
}

func (p *promptCaches) seen(key uint64) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if at, found := p.known[key]; found {
		p.order.MoveToFront(at)
		return true
	}
	p.known[key] = p.order.PushFront(key)
	if p.order.Len() > maxCaches {
		oldest := p.order.Back()
		delete(p.known, p.order.Remove(oldest).(uint64))
	}
	return false
}

// cachedPrefix counts the tokens before the last cachePoint and names the text that they are of.
func cachedPrefix(q *question) (int, uint64) {
	c := &conversation{tools: q.talk.tools}
	last := conversation{}
	take := func(blocks []block, add func(block)) {
		for _, b := range blocks {
			add(b)
			if b.kind == "cachePoint" {
				last = *c
			}
		}
	}
	take(q.talk.system, func(b block) { c.system = append(c.system, b) })
	for _, m := range q.talk.messages {
		c.messages = append(c.messages, message{role: m.role})
		turn := len(c.messages) - 1
		take(m.blocks, func(b block) {
			turns := append([]message(nil), c.messages...)
			turns[turn].blocks = append(turns[turn].blocks[:len(turns[turn].blocks):len(turns[turn].blocks)], b)
			c.messages = turns
		})
	}
	if last.system == nil && last.messages == nil {
		return 0, 0
	}
	return countInput(q.model(), &last), fingerprint(&last) ^ newRandom(0, 0, q.model().ID).Uint64()
}
