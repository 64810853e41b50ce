package routing

import (
	"slices"
	"strings"
)

// harnessTags are the elements in which agents, editors and retrieval frameworks put what no person
// wrote: reminders, open files, search results. What stands in them is a source, not a wish.
var harnessTags = map[string]bool{
	"system-reminder": true, "system_reminder": true, "environment_details": true,
	"environment_context": true, "additional_data": true, "context": true, "document": true,
	"documents": true, "doc": true, "docs": true, "file": true, "files": true, "file_content": true,
	"file_contents": true, "attached_files": true, "open_files": true,
	"open_and_recently_viewed_files": true, "user_info": true, "rules": true, "cursor_rules": true,
	"project_layout": true, "tool_result": true, "tool_results": true, "function_results": true,
	"tools": true, "available_tools": true, "search_results": true, "search_result": true,
	"retrieved": true, "sources": true, "source": true, "memory": true, "transcript": true,
}

const (
	needWords = 12       // a last turn below this many words is read with the turns before it
	needTurns = 3        // at most so many
	needBytes = 16 << 10 // what the classifier is shown of a long need: its two ends
)

// need is what the user asks for, told apart from the harness around it.
type need struct {
	text  string // what the person wrote in the last turn
	rest  string // elements of the harness in that turn, cut out of text
	asked string // text, with the turns before it where it says too little alone ("yes, go on")
}

// readNeed finds what is wanted. Text inside harness elements counts only where there is no other.
func readNeed(p *Prompt) need {
	last := p.Last()
	text, rest := cutHarness(last.Text)
	if strings.TrimSpace(text) == "" {
		text, rest = last.Text, ""
	}
	return need{text: text, rest: rest, asked: clip(withEarlier(p, text), needBytes)}
}

// withEarlier puts earlier turns of the user in front of a last one that leans on them.
func withEarlier(p *Prompt, text string) string {
	if !fewWords(text, needWords) || len(p.Turns) < 2 {
		return text
	}
	parts := []string{text}
	for i, seen := len(p.Turns)-1, 0; i >= 0 && len(parts) < needTurns; i-- {
		if p.Turns[i].Role != "user" {
			continue
		}
		if seen++; seen == 1 {
			continue
		}
		earlier, _ := cutHarness(p.Turns[i].Text)
		if strings.TrimSpace(earlier) == "" {
			continue // only tool results: an agent at work
		}
		parts = append(parts, earlier)
		if !fewWords(earlier, needWords) {
			break
		}
	}
	slices.Reverse(parts)
	return strings.Join(parts, "\n\n")
}

// fewWords says whether text has fewer than n words; it stops reading at the n-th.
func fewWords(text string, n int) bool {
	inside := false
	for i := 0; i < len(text) && n > 0; i++ {
		blank := text[i] <= ' '
		if !blank && !inside {
			n--
		}
		if text[i] >= 0xE3 && i+2 < len(text) { // scripts without spaces: two signs say as much as a word
			n--
			i += 2 * 3
		}
		inside = !blank
	}
	return n > 0
}

// clip keeps the two ends of a long text: people put what they want before or after what they paste.
func clip(text string, n int) string {
	if len(text) <= n {
		return text
	}
	head, tail := n*3/4, n/4
	return strings.ToValidUTF8(text[:head]+"\n...\n"+text[len(text)-tail:], "")
}

// cutHarness returns text without the elements of a harness, and those elements. It reads text once:
// an element that is never closed is looked for only once.
func cutHarness(text string) (kept, cut string) {
	if strings.IndexByte(text, '<') < 0 {
		return text, ""
	}
	var out, harness strings.Builder
	open := make(map[string]bool, 4)
	from := 0
	for at := 0; at < len(text); {
		i := strings.IndexByte(text[at:], '<')
		if i < 0 {
			break
		}
		at += i
		end := elementEnd(text, at, open)
		if end < 0 {
			at++
			continue
		}
		out.WriteString(text[from:at])
		harness.WriteString(text[at:end])
		from, at = end, end
	}
	if from == 0 {
		return text, ""
	}
	out.WriteString(text[from:])
	return out.String(), harness.String()
}

// elementEnd returns where the harness element that begins at lo ends, or -1 when there is none.
// unclosed remembers names whose end was looked for in vain.
func elementEnd(text string, lo int, unclosed map[string]bool) int {
	name := tagName(text[lo+1:])
	if name == "" || unclosed[name] {
		return -1
	}
	closing := "</" + name + ">"
	i := strings.Index(text[lo:], closing)
	if i < 0 {
		unclosed[name] = true
		return -1
	}
	return lo + i + len(closing)
}

// tagName returns the harness tag that s begins with, "" for any other.
func tagName(s string) string {
	end := 0
	for end < len(s) && end < 40 && (s[end] >= 'a' && s[end] <= 'z' || s[end] == '-' || s[end] == '_') {
		end++
	}
	if end == 0 || end == len(s) || s[end] != '>' && s[end] != ' ' || !harnessTags[s[:end]] {
		return ""
	}
	return s[:end]
}
