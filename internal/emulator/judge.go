package emulator

import (
	"slices"
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
var hardWords = []string{
	"prove", "derive", "analyse", "analyze", "compare", "design", "refactor", "debug", "step by step",
	"trade-off", "strategy", "optimize", "optimise", "architecture", "why ", "```", "function", "algorithm", "equation", "integral",
}

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
// (```, ---, ===), between lines of such signs that share a mark of eight or more letters and digits, between <<< and >>>,
// or within <name>...</name>.
func fenced(text string) []string {
	var found []string
	lines := strings.Split(text, "\n")
	for i, open := 0, 0; i < len(lines) && open < maxOpenFences; i++ {
		closes := closingFence(strings.TrimSpace(lines[i]))
		if closes == nil {
			continue
		}
		end := slices.IndexFunc(lines[i+1:], func(line string) bool { return closes(strings.TrimSpace(line)) })
		if end < 0 {
			open++
			continue
		}
		found = append(found, strings.Join(lines[i+1:i+1+end], "\n"))
		i += 1 + end
	}
	return found
}

// maxOpenFences bounds the search in a text full of fences that nothing closes.
const maxOpenFences = 64

const fenceSigns = "`~-=#*"

// closingFence recognises the line that ends what this one opens; nil if it opens nothing.
func closingFence(line string) func(string) bool {
	if name, found := strings.CutPrefix(line, "<"); found && name != "" && name[0] != '/' && name[0] != '<' && strings.HasSuffix(name, ">") {
		name, _, _ = strings.Cut(strings.TrimSuffix(name, ">"), " ")
		return func(other string) bool { return other == "</"+name+">" }
	}
	if strings.HasPrefix(line, "<<<") {
		return func(other string) bool { return strings.HasPrefix(other, ">>>") }
	}
	run := fenceRun(line)
	if len(run) < 3 {
		return nil
	}
	if mark := markIn(line); mark != "" {
		return func(other string) bool { return len(fenceRun(other)) >= 3 && strings.Contains(other, mark) }
	}
	return func(other string) bool { return other == run }
}

func fenceRun(line string) string {
	if line == "" || !strings.Contains(fenceSigns, line[:1]) {
		return ""
	}
	return line[:len(line)-len(strings.TrimLeft(line, line[:1]))]
}

// markIn is the word that makes a fence one of a kind: letters and digits, eight or more, with a digit among them.
func markIn(line string) string {
	for word := range strings.FieldsFuncSeq(line, func(r rune) bool { return !nameRune(r, "") }) {
		if len(word) >= 8 && strings.ContainsAny(word, "0123456789") {
			return word
		}
	}
	return ""
}
