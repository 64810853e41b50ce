package emulator

import (
	"strings"
)

// judgement tells which question about another request this one is.
type judgement int

const (
	notJudged judgement = iota
	judgePrompt
	judgeAnswer
)

// The tags by which the two questions are known: a system prompt that has one of them and names both 1 and 2.
const (
	judgeTag  = "ockham-judge"
	verifyTag = "ockham-verify"
)

func judgementOf(c *conversation) judgement {
	for _, text := range c.systemTexts() {
		if !strings.Contains(text, "1") || !strings.Contains(text, "2") {
			continue
		}
		if strings.Contains(text, judgeTag) {
			return judgePrompt
		}
		if strings.Contains(text, verifyTag) {
			return judgeAnswer
		}
	}
	return notJudged
}

// filter keeps the faults that concern the kind of question. The prompt that is judged may hold markers meant for its own
// answer, so that only those named judge_ hit the judge.
func (j judgement) filter(all faults) faults {
	var kept faults
	for _, f := range all {
		if strings.HasPrefix(string(f), "judge_") == (j != notJudged) {
			kept = append(kept, f)
		}
	}
	return kept
}

// judge answers 1 or 2.
func (s *Server) judge(q *question) answer {
	if q.faults.has(faultJudgeRamble) {
		return textAnswer("That depends on how one looks at it. On the one hand the request seems plain enough, on the other hand it could be read in several ways, so that I would rather not settle on a number.")
	}
	verdict := "1"
	if !s.good(q) {
		verdict = "2"
	}
	return textAnswer(verdict)
}

func (s *Server) good(q *question) bool {
	if right, known := s.outcomes.judge(q); known {
		return right
	}
	if q.judged == judgeAnswer {
		return looksComplete(lastOf(fenced(q.prompt), q.prompt))
	}
	return looksSimple(lastOf(fenced(q.prompt), q.prompt))
}

// hardWords make a prompt look like work of several steps.
var hardWords = []string{"prove", "derive", "analyse", "analyze", "compare", "design", "refactor", "debug", "step by step",
	"trade-off", "strategy", "optimize", "optimise", "architecture", "why ", "```", "function", "algorithm", "equation", "integral"}

// looksSimple is the rule for prompts that no file of outcomes holds: short, and without a word of hard work.
func looksSimple(prompt string) bool {
	lower := strings.ToLower(prompt)
	for _, word := range hardWords {
		if strings.Contains(lower, word) {
			return false
		}
	}
	return countText(prompt) <= 200
}

// looksComplete is the rule for answers that no file of outcomes holds: something is there and it ends like a sentence,
// a list, a block of code or JSON.
func looksComplete(text string) bool {
	text = strings.TrimSpace(text)
	return text != "" && strings.ContainsAny(text[len(text)-1:], ".!?`}])\"") || endsWide(text)
}

func endsWide(text string) bool {
	for _, end := range []string{"。", "！", "？", "」"} {
		if strings.HasSuffix(text, end) {
			return true
		}
	}
	return false
}

func lastOf(texts []string, otherwise string) string {
	if len(texts) == 0 {
		return otherwise
	}
	return texts[len(texts)-1]
}

// fenced returns what stands between fences in text, in order: between two equal lines of three or more of one sign
// (```, ---, ===), between <<< and >>>, or within <name>...</name>.
func fenced(text string) []string {
	var found []string
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		closing := closingFence(lines[i])
		if closing == "" {
			continue
		}
		for j := i + 1; j < len(lines); j++ {
			if strings.TrimSpace(lines[j]) == closing {
				found = append(found, strings.Join(lines[i+1:j], "\n"))
				i = j
				break
			}
		}
	}
	return found
}

// closingFence is the line that ends what this line opens, or nothing.
func closingFence(line string) string {
	line = strings.TrimSpace(line)
	if name, found := strings.CutPrefix(line, "<"); found && strings.HasSuffix(name, ">") && !strings.HasPrefix(name, "/") && !strings.Contains(name, "<") {
		name, _, _ = strings.Cut(strings.TrimSuffix(name, ">"), " ")
		return "</" + name + ">"
	}
	if len(line) < 3 || !strings.ContainsRune("`~-=<#*\"", rune(line[0])) {
		return ""
	}
	run := line[:len(line)-len(strings.TrimLeft(line, line[:1]))]
	if len(run) < 3 {
		return ""
	}
	if line[0] == '<' {
		return strings.Repeat(">", len(run)) + strings.TrimLeft(line, "<")
	}
	return run
}
