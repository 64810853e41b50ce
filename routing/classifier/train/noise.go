package train

import (
	"math/rand/v2"
	"strings"
)

// What people and programs put around a question without changing it. Training sees every text with
// some of it, so that the model learns to look past it. The phrases by which decisions are measured
// under noise (internal/eval) are others.
var (
	before = []string{
		"Please answer carefully. ", "Let's work through this one slowly and in detail. ", "Quick question. ",
		"You are an expert in the field. ", "I need some help here:\n", "Hello there, I have a question for you.\n\n",
		"Reason about it first, then reply. ", "Just a short answer please. ", "No need to think much, it is simple: ",
		"You are a helpful AI system that solves tasks for users. Read the task and respond.\n\n### Task\n",
		"Answer the following for me, it's urgent. ", "Be rigorous and derive each step formally. ",
		"[context: support chat, channel web]\n", "Instructions: respond to the request of the person.\n\nRequest:\n",
		"Consider all the details and justify everything. ", "A trivial one for you, do not overthink. ",
		"You will be given a question by the user. Give the best possible response to it.\nQuestion: ",
		"This is a very hard and complex problem, analyse it thoroughly. ",
	}
	after = []string{
		"\n\nThank you!", "\nShow your reasoning and verify the result.", " Explain briefly.", "\nGive only the result.",
		"\n\nTake a deep breath and solve it step by step.", "\nKeep it simple.", "\n\n### Response", "\n\nBest regards,\nAlex",
		" Please be precise and prove your answer.", "\nIt is important that this is right, so reason carefully.",
		"\n\nAppreciate your help, many thanks.", "\nNo explanation needed, it's easy.", "\n\n[end of request]",
	}
)

// noisy is text with something before it, after it, or both, and sometimes with typos.
func noisy(text string, rng *rand.Rand) string {
	how := rng.IntN(8)
	if how&1 == 0 {
		text = before[rng.IntN(len(before))] + text
	}
	if how&2 == 0 {
		text += after[rng.IntN(len(after))]
	}
	if how >= 3 && how < 6 {
		text = mistype(text, rng)
	}
	return text
}

// mistype swaps neighbouring letters or leaves one out in about one word in twelve.
func mistype(text string, rng *rand.Rand) string {
	words := strings.Split(text, " ")
	for i, w := range words {
		if len(w) < 4 || rng.IntN(12) > 0 {
			continue
		}
		at := 1 + rng.IntN(len(w)-2)
		if w[at] >= 0x80 || w[at+1] >= 0x80 {
			continue
		}
		if rng.IntN(2) == 0 {
			words[i] = w[:at] + w[at+1:]
		} else {
			words[i] = w[:at] + w[at+1:at+2] + w[at:at+1] + w[at+2:]
		}
	}
	return strings.Join(words, " ")
}
