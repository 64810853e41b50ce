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
	if a.stop == "max_tokens" && a.outcome == "" && q.faults.stop() == "" {
		u.output = q.most() // pieces and tokens do not divide evenly, but a limit that was reached is reached
	}
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
	prefix := beforeCachePoint(q.talk)
	if prefix == nil {
		return 0, 0
	}
	return countInput(q.model(), prefix), fingerprint(prefix) ^ newRandom(0, 0, q.model().ID).Uint64()
}

// beforeCachePoint is the part of the conversation that ends with the last cachePoint, or nil.
func beforeCachePoint(c *conversation) *conversation {
	for i := len(c.messages) - 1; i >= 0; i-- {
		if end := lastCachePoint(c.messages[i].blocks); end > 0 {
			turns := append([]message(nil), c.messages[:i+1]...)
			turns[i].blocks = turns[i].blocks[:end]
			return &conversation{tools: c.tools, system: c.system, messages: turns}
		}
	}
	if end := lastCachePoint(c.system); end > 0 {
		return &conversation{tools: c.tools, system: c.system[:end]}
	}
	return nil
}

// lastCachePoint is the number of blocks up to and with the last cachePoint.
func lastCachePoint(blocks []block) int {
	for i := len(blocks) - 1; i >= 0; i-- {
		if blocks[i].kind == "cachePoint" {
			return i + 1
		}
	}
	return 0
}
