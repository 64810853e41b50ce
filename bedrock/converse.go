// Package bedrock speaks to Amazon Bedrock: Converse requests and answers, event streams, signatures,
// calls, and the catalogue of models with their capabilities, limits and prices. It imports nothing of
// Ockham's.
package bedrock

import "strconv"

// Request is one Converse or ConverseStream call, without its model. Fields named Raw hold JSON as it
// goes over the wire and are sent unchanged; nil ones are left out.
type Request struct {
	Messages    []Message
	System      []Block
	MaxTokens   int      // 0: the model's own limit
	Temperature *float64 // 0..1
	TopP        *float64
	Stop        []string
	Tools       []Tool
	ToolsRaw    []byte // members of toolConfig.tools that are no plain toolSpec, comma-separated
	Choice      ToolChoice
	Format      Format

	Guardrail       []byte // guardrailConfig
	Additional      []byte // additionalModelRequestFields
	AdditionalPaths []byte // additionalModelResponseFieldPaths
	Variables       []byte // promptVariables
	Metadata        []byte // requestMetadata
	Performance     []byte // performanceConfig
	ServiceTier     []byte // serviceTier
	Output          []byte // outputConfig as the client sent it; Format wins over it
	Effort          string // outputConfig.effort: low, medium, high, xhigh, max
}

// Format is the form that the answer must have.
type Format struct {
	JSON   bool   // a JSON value
	Schema []byte // that satisfies this JSON Schema; implies JSON
	Name   string // the client's name for the schema
}

// Message is one turn. Role is "user" or "assistant".
type Message struct {
	Role    string
	Content []Block
}

// Kind tells the members of Converse's ContentBlock union apart; its value is the union's key.
type Kind string

const (
	Text       Kind = "text"
	Image      Kind = "image"
	Document   Kind = "document"
	Video      Kind = "video"
	Audio      Kind = "audio"
	ToolUse    Kind = "toolUse"
	ToolResult Kind = "toolResult"
	Reasoning  Kind = "reasoningContent"
	CachePoint Kind = "cachePoint"
	Guard      Kind = "guardContent"
	Citations  Kind = "citationsContent"
	JSONBlock  Kind = "json" // inside a tool result
)

// Block is one member of a message's content. Text blocks use Text; tool uses ID, Name and Raw (the
// input object); tool results ID, Content and Failed; reasoning either Text and Signature, or Raw for
// what is redacted. All others carry the union's value in Raw; an answer's text with citations has its
// text in Text besides.
type Block struct {
	Kind      Kind
	Text      string
	ID, Name  string
	Signature string
	Raw       []byte
	Content   []Block
	Failed    bool
}

// Tool is a tool specification.
type Tool struct {
	Name        string
	Description string
	Schema      []byte // inputSchema.json
	Strict      bool
	CachePoint  bool   // no tool but a cache point between tools
	TTL         string // of a cache point: 5m or 1h; "" is Bedrock's default
}

// ToolChoice says which tool must be called: Mode "" or "auto" leaves it to the model, "any" wants
// some call, "tool" the one named.
type ToolChoice struct {
	Mode string
	Name string
}

// Usage counts tokens. Input excludes what was read from or written to the cache.
type Usage struct {
	Input, Output, CacheRead, CacheWrite int
}

// Total is what Bedrock calls totalTokens.
func (u Usage) Total() int { return u.Input + u.Output + u.CacheRead + u.CacheWrite }

// Stop reasons, as Bedrock names them.
const (
	StopEndTurn          = "end_turn"
	StopToolUse          = "tool_use"
	StopMaxTokens        = "max_tokens"
	StopSequence         = "stop_sequence"
	StopGuardrail        = "guardrail_intervened"
	StopFiltered         = "content_filtered"
	StopMalformedOutput  = "malformed_model_output"
	StopMalformedToolUse = "malformed_tool_use"
	StopContextWindow    = "model_context_window_exceeded"
)

// Answer is what a model said, from one Converse reply or put together from a stream.
type Answer struct {
	Content   []Block
	Stop      string
	Usage     Usage
	LatencyMS int
	// Rest holds, as they came, the members of the reply that Ockham has no use for but a Converse
	// client may: trace, additionalModelResponseFields, performanceConfig, serviceTier, ... It is the
	// inside of a JSON object, without braces, or empty.
	Rest []byte
}

// Text joins what was said: the text blocks, and those with citations.
func (a *Answer) Text() string {
	if len(a.Content) == 1 {
		return a.Content[0].said()
	}
	var n int
	for i := range a.Content {
		n += len(a.Content[i].said())
	}
	b := make([]byte, 0, n)
	for i := range a.Content {
		b = append(b, a.Content[i].said()...)
	}
	return string(b)
}

func (b *Block) said() string {
	if b.Kind == Text || b.Kind == Citations {
		return b.Text
	}
	return ""
}

// EventKind tells the events of a stream apart.
type EventKind uint8

const (
	MessageStart   EventKind = iota + 1
	BlockStart               // a tool use begins: ID and Name
	TextDelta                // Text
	ToolDelta                // Text is a fragment of the input's JSON
	ReasoningDelta           // Text, or Signature, or Raw for what is redacted
	OtherDelta               // citations and what is new; Raw only
	BlockStop
	MessageStop // Stop
	Metadata    // Usage, LatencyMS; the last event of a whole stream
)

// Event is one event of a ConverseStream reply. Raw is its payload as it came, without the padding
// key; nil for events that Ockham made itself.
type Event struct {
	Kind      EventKind
	Index     int // contentBlockIndex
	Text      string
	ID, Name  string
	Signature string
	Stop      string
	Usage     Usage
	LatencyMS int
	Raw       []byte
}

// Error is Bedrock's refusal, from a status or from an exception inside a stream. Message is for
// operators only: it never reaches a client.
type Error struct {
	Status     int    // HTTP status; for exceptions in a stream the status that the type stands for
	Type       string // "ThrottlingException", ... without suffix, first letter upper case
	Message    string
	RetryAfter string // the header's value, if any
	Date       string // likewise, of an answer that refused its sender
	InStream   bool
}

func (e *Error) Error() string {
	return "bedrock answered " + strconv.Itoa(e.Status) + " " + e.Type
}
