package routing

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
