package classifier

// carrier tells words that carry a question without being part of it: how to answer, courtesy, the
// wrapping of agents, and the small words between. They are not read at all, so that nobody buys the
// large model with "think step by step", nor loses it by leaving that away.
func carrier(word []byte) bool {
	switch string(word) {
	case // how to answer
		"think", "thinking", "step", "steps", "stepwise", "prove", "proof", "rigorous", "rigorously", "rigor", "claim", "claims",
		"reason", "reasoning", "careful", "carefully", "thorough", "thoroughly", "detail", "details", "detailed", "explain",
		"explanation", "justify", "justification", "analyse", "analyze", "analysis", "deep", "deeply", "breath", "slowly", "verify",
		"check", "precise", "precisely", "exact", "exactly", "formal", "formally", "derive", "brief", "briefly", "short", "shortly",
		"concise", "concisely", "quick", "quickly", "easy", "easily", "simple", "simply", "trivial", "basic", "hard", "difficult",
		"tough", "tricky", "complex", "complicated", "challenging", "challenge", "important", "importance", "urgent", "urgently",
		"critical", "expert", "advanced", "smart", "best", "better", "good", "great", "high", "quality", "accurate", "accurately",
		"correct", "correctly", "right", "sure", "certain", "keep", "make", "show", "work", "working", "overthink", "consider",
		"solve", "solving", "solution", "reply", "respond", "response", "answer", "answers", "answering", "question", "questions",
		"task", "tasks", "problem", "problems", "query", "prompt", "request", "instruction", "instructions", "ultrathink",
		"read", "give", "provide", "write", "tell", "result", "results", "final", "output", "input", "begin", "end", "start",
		"first", "then", "before", "after", "below", "above", "following", "follow", "every", "each", "all", "everything",
		// courtesy
		"please", "pls", "kindly", "thanks", "thank", "thx", "cheers", "hello", "hi", "hey", "dear", "regards", "sincerely",
		"appreciate", "appreciated", "sorry", "help", "helps", "helping", "helpful", "need", "want", "like", "lot", "much", "many",
		"advance", "wondering", "ok", "okay", "yes", "no",
		// the wrapping of agents
		"assistant", "user", "system", "human", "ai", "bot", "chat", "chatbot", "model", "language", "role", "context",
		"conversation", "message", "messages", "agent", "expertise", "knowledgeable",
		// small words
		"a", "an", "the", "this", "that", "these", "those", "it", "its", "i", "m", "me", "my", "mine", "we", "us", "our", "let", "s",
		"you", "your", "yours", "and", "or", "but", "so", "as", "at", "by", "for", "from", "in", "into", "of", "off", "on", "to",
		"up", "with", "about", "be", "is", "am", "are", "was", "were", "been", "being", "do", "does", "did", "done", "don", "t",
		"can", "could", "would", "should", "will", "shall", "may", "might", "must", "have", "has", "had", "here", "there", "one",
		"just", "only", "very", "really", "also", "too", "some", "any", "now", "get", "got", "ll", "ve", "re", "d":
		return true
	}
	return false
}
