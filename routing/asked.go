package routing

// Asked is the text of p that a Scorer is shown, so that whoever trains one trains it on the same.
func Asked(p *Prompt) string { return readNeed(p).asked }
