package routing

import "strings"

// Features is what the router knows of a request before any model is asked. Token counts are
// estimates; see Estimate.
type Features struct {
	Tokens       int     `json:"tokens"`        // all input text
	UserTokens   int     `json:"user_tokens"`   // the last user turn
	SystemTokens int     `json:"system_tokens"` // system prompt
	OldTokens    int     `json:"old_tokens"`    // turns before the last
	ToolTokens   int     `json:"tool_tokens"`   // tool definitions
	SourceTokens int     `json:"source_tokens"` // documents, retrieved context, tool results
	Turns        int     `json:"turns"`
	Language     string  `json:"language,omitempty"` // ISO 639-1 of the last user turn, "" unknown
	Code         bool    `json:"code"`               // shows or asks for code
	Math         bool    `json:"math"`
	Steps        bool    `json:"steps"` // several steps, or a question that takes them
	JSON         bool    `json:"json"`  // shows or asks for JSON
	Tools        int     `json:"tools"`
	Images       bool    `json:"images"`
	Task         string  `json:"task,omitempty"` // known task_type
	Score        float64 `json:"score"`          // classifier: chance that the small model suffices; -1 not asked
}

// Extract reads p once and tells what there is to know. Only what the user wants in the last turn
// decides language, code, mathematics and steps; system prompt, tools, old turns and sources only add
// to the size. Task is left to the policy, which knows the buckets.
func Extract(p *Prompt) Features {
	f, _ := extract(p)
	return f
}

func extract(p *Prompt) (Features, need) {
	n := readNeed(p)
	cues := readCues(n.text)
	if n.asked != n.text {
		cues.merge(readCues(n.asked))
	}
	f := Features{
		SystemTokens: Estimate(p.System),
		UserTokens:   toTokens(cues.milli),
		SourceTokens: Estimate(n.rest),
		ToolTokens:   p.ToolTokens,
		Turns:        len(p.Turns),
		Tools:        len(p.Tools),
		Images:       p.Needs&NeedImages != 0,
		Language:     cues.language(),
		Code:         cues.code(),
		Math:         cues.math(),
		Steps:        cues.steps(),
		JSON:         p.Format != FormatText || cues.json(),
		Score:        -1,
	}
	last := lastUser(p.Turns)
	for i := range p.Turns {
		if i != last {
			f.OldTokens += Estimate(p.Turns[i].Text)
		}
		for _, s := range p.Turns[i].Sources {
			f.SourceTokens += Estimate(s)
		}
	}
	f.Tokens = f.SystemTokens + f.UserTokens + f.OldTokens + f.SourceTokens + f.ToolTokens
	return f, n
}

// lastUser is the index of the last user turn, -1 when there is none.
func lastUser(turns []Turn) int {
	for i := len(turns) - 1; i >= 0; i-- {
		if turns[i].Role == "user" {
			return i
		}
	}
	return -1
}

// knownTask brings a client's task_type into the form in which buckets are written.
func knownTask(task string) string {
	return strings.ToLower(strings.TrimSpace(task))
}
