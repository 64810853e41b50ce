package routing

// Score is what a classifier makes of a text.
type Score struct {
	SmallOK float64 // chance, 0 to 1, that the simple pipe's first model answers well enough
	Gain    float64 // quality that the complex pipe is expected to add
	Worth   float64 // gain from which the complex pipe is worth its price, by the policy's aim
	Unsure  bool    // too close to tell, or unlike anything known: ask for another opinion
}

// Scorer tells from a text how likely a small model is to do: the classifier. Implementations are
// immutable, need no network, take time linear in the text, and never fail: what they cannot tell is
// unsure.
type Scorer interface {
	// Score judges what the user asks for. task is a known task_type or "".
	Score(text, task string) Score
}
