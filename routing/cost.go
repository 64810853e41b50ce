package routing

// typicalOut is how long an answer is taken to be where the client sets no limit.
const typicalOut = 400

// CallCost is what one call of m is expected to cost for p, in US dollars, with what p says to be
// cached read from the cache.
func CallCost(m *Model, p *Prompt, f *Features) float64 {
	in := f.Tokens + p.MediaTokens
	cached := min(p.CachedTokens, in)
	if m.Price.CacheRead == 0 {
		cached = 0
	}
	return m.Price.Cost(Tokens{In: in - cached, CacheRead: cached, Out: expectedOut(m, p, f)})
}

// freshCost is that on a model whose cache holds nothing of the conversation yet.
func freshCost(m *Model, p *Prompt, f *Features) float64 {
	in := f.Tokens + p.MediaTokens
	written := min(p.CachedTokens, in)
	if m.Price.CacheWrite == 0 {
		written = 0
	}
	return m.Price.Cost(Tokens{In: in - written, CacheWrite: written, Out: expectedOut(m, p, f)})
}

// expectedOut guesses the length of the answer.
func expectedOut(m *Model, p *Prompt, f *Features) int {
	n := typicalOut
	switch f.Task {
	case "translate", "rewrite", "format": // as long as what is given
		n = max(n, f.UserTokens+f.SourceTokens)
	}
	if p.MaxTokens > 0 {
		n = min(n, p.MaxTokens)
	}
	return min(n, m.MaxOutput)
}

func (d *decision) cost(m *Model) float64 { return CallCost(m, d.p, &d.f) }
