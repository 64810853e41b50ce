package emulator

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// compose writes a plausible answer to any prompt. It takes its words from the prompt, so that checks of language,
// figures and names find nothing wrong with it: a long text is answered with sentences of its own, a wish for code with
// code, a wish for points with points, anything else with a few sentences about its keywords.
func compose(q *question) string {
	switch sentences := sentencesOf(q.prompt); {
	case q.talk.answersTools():
		return report(q.talk)
	case !strings.ContainsFunc(q.prompt, wordy):
		return attached(q.talk)
	case asksCode(q.prompt):
		return code(q)
	case asksList(q.prompt):
		return points(q, sentences)
	case len(sentences) >= 5:
		return extract(q, sentences)
	}
	spoken := languageOf(q.prompt)
	if spoken == nil {
		return head(q.prompt, 2000)
	}
	return spoken.speak(q)
}

func wordy(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// attached answers a turn without words: one that brings only pictures and documents.
func attached(c *conversation) string {
	n := 0
	for _, b := range c.messages[len(c.messages)-1].blocks {
		if b.kind != "text" && b.kind != "cachePoint" {
			n++
		}
	}
	return fmt.Sprintf("Attached without a question: %d.", n)
}

// report says what the tools returned.
func report(c *conversation) string {
	var results []string
	for _, b := range c.messages[len(c.messages)-1].blocks {
		for _, r := range b.content {
			if r.kind == "json" {
				results = append(results, string(encodeJSON(r.value)))
			} else if r.text != "" {
				results = append(results, r.text)
			}
		}
	}
	if len(results) == 0 {
		return "The tool returned nothing."
	}
	return "This is the result: " + strings.Join(results, "; ")
}

// extract answers with some of the prompt's own sentences, in their order and without the first, which is often the
// instruction.
func extract(q *question, sentences []string) string {
	rest := sentences[1:]
	var chosen []string
	want := min(3, len(rest))
	for i, sentence := range rest {
		if strings.HasSuffix(sentence, "?") {
			continue
		}
		if left := len(rest) - i; left <= want-len(chosen) || q.random.IntN(left) < want-len(chosen) {
			chosen = append(chosen, sentence)
		}
		if len(chosen) == want {
			break
		}
	}
	if len(chosen) == 0 {
		return sentences[0]
	}
	return strings.Join(chosen, " ")
}

// maxSentences bounds the work on huge prompts.
const maxSentences = 400

// sentencesOf splits prose at its full stops; lines that are no prose are left out.
func sentencesOf(text string) []string {
	var found []string
	for line := range strings.Lines(text) {
		for len(found) < maxSentences {
			sentence, rest := cutSentence(strings.TrimSpace(line))
			if sentence == "" {
				break
			}
			found = append(found, sentence)
			line = rest
		}
	}
	return found
}

// cutSentence returns the first sentence of a line and what follows. A line without an end is no sentence.
func cutSentence(line string) (sentence, rest string) {
	for i, r := range line {
		if !strings.ContainsRune(".!?。！？", r) {
			continue
		}
		end := i + utf8.RuneLen(r)
		next, _ := utf8.DecodeRuneInString(line[end:])
		if end == len(line) || unicode.IsSpace(next) || wide(next) || r > 0x2E80 {
			return line[:end], line[end:]
		}
	}
	return "", ""
}

func firstSentence(text string) string {
	if sentence, _ := cutSentence(strings.TrimSpace(text)); sentence != "" {
		return sentence
	}
	return text
}

// keywords are the prompt's longer words, each once.
func keywords(text string, most int) []string {
	var found []string
	seen := map[string]bool{}
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return !unicode.IsLetter(r) }) {
		word = strings.ToLower(word)
		if len(word) < 4 || seen[word] || isCommon(word) {
			continue
		}
		seen[word] = true
		if found = append(found, word); len(found) == most {
			break
		}
	}
	return found
}

// numbersIn are the figures of the text, in their order.
func numbersIn(text string) []float64 {
	var found []float64
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return !unicode.IsDigit(r) && r != '.' && r != '-' }) {
		n, err := strconv.ParseFloat(strings.Trim(word, ".-"), 64)
		if err == nil {
			if found = append(found, n); len(found) == 100 {
				break
			}
		}
	}
	return found
}

func asksList(prompt string) bool {
	lower := strings.ToLower(prompt)
	for _, word := range []string{"bullet", "list of", "list the", "list three", "numbered list", "in steps"} {
		if strings.Contains(lower, word) {
			return true
		}
	}
	return false
}

// numerals that prompts count points with.
var numerals = []string{"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"}

func pointsWanted(prompt string) int {
	for word := range strings.FieldsSeq(strings.ToLower(prompt)) {
		if n, err := strconv.Atoi(word); err == nil && n >= 1 && n <= 20 {
			return n
		}
		for n, name := range numerals {
			if word == name && n > 1 {
				return n
			}
		}
	}
	return 3
}

func points(q *question, sentences []string) string {
	var lines []string
	words := keywords(q.prompt, 20)
	for i := range pointsWanted(q.prompt) {
		switch {
		case len(sentences) > i+1:
			lines = append(lines, "- "+sentences[i+1])
		case len(words) > 0:
			lines = append(lines, fmt.Sprintf("- Consider %s and what depends on it.", words[i%len(words)]))
		default:
			lines = append(lines, "- Take the next step that is open.")
		}
	}
	return strings.Join(lines, "\n")
}

func asksCode(prompt string) bool {
	lower := strings.ToLower(prompt)
	for _, phrase := range []string{
		"write a function", "write code", "write a program", "write a script", "implement a", "python function",
		"go function", "fix this code", "fix the bug", "sql query", "unit test for", "write a class",
	} {
		if strings.Contains(lower, phrase) {
			return true
		}
	}
	return false
}

// code is a small program that parses, in the language that the prompt names.
func code(q *question) string {
	name := "solve"
	if words := keywords(q.prompt, 2); len(words) > 0 && isASCII(words[0]) {
		name = strings.Join(filterASCII(words), "_")
	}
	switch lower := strings.ToLower(q.prompt); {
	case strings.Contains(lower, "golang") || strings.Contains(lower, " go "):
		return "```go\nfunc " + strings.ReplaceAll(name, "_", "") + "(items []int) int {\n\ttotal := 0\n\tfor _, item := range items {\n\t\ttotal += item\n\t}\n\treturn total\n}\n```\nIt goes through the items once and returns their total."
	case strings.Contains(lower, "javascript") || strings.Contains(lower, "typescript"):
		return "```js\nfunction " + name + "(items) {\n  return items.reduce((total, item) => total + item, 0);\n}\n```\nIt goes through the items once and returns their total."
	case strings.Contains(lower, "sql"):
		return "```sql\nSELECT id, SUM(amount) AS total\nFROM items\nGROUP BY id\nORDER BY total DESC;\n```\nIt sums the amounts of each item."
	}
	return "```python\ndef " + name + "(items):\n    total = 0\n    for item in items:\n        total += item\n    return total\n```\nIt goes through the items once and returns their total."
}

func isASCII(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r > unicode.MaxASCII })
}

func filterASCII(words []string) []string {
	var kept []string
	for _, word := range words {
		if isASCII(word) {
			kept = append(kept, word)
		}
	}
	return kept
}
