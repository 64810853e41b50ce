package routing

// Scorer tells from a text how likely a small model is to do: the classifier. Implementations are
// immutable, need no network, take time linear in the text, and never fail: what they cannot tell is
// unsure.
type Scorer interface {
	// Score returns the chance, 0 to 1, that the simple pipe's first model answers well enough. task is
	// a known task_type or "". unsure asks for another opinion.
	Score(text, task string) (weakOK float64, unsure bool)
}
