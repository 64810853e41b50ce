package routing

// typicalOut is how long an answer is taken to be where the client sets no limit.
const typicalOut = 400

// What a provider writes around tools before a model reads them, in tokens, measured on 980 billed
// requests with tools: a preamble, and more words for each definition than its JSON has.
const (
	toolPreamble = 193
	toolRewrite  = 0.22
)

// billed is how many input tokens the request is expected to be charged for.
func billed(p *Prompt, f *Features) int {
	n := f.Tokens + p.MediaTokens
	if f.Tools > 0 {
		n += toolPreamble + int(toolRewrite*float64(f.ToolTokens))
	}
	return n
}

// CallCost is what one call of m is expected to cost for p, in US dollars, with what p says to be
// cached read from the cache.
func CallCost(m *Model, p *Prompt, f *Features) float64 {
	in := billed(p, f)
	cached := min(p.CachedTokens, in)
	if m.Price.CacheRead == 0 {
		cached = 0
	}
	return m.Price.Cost(Tokens{In: in - cached, CacheRead: cached, Out: expectedOut(m, p, f)})
}

// freshCost is that on a model whose cache holds nothing of the conversation yet.
func freshCost(m *Model, p *Prompt, f *Features) float64 {
	in := billed(p, f)
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
